"""How an entitlement is paid in a place, as its payment rules say (packs: payment.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ciyou.apps.awards.paying import is_at_residence
from ciyou.apps.disbursement.models import MonthRun
from ciyou.core.awards.dues import Ground
from ciyou.core.awards.law import JudgedOn
from ciyou.packs import load_payments, load_rule_book
from ciyou.packs.payment_values import PaymentRule

_PERSONAL = 3


@lru_cache(maxsize=4096)
def payment_rule(entitlement: str, division: str) -> PaymentRule | None:
    """The payment rules of an entitlement in a place; None where none are written."""
    return load_payments(division=division).get(entitlement)


def judged_on(entitlement: str, division: str) -> JudgedOn:
    """On which day of a month the law is asked about it; the first where nobody says."""
    rule = payment_rule(entitlement, division)
    stated = None if rule is None or rule.judged_on is None else rule.judged_on.value
    return stated or JudgedOn.FIRST_DAY


def holds_for(entitlement: str, division: str, ground: str) -> bool:
    """Whether money is held on this ground until a person has looked; also where the place has no such ground."""
    rule = payment_rule(entitlement, division)
    stop = None if rule is None else rule.stops.get(ground)
    return stop is None or stop.hold_until_reviewed


@lru_cache(maxsize=512)
def paid_at_residence(county: str) -> frozenset[str]:
    """The entitlements that are claimed, and so paid, where the child lives."""
    return frozenset(code for code, rule in load_payments(division=county).items() if is_at_residence(rule))


def series_of(county: str) -> tuple[str, ...]:
    """The monthly runs that a county pays, in the order of its packs."""
    rules = load_payments(division=county).values()
    return tuple(dict.fromkeys(rule.series for rule in rules if rule.is_monthly and rule.series))


def class_of(run: MonthRun) -> int:
    """The class of what a month's files say: that of the strictest entitlement it pays."""
    codes = {code for code, rule in load_payments(division=run.county).items() if rule.series == run.series}
    rules = load_rule_book(division=run.county, as_of=run.month).rules
    return max((rule.sensitivity for rule in rules if rule.code in codes), default=_PERSONAL)


def funding_of(entitlement: str, division: str) -> Mapping[str, int] | None:
    """Percent by who bears the money; None: no source says, ask the place."""
    rule = payment_rule(entitlement, division)
    return None if rule is None or rule.funding is None else rule.funding.value


@lru_cache(maxsize=4096)
def _signs(entitlement: str, division: str):
    rule = payment_rule(entitlement, division)
    return () if rule is None else rule.signs


def signs_of(entitlement: str, division: str):
    """The grounds for ending, with what shows them."""
    return _signs(entitlement, division)


@lru_cache(maxsize=4096)
def stops_of(entitlement: str, division: str) -> Mapping[str, Ground]:
    """The grounds by their codes."""
    rule = payment_rule(entitlement, division)
    return {} if rule is None else {code: stop.ground for code, stop in rule.stops.items()}
