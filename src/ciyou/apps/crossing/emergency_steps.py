"""What is done with registered aid: decided at once, handed out, papered, looked at by another person, noted at home."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.awards.access import county_of
from ciyou.apps.awards.residence import is_served
from ciyou.apps.crossing.contents import open_emergency
from ciyou.apps.crossing.emergency import is_from_elsewhere
from ciyou.apps.crossing.emergency_access import (
    end_note,
    find_aid,
    is_at_event,
    move_aid,
    open_decision,
    open_note,
    open_papers,
    open_payment,
    open_review,
    open_telling,
    taking_aid,
)
from ciyou.apps.crossing.emergency_terms import EmergencyTerms, emergency_terms
from ciyou.apps.crossing.models import EmergencyAid, EmergencyState
from ciyou.apps.crossing.refusals import check_may, check_words, crossing_not_found, moved_on, refused
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

APPROVE, REFUSE, REFER = "approve", "refuse", "refer"
HOW = ("cash", "account", "in_kind")
_REGISTERED, _REFUSED = (EmergencyState.REGISTERED,), (EmergencyState.REFUSED,)


@dataclass(frozen=True)
class Verdict:
    """approve with an amount in fen, refuse, or refer to the county; `words` the reason, which an open figure needs too."""

    outcome: str
    amount_fen: int | None = None
    words: str = ""


def terms_of(row: EmergencyAid) -> EmergencyTerms:
    """The law of one emergency as the place of the event had it on the day it was registered."""
    born = dt.date.fromisoformat(open_emergency(row.id, row.content).child.birth_date)
    return emergency_terms(row.entitlement, row.received_in, row.received_on, birth_date=born, need_fen=row.need_fen)


def decide_emergency(actor: Actor, *, aid_id: uuid.UUID, version: int, verdict: Verdict) -> None:
    """Aid first: decided at once on person, cause and amount. A township decides as far as its place lets it; a refusal is told in writing."""
    with (
        transaction.atomic(),
        taking_aid(actor, aid_id, Action.DECIDE_APPLICATION, states=_REGISTERED, version=version) as row,
    ):
        if verdict.outcome == REFER:
            move_aid(actor, row, step="refer", place=row.received_in, words=check_words(verdict.words), state=row.state)
            open_decision(actor, row, at_county=True)
        elif verdict.outcome == REFUSE:
            _refuse(actor, row, check_words(verdict.words))
        elif verdict.outcome == APPROVE:
            _approve(actor, row, verdict)
        else:
            raise refused("emergency.outcome", "请选择怎样决定。", "Choose how to decide.")


def _refuse(actor: Actor, row: EmergencyAid, words: str) -> None:
    today = timezone.localdate()
    changes = {"state": EmergencyState.REFUSED, "outcome": REFUSE, "decided_on": today, "decided_by": actor.id}
    move_aid(actor, row, step="decide", place=row.received_in, words=words, **changes)
    open_telling(actor, row)


def _approve(actor: Actor, row: EmergencyAid, verdict: Verdict) -> None:
    amount, words = _checked_amount(actor, row, verdict)
    today = timezone.localdate()
    tells = is_from_elsewhere(row) and is_served(row.bound_for)
    move_aid(
        actor,
        row,
        step="decide",
        place=row.received_in,
        words=words,
        state=EmergencyState.APPROVED,
        outcome=APPROVE,
        amount_fen=amount,
        decided_on=today,
        decided_by=actor.id,
        informed_on=today if tells else None,
    )
    open_payment(actor, row)
    if tells:
        open_note(actor, row)


def _checked_amount(actor: Actor, row: EmergencyAid, verdict: Verdict) -> tuple[int, str]:
    """The amount within what the packs say; where they leave it open, with the reason of whoever decides."""
    terms, amount = terms_of(row), verdict.amount_fen
    if not amount or (terms.most_fen is not None and amount > terms.most_fen):
        most = "" if terms.most_fen is None else f"{terms.most_fen // 100}.{terms.most_fen % 100:02d}"
        raise refused(
            "emergency.amount",
            f"请填写金额；不超过急需和当地上限{f'（{most} 元）' if most else ''}。",
            f"Give the amount, within the need and the limit of the place{f' ({most} yuan)' if most else ''}.",
        )
    at_township = actor.scope.first != county_of(actor.scope.first)
    if at_township and terms.township_fen is not None and amount > terms.township_fen:
        raise refused(
            "emergency.above_township",
            "这个金额超过乡镇（街道）当场决定的上限，请提交县级决定。",
            "This is more than the township may decide at once: refer it to the county.",
        )
    reasoned = not terms.settled or (at_township and terms.township_fen is None) or bool(verdict.words.strip())
    return amount, check_words(verdict.words) if reasoned else ""


def pay_emergency(actor: Actor, *, aid_id: uuid.UUID, version: int, paid_on: dt.date | None, how: str) -> None:
    """Handed out: when and how. The papers that speed left out are due from now."""
    states = (EmergencyState.APPROVED,)
    with transaction.atomic(), taking_aid(actor, aid_id, Action.CROSS, states=states, version=version) as row:
        assert row.decided_on is not None
        if paid_on is None or not row.decided_on <= paid_on <= timezone.localdate():
            raise refused(
                "emergency.paid_on",
                "请填写发放日期：不早于决定，不晚于今天。",
                "Give the day it was handed out: not before the decision, not after today.",
            )
        if how not in HOW:
            raise refused("emergency.how", "请选择怎样发放的。", "Choose how it was handed out.")
        changes = {"state": EmergencyState.PAID, "paid_on": paid_on, "paid_how": how, "paid_by": actor.id}
        move_aid(actor, row, step="pay", place=row.received_in, **changes)
        open_papers(actor, row)


def complete_emergency(actor: Actor, *, aid_id: uuid.UUID, version: int, words: str) -> None:
    """The papers are there (`words`: which, and where they are kept); somebody else of the county looks at it now."""
    states = (EmergencyState.PAID,)
    with transaction.atomic(), taking_aid(actor, aid_id, Action.CROSS, states=states, version=version) as row:
        move_aid(
            actor, row, step="complete", place=row.received_in, words=check_words(words), state=EmergencyState.PAPERED
        )
        open_review(actor, row)


def review_emergency(actor: Actor, *, aid_id: uuid.UUID, version: int, agreed: bool, words: str = "") -> None:
    """Another person than any before looks at it: in order, or the papers are asked for again with what is wrong."""
    states = (EmergencyState.PAPERED,)
    with transaction.atomic(), taking_aid(actor, aid_id, Action.CONFIRM, states=states, version=version) as row:
        if actor.id in (row.received_by, row.decided_by, row.paid_by):
            raise refused(
                "emergency.own",
                "登记、决定或发放的人不能复核自己办的，请交给别人。",
                "Whoever registered, decided or handed it out does not review it: leave it to somebody else.",
            )
        place = county_of(row.received_in)
        if agreed:
            changes = {"state": EmergencyState.CLOSED, "reviewed_by": actor.id}
            move_aid(actor, row, step="review", place=place, words=words and check_words(words), **changes)
            return
        move_aid(actor, row, step="return", place=place, words=check_words(words), state=EmergencyState.PAID)
        open_papers(actor, row)


def tell_refusal(actor: Actor, *, aid_id: uuid.UUID, version: int) -> None:
    """The refusal was handed over in writing."""
    with transaction.atomic(), taking_aid(actor, aid_id, Action.CROSS, states=_REFUSED, version=version) as row:
        move_aid(actor, row, step="tell", place=row.received_in, state=EmergencyState.TOLD)


def note_emergency(actor: Actor, *, aid_id: uuid.UUID, version: int) -> None:
    """The place of registration has taken note of what was given elsewhere."""
    check_may(actor, Action.CROSS)
    with transaction.atomic():
        row = find_aid(actor, aid_id, lock=True)
        if row.informed_on is None or not actor.scope.holds(row.bound_for) or is_at_event(actor, row):
            raise crossing_not_found()
        if row.noted_on is not None or row.version != version:
            raise moved_on()
        move_aid(actor, row, step="note", place=county_of(row.bound_for), noted_on=timezone.localdate())
        end_note(actor, row)
