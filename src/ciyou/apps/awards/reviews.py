"""Looking at an award again: opened by what happens to the child, closed by a person, never a stop by itself."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.awards.access import county_of, find_award
from ciyou.apps.awards.models import Award, AwardState
from ciyou.apps.awards.paying import paying_rules
from ciyou.apps.awards.refusals import check_may, check_reason, moved_on
from ciyou.apps.awards.steps import DRAFTER, REVIEW, Work, end_work, open_work
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

DIED, OF_AGE, MOVED, MERGED, CHANGED = "died", "of_age", "moved", "merged", "circumstance_ended"
UNMERGED = "unmerged"
_GRAVEST = (DIED, MERGED, UNMERGED, MOVED, OF_AGE, CHANGED)


def open_reviews(
    actor: Actor,
    *,
    awards: Iterable[Award],
    ground: str,
    on: dt.date,
    division: str = "",
    started_on: dt.date | None = None,
) -> int:
    """Ask a person to look at running awards on a ground; the graver of two grounds stays. Returns how many were asked for."""
    asked = 0
    for award in awards:
        if award.state == AwardState.ENDED:
            continue
        if award.review_for and _rank(award.review_for) <= _rank(ground):
            continue
        Award.objects.filter(id=award.id).update(review_for=ground, review_on=on, version=F("version") + 1)
        place = county_of(division or award.division)
        work = Work(review_kind(award), award.id, place, DRAFTER, award.person_id, award.sensitivity)
        open_work(actor, work, started_on=started_on)
        asked += 1
    return asked


def _rank(ground: str) -> int:
    return _GRAVEST.index(ground) if ground in _GRAVEST else len(_GRAVEST)


def review_kind(award: Award) -> str:
    """The kind of the task, by the entitlement's own clock."""
    return paying_rules(award.entitlement, award.division, timezone.localdate()).clock(REVIEW)


def keep_award(actor: Actor, *, award_id: uuid.UUID, version: int, reason: str) -> None:
    """Look at an award and leave it as it is, with the reason in words: it goes on being paid."""
    check_may(actor, Action.CHANGE_AWARD)
    stated = check_reason(reason)
    with transaction.atomic():
        award = find_award(actor, award_id, lock=True)
        if not award.review_for or award.version != version or award.duplicate_of_id is not None:
            raise moved_on()
        close_review(actor, award, reason=stated)
        record_action(
            actor,
            action="keep_award",
            subject=str(award.id),
            persons=[str(award.person_id)],
            details={"ground": award.review_for},
            highest_class=award.sensitivity,
        )


def close_review(actor: Actor, award: Award, *, reason: str = "") -> None:
    """Nobody has to look at an award any more: somebody has."""
    Award.objects.filter(id=award.id).update(review_for="", review_on=None, version=F("version") + 1)
    end_work(actor, kind=review_kind(award), subject_id=award.id, reason=reason)
