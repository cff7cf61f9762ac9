"""How an entitlement is applied for and paid in a place, as the packs say it; what no source says is asked of a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from ciyou.apps.awards.refusals import refused
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.awards.turning import StartRule
from ciyou.core.rules.book import Rule, RuleKind
from ciyou.packs import load_payments, load_rule_book
from ciyou.packs.payment_values import PaymentRule, Stated, Stop, WantedDocument

REQUIRED, FORBIDDEN = "required", "forbidden"
AT_RESIDENCE, RESIDENCE = "residence_township", "residence"
COUNTY, TOWNSHIP = "county", "township"
AUTHORISATION = "verification_authorisation"
_AUTHORISATION = WantedDocument(
    AUTHORISATION,
    "家庭经济状况核对授权书",
    "Authorisation to verify the household’s means",
    (),
    None,
    policy_default=True,
)
_DEFAULT_CLOCKS = {
    "check": "check_application",
    "notice": "public_notice",
    "decide": "decide_application",
    "refuse": "refuse_in_writing",
    "tell": "tell_applicant",
    "appeal": "answer_appeal",
    "review": "review_award",
}
Of = TypeVar("Of")


@dataclass(frozen=True)
class PayingRules:
    """What a place says of one entitlement. `start` None: no source says from when it is paid, the drafter asks the place."""

    rule: Rule
    payment: PaymentRule

    @property
    def sensitivity(self) -> int:
        return self.rule.sensitivity

    @property
    def series(self) -> str:
        return self.payment.series

    @property
    def at_residence(self) -> bool:
        """Whether it is taken and decided where the child lives, not where it is registered."""
        return is_at_residence(self.payment)

    @property
    def place_is_open(self) -> bool:
        """Whether no file says that this place takes it: the place is asked."""
        return self.at_residence and _value(self.payment.where) is None

    @property
    def is_taken_here(self) -> bool:
        """False only where the place's own file says that it is claimed somewhere else."""
        return not self.at_residence or _value(self.payment.where) in (None, RESIDENCE)

    @property
    def checked_by(self) -> str:
        return _value(self.payment.checked_by) or TOWNSHIP

    @property
    def decided_by(self) -> str:
        return _value(self.payment.decided_by) or COUNTY

    @property
    def notice(self) -> str:
        """required | forbidden | not_required; of the strictest class nothing is ever posted, whatever a file says."""
        stated = _value(self.payment.notice)
        if self.rule.sensitivity >= RESTRICTED:
            return FORBIDDEN
        return stated.kind if stated is not None else "not_required"

    @property
    def notice_days(self) -> int:
        stated = _value(self.payment.notice)
        return (stated.days or 0) if stated is not None else 0

    @property
    def verification(self) -> bool:
        return bool(_value(self.payment.verification_authorisation))

    @property
    def documents(self) -> tuple[WantedDocument, ...]:
        """What is brought; where means are verified always the family's signed authorisation too."""
        listed = self.payment.documents
        if not self.verification or any(one.code == AUTHORISATION for one in listed):
            return listed
        return (*listed, _AUTHORISATION)

    @property
    def start(self) -> StartRule | None:
        return _value(self.payment.start)

    @property
    def stops(self) -> Mapping[str, Stop]:
        return self.payment.stops

    @property
    def papers(self) -> tuple[str, ...]:
        return self.payment.papers

    def clock(self, step: str) -> str:
        """The clock of a step, which is also the kind of its task; a step of the office's own is its own clock."""
        return self.payment.clocks.get(step) or _DEFAULT_CLOCKS.get(step, step)

    def stop(self, code: str) -> Stop:
        """A ground for ending; raises RecordError for one that this entitlement does not have."""
        if code not in self.stops:
            raise refused("award.ground", "请选择原因。", "Choose the reason from the list.")
        return self.stops[code]


def _value(stated: Stated[Of] | None) -> Of | None:
    return None if stated is None else stated.value


def is_at_residence(payment: PaymentRule) -> bool:
    """Whether the township of the residence is the only one that takes it."""
    return _value(payment.receivers) == (AT_RESIDENCE,)


def payable(division: str, as_of: dt.date) -> tuple[PayingRules, ...]:
    """The entitlements that are applied for and paid monthly in a place, in the order of its book."""
    book = load_rule_book(division=division, as_of=as_of)
    payments = load_payments(division=division)
    return tuple(
        PayingRules(rule, payments[rule.code])
        for rule in book.rules
        if rule.kind is RuleKind.ENTITLEMENT and rule.code in payments and payments[rule.code].is_monthly
    )


def paying_rules(entitlement: str, division: str, as_of: dt.date) -> PayingRules:
    """The paying rules of an entitlement in a place; raises RecordError where it is not applied for there."""
    rule = load_rule_book(division=division, as_of=as_of).by_code.get(entitlement)
    payment = load_payments(division=division).get(entitlement)
    if rule is None or payment is None or not payment.is_monthly:
        raise refused(
            "application.entitlement",
            "这个地方不受理这一项。请重新选择。",
            "This is not applied for in this place. Choose again.",
        )
    return PayingRules(rule, payment)
