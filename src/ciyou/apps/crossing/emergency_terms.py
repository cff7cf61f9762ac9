"""What the packs of the place of an event say of aid there: which entitlement it is, the most it may be, and who may decide it at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ciyou.apps.crossing.refusals import refused
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.core.rules.book import ParameterValue, RuleKind
from ciyou.core.rules.interpreter import Outcome, decide_all
from ciyou.packs import load_payments, load_rule_book
from ciyou.packs.payment_values import PaymentRule

PLACE_OF_EVENT, ONCE = "place_of_event", "once"
TOWNSHIP_LIMIT = "emergency_township_limit"


@dataclass(frozen=True)
class EmergencyTerms:
    """The law of one emergency, in fen. `most_fen` None: nothing bounds it; `settled`: it is the law's own figure, not only a bound.

    `township_fen` None: the place is to be asked up to how much its township decides. `open_questions`: what is to be asked of it.
    """

    due: bool
    most_fen: int | None
    settled: bool
    township_fen: int | None
    open_questions: tuple[ParameterValue, ...]


def event_aid(division: str, on: dt.date) -> tuple[PaymentRule, ...]:
    """The entitlements that are claimed where the event is and paid once, as the packs of a place say."""
    known = load_rule_book(division=division, as_of=on).by_code
    return tuple(
        payment
        for code, payment in load_payments(division=division).items()
        if payment.paid == ONCE
        and payment.where is not None
        and payment.where.value == PLACE_OF_EVENT
        and code in known
        and known[code].kind is RuleKind.ENTITLEMENT
    )


def aid_rules(entitlement: str, division: str, on: dt.date) -> PaymentRule:
    """How one of them is decided and paid; raises RecordError where it is not claimed at the place of the event."""
    found = next((one for one in event_aid(division, on) if one.code == entitlement), None)
    if found is None:
        raise refused(
            "emergency.entitlement",
            "这个地方没有在急难发生地办理的这一项。请重新选择。",
            "This is not claimed at the place of the event here. Choose again.",
        )
    return found


def emergency_terms(
    entitlement: str, division: str, on: dt.date, *, birth_date: dt.date, need_fen: int
) -> EmergencyTerms:
    """What the rule of the place gives a child of this age in a registered emergency that needs so much."""
    book = load_rule_book(division=division, as_of=on)
    told = (
        StatedFact(Entity.CHILD, "birth_date", birth_date),
        StatedFact(Entity.CHILD, "dead", False),
        StatedFact(Entity.HOUSEHOLD, "emergency", True),
        StatedFact(Entity.HOUSEHOLD, "emergency_need_fen", need_fen),
    )
    decision = decide_all(book, FactState.on(on, told))[entitlement]
    asked = [unknown.name for unknown in decision.deciding if unknown.entity is None]
    limit = book.parameters[TOWNSHIP_LIMIT].value
    township = limit if isinstance(limit, int) else None
    if township is None:
        asked.append(TOWNSHIP_LIMIT)
    settled = decision.amount_fen is not None
    return EmergencyTerms(
        due=decision.outcome is not Outcome.NO,
        most_fen=decision.amount_fen if settled else decision.ceiling_fen,
        settled=settled,
        township_fen=township,
        open_questions=tuple(book.parameters[name] for name in asked),
    )
