"""Which questions are asked of a place: those that any law must answer well, and those that its packs demand."""

from __future__ import annotations

from collections.abc import Iterator

from ciyou.batch.proofs.checks import Check, FindingKind, Never, Reachable, Step
from ciyou.batch.proofs.imprecision import Imprecise
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.tree import AmountRef, Compare, Kind, Literal
from ciyou.packs.proofs import Binder, Demands, Property, PropertyKind


def questions_of(book: RuleBook, demands: Demands, binder: Binder) -> Iterator[Check]:
    """Every question, the packs' demands first."""
    for demand in demands.properties:
        if demand.valid_from <= book.as_of:
            yield _question(demand, binder)
    for rule in book.rules:
        yield from _about(rule)


def reachability_of(rule: Rule) -> Reachable:
    """Whether any child at all is inside a rule."""
    return Reachable(
        code=f"unreachable.{rule.code}",
        kind=FindingKind.UNREACHABLE,
        zh=f"没有任何儿童能符合“{rule.zh}”",
        en=f"No child can ever be inside “{rule.en}”",
        rule=rule.code,
        wanted=True,
        sources=rule.sources,
    )


def _about(rule: Rule) -> Iterator[Check]:
    yield reachability_of(rule)
    yield Reachable(
        code=f"always.{rule.code}",
        kind=FindingKind.ALWAYS,
        zh=f"没有任何儿童会不符合“{rule.zh}”",
        en=f"No child can ever be outside “{rule.en}”",
        rule=rule.code,
        wanted=False,
        sources=rule.sources,
    )
    yield Imprecise(
        code=f"imprecise.{rule.code}",
        kind=FindingKind.IMPRECISE,
        zh=f"“{rule.zh}”显示待定，而所有未知事实无论如何结果都一样",
        en=f"“{rule.en}” stays undetermined although every answer to what is unknown gives the same",
        rule=rule.code,
        of_amount=False,
        sources=rule.sources,
    )
    if rule.amount is not None:
        yield from _about_amount(rule)


def _about_amount(rule: Rule) -> Iterator[Check]:
    yield Never(
        code=f"negative.{rule.code}",
        kind=FindingKind.NEGATIVE,
        zh=f"“{rule.zh}”的金额会小于零",
        en=f"“{rule.en}” can pay less than nothing",
        never=Compare("<", AmountRef(rule.code), Literal(0, Kind.MONEY)),
        sources=rule.sources,
    )
    yield Imprecise(
        code=f"imprecise.{rule.code}.amount",
        kind=FindingKind.IMPRECISE,
        zh=f"“{rule.zh}”的金额显示待定，而所有未知事实无论如何金额都一样",
        en=f"The amount of “{rule.en}” stays undetermined although every answer to what is unknown gives the same",
        rule=rule.code,
        of_amount=True,
        sources=rule.sources,
    )


def _question(demand: Property, binder: Binder) -> Check:
    kind = FindingKind(demand.kind.value)
    code = f"{demand.kind.value}.{demand.code}"
    given = None if demand.given is None else binder.bind(demand.given)
    if demand.kind is PropertyKind.STEP:
        return Step(
            code=code,
            kind=kind,
            zh=demand.zh,
            en=demand.en,
            changes=demand.changes,
            given=given,
            keeps=None if demand.keeps is None else binder.bind(demand.keeps),
            not_less=None if demand.not_less is None else binder.bind(demand.not_less, Kind.MONEY),
            sources=demand.sources,
        )
    assert demand.never is not None  # the reader of packs demands it
    return Never(code, kind, demand.zh, demand.en, binder.bind(demand.never), demand.sources)
