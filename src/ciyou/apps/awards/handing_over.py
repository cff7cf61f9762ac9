"""A child moved to another county: its award ends there and goes on here from the next month, by two people."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import publish_event
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import county_of, find_award, is_of_residence
from ciyou.apps.awards.changes import (
    HAND_OVER,
    MADE,
    Effect,
    WishedChange,
    effect_of,
    keep_change,
    note_change,
    open_proposal,
    refuse_change,
    settle_change,
    write_award,
)
from ciyou.apps.awards.models import Award, AwardChange, AwardState
from ciyou.apps.awards.paying import paying_rules
from ciyou.apps.awards.refusals import check_may, check_reason, moved_on, refused
from ciyou.apps.awards.reviews import MOVED, close_review
from ciyou.apps.awards.steps import CHANGE, end_work
from ciyou.apps.entitlements.deciding import rule_decided
from ciyou.apps.registry.deciding import places_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.core.rules.interpreter import Outcome


def propose_hand_over(actor: Actor, *, award_id: uuid.UUID, version: int, change_id: uuid.UUID, reason: str) -> Effect:
    """The new county proposes to take an award over from the month after this one; the same form twice is one proposal."""
    check_may(actor, Action.CHANGE_AWARD)
    stated, today = check_reason(reason), timezone.localdate()
    with transaction.atomic():
        award = find_award(actor, award_id, lock=True)
        _check_moved(actor, award)
        wished = _wished(award, change_id, stated, today)
        effect = effect_of_move(award, wished)
        if AwardChange.objects.filter(id=change_id, award=award).exists():
            return effect
        if award.version != version or AwardChange.objects.filter(award=award, result="").exists():
            raise moved_on()
        with walled(LOCAL_OPERATOR):
            keep_change(actor, award, wished, effect, stated)
    return effect


def _wished(award: Award, change_id: uuid.UUID, reason: str, today: dt.date) -> WishedChange:
    month = max(Month.of(today), Month.of(award.first_month)).plus(1)
    return WishedChange(change_id, HAND_OVER, MOVED, award.review_on or today, reason, month)


def effect_of_move(award: Award, wished: WishedChange) -> Effect:
    """The old county pays to the end of this month, the new one from the next: no month is paid twice or by nobody."""
    found = effect_of(award, wished)
    assert wished.from_month is not None
    month = wished.from_month
    return Effect(HAND_OVER, month, month.plus(-1), found.by_rule)


def _check_moved(actor: Actor, award: Award) -> str:
    place = places_of([award.person_id]).get(award.person_id, "")
    if (
        is_of_residence(award)
        or not place
        or county_of(place) == county_of(award.division)
        or not actor.scope.holds(place)
    ):
        raise refused(
            "award.not_moved",
            "孩子的户籍没有迁到本县，不需要移交。",
            "The child's registration has not moved to this county; there is nothing to hand over.",
        )
    return place


def decide_hand_over(
    actor: Actor, *, change_id: uuid.UUID, version: int, accepted: bool, words: str = ""
) -> uuid.UUID | None:
    """Take an award over, or refuse to; not by whoever proposed it. Gives the new award's id."""
    check_may(actor, Action.DECIDE_CHANGE)
    with transaction.atomic():
        change = open_proposal(actor, change_id, version)
        award = change.award
        if change.kind != HAND_OVER:
            raise moved_on()
        if not accepted:
            refuse_change(actor, change, words)
            return None
        place, month = _check_moved(actor, award), Month.of(change.from_month)
        amount = _amount_here(award)
        with walled(LOCAL_OPERATOR):
            settle_change(actor, change, MADE)
            write_award(award, state=AwardState.ENDED, last_month=month.plus(-1).first_day, ended_for=MOVED)
            taken = _open_here(actor, award, place, month, amount)
            end_work(actor, kind=CHANGE, subject_id=award.id)
            close_review(actor, award)
        note_change(actor, "hand_over_award", award, to=str(taken.id))
        publish_event("awards.award_changed", award_id=str(award.id), child_ids=[str(award.person_id)])
        publish_event("awards.award_made", award_id=str(taken.id), child_ids=[str(award.person_id)])
    return taken.id


def _amount_here(award: Award) -> int:
    """What the new place's determination gives; raises RecordError where it does not say yes or nobody confirmed it."""
    found = rule_decided(child_id=award.person_id, rule=award.entitlement)
    if found is None or not found.confirmed or found.decision is None or found.decision.outcome is not Outcome.YES:
        raise refused(
            "award.not_due_here",
            "按本县的规定，认定还没有得出“符合”或还没有人确认。请先确认认定；确实不符合的，请终止这项保障。",
            "By this county's rules the determination does not say yes, or nobody has confirmed it. Confirm it first; if it is not due, end the award.",
        )
    return found.decision.amount_fen if found.decision.amount_fen is not None else award.amount_fen


def _open_here(actor: Actor, award: Award, place: str, month: Month, amount: int) -> Award:
    rules = paying_rules(award.entitlement, place, timezone.localdate())
    return Award.objects.create(
        person_id=award.person_id,
        identity=award.identity,
        entitlement=award.entitlement,
        sensitivity=award.sensitivity,
        series=rules.series,
        division=place,
        amount_fen=amount,
        first_month=month.first_day,
        continues=award,
        awarded_on=timezone.localdate(),
        awarded_by=actor.id,
    )
