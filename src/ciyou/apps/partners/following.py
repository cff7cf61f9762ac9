"""What happens to referrals without anybody's doing: nobody answers for too long, the child moves, is one with another, or dies."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.rounds import named_owner_of, owner_of
from ciyou.apps.partners.contents import open_plan
from ciyou.apps.partners.models import Referral, ReferralState
from ciyou.apps.partners.steps import hand_on, move, open_missing_ground_work
from ciyou.apps.partners.transitions import MACHINE, OPEN, TRANSITIONS
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.apps.registry.paying import standings_of
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs import load_limits

LIMIT, DIED = "referral_open_days", "died"
UNANSWERED, UNSEEN = "unanswered", "unseen"
"""Why one ran out: nobody said whether it is taken, or nobody said whether the child came."""


def expire_referrals() -> int:
    """Let referrals run out that the receiver has not answered for too long (a periodic job); how many. Their senders arrange anew.

    One that has a place of a month waits until that month is over.
    """
    today = timezone.localdate()
    last = today - dt.timedelta(days=load_limits()[LIMIT].value)
    waiting = (ReferralState.SENT, ReferralState.ACCEPTED)
    expired = 0
    with walled(LOCAL_OPERATOR):
        silent = Referral.objects.filter(state__in=waiting, since_on__lt=last)
        due = list(silent.exclude(slot__month__gte=today.replace(day=1)).values_list("id", flat=True))
    for referral_id in due:
        with walled(LOCAL_OPERATOR), transaction.atomic():
            row = Referral.objects.select_for_update(of=("self",)).filter(id=referral_id, state__in=waiting).first()
            if row is not None:
                reason = UNANSWERED if row.state == ReferralState.SENT else UNSEEN
                move(LOCAL_OPERATOR, row, step="expire", end=MACHINE, note=reason, end_reason=reason)
                expired += 1
    open_missing_ground_work()
    return expired


def on_person_moved(person_id: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: open referrals go along, for only the new place sees the child; the receiver notices nothing."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for row in _open_of(person_id).exclude(division=new_division):
            _go_along(row, new_division)


@follows_merge
def on_people_merged(kept: str, **_more: object) -> None:
    """Handler of `registry.people_merged`: open referrals of the file that ended go to the place of the file that stays."""
    for file in standings_of([kept]).values():
        on_person_moved(kept, file.division)


def on_people_unmerged(kept: str, restored: str, **_more: object) -> None:
    """Handler of `registry.people_unmerged`: the work of each open referral is again where its own child is.

    The unmerge has put the referrals back; a task that names no child it does not find.
    """
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for file in standings_of([kept, restored]).values():
            for row in _open_of(file.id):
                if row.division != file.division:
                    _go_along(row, file.division)
                else:
                    hand_on(LOCAL_OPERATOR, row, starts_on=_began(row))


def _open_of(person_id: str) -> QuerySet[Referral]:
    return Referral.objects.select_for_update(of=("self",)).filter(child_id=person_id, state__in=OPEN)


def _go_along(row: Referral, division: str) -> None:
    owner = named_owner_of if row.sensitivity >= RESTRICTED else _owner_of
    post, *_place = owner(row.child_id, division, timezone.localdate()) or (None,)
    Referral.objects.filter(id=row.id).update(division=division, post=post, version=F("version") + 1)
    row.refresh_from_db()
    hand_on(LOCAL_OPERATOR, row, starts_on=_began(row))


def _owner_of(_child: object, division: str, on: dt.date) -> tuple[uuid.UUID | None, str, str]:
    return owner_of(division, on)


def _began(row: Referral) -> dt.date:
    """From when its clock runs: the last step, or the day of the follow-up in the plan."""
    plan = open_plan(row.id, row.plan) if row.state == ReferralState.PLANNED else None
    return dt.date.fromisoformat(plan.next_on) if plan is not None and plan.next_on else row.since_on


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody asks a family in mourning how the referral went."""
    with transaction.atomic():
        rows = Referral.objects.select_for_update(of=("self",)).filter(child_id__in=list(child_ids), state__in=OPEN)
        for row in rows:
            step = next(name for name in ("withdraw", "close", "end") if row.state in TRANSITIONS[name].before)
            move(LOCAL_OPERATOR, row, step=step, end=MACHINE, note=DIED)
