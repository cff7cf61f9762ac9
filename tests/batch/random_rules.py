"""Random small rule trees over the small vocabulary, for hypothesis."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st
from tests.batch.small_book import GRADES, book, fact, parameter, rule

from ciyou.core.clock.ages import AgeRule
from ciyou.core.clock.months import MonthRule
from ciyou.core.facts.definition import PARENTS, Entity
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.tree import (
    Age,
    AmountRef,
    And,
    Arm,
    Compare,
    Difference,
    DivisionPart,
    First,
    Highest,
    Kind,
    Known,
    Literal,
    Lowest,
    MonthsSince,
    Named,
    Node,
    Not,
    OneOf,
    Or,
    Percent,
    RuleRef,
    Scale,
    Sum,
    TopUp,
)

DAYS = (
    dt.date(2026, 3, 1),
    dt.date(2028, 2, 29),
    dt.date(2027, 2, 28),
    dt.date(2026, 8, 31),
    dt.date(2020, 12, 31),
)
AGE_RULES = tuple(AgeRule(begins, leap) for begins in (False, True) for leap in (False, True))
CHILD = Entity.CHILD
OPERATORS = st.sampled_from(("==", "!=", "<", "<=", ">", ">="))
ALIKE = st.sampled_from(("==", "!="))

COUNTS: tuple[Node, ...] = (
    fact(CHILD, "disability_grade"),
    fact(Entity.HOUSEHOLD, "size"),
    fact(Entity.FATHER, "imprisoned.term_months"),
)
SUMS: tuple[Node, ...] = (
    fact(CHILD, "dibao_share_fen"),
    fact(CHILD, "tekun_amount_fen"),
    parameter("standard"),
    parameter("open_standard"),
)
TIMES: tuple[Node, ...] = (
    Age(fact(CHILD, "birth_date")),
    Age(fact(Entity.MOTHER, "birth_date")),
    *(MonthsSince(fact(parent, "lost_contact.since")) for parent in PARENTS),
)
CODES: tuple[Node, ...] = (
    fact(CHILD, "hukou_division"),
    fact(CHILD, "residence_division"),
    DivisionPart(fact(CHILD, "hukou_division"), 2),
    DivisionPart(fact(CHILD, "residence_division"), 6),
)
TRUTHS: tuple[Node, ...] = (
    *(fact(entity, "dead") for entity in (CHILD, *PARENTS)),
    fact(CHILD, "adopted"),
    parameter("local_reading"),
    Literal(True, Kind.BOOL),
    Literal(False, Kind.BOOL),
)


def _whole(low: int, high: int) -> st.SearchStrategy[Node]:
    return st.integers(low, high).map(lambda value: Literal(value, Kind.INT))


def _comparisons() -> st.SearchStrategy[Node]:
    dates = st.dates(dt.date(1990, 1, 1), dt.date(2026, 12, 31)).map(lambda day: Literal(day, Kind.DATE))
    thresholds = st.one_of(
        _whole(-1, 30), st.sampled_from((parameter("adult_age"), parameter("minimum_months"), *COUNTS))
    )
    times = st.sampled_from(TIMES)
    named = times.map(lambda item: Named("elapsed", "经过", "elapsed", (), item))
    grade = fact(CHILD, "disability_type")
    return st.one_of(
        st.builds(Compare, OPERATORS, st.one_of(times, named), thresholds),
        st.builds(Compare, OPERATORS, thresholds, times),
        st.builds(Compare, OPERATORS, st.sampled_from(COUNTS), _whole(0, 8)),
        st.builds(Compare, OPERATORS, st.sampled_from((fact(CHILD, "birth_date"),)), dates),
        st.builds(Compare, ALIKE, st.sampled_from(CODES), st.sampled_from(CODES)),
        st.builds(Compare, ALIKE, st.just(grade), st.sampled_from([Literal(code, Kind.ENUM) for code in GRADES])),
        st.just(OneOf(grade, (Literal("mental", Kind.ENUM), Literal("visual", Kind.ENUM)))),
        st.builds(OneOf, st.sampled_from((*COUNTS, *TIMES)), st.lists(_whole(0, 20), min_size=1).map(tuple)),
        st.builds(Known, st.sampled_from((*TRUTHS[:4], *COUNTS, *SUMS, grade))),
    )


def conditions(
    *, rules: tuple[str, ...] = (), amounts: st.SearchStrategy[Node] | None = None
) -> st.SearchStrategy[Node]:
    """Conditions over facts, parameters, ages, months and codes, and over the `rules` given."""
    leaves = [st.sampled_from(TRUTHS), _comparisons()]
    if rules:
        leaves.append(st.sampled_from([RuleRef(code) for code in rules]))
    if amounts is not None:
        leaves.append(st.builds(Compare, OPERATORS, amounts, amounts))
    return st.recursive(
        st.one_of(leaves),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=1, max_size=3).map(lambda items: And(tuple(items))),
            st.lists(inner, min_size=1, max_size=3).map(lambda items: Or(tuple(items))),
            st.builds(Compare, ALIKE, inner, inner),
            inner.map(lambda body: Named("holds", "成立", "holds", (), body)),
        ),
        max_leaves=6,
    )


def amounts(*, rules: tuple[str, ...] = ()) -> st.SearchStrategy[Node]:
    """Amounts in fen: constants, facts, parameters, what other `rules` pay, and everything the language makes of them."""
    leaves = [
        st.sampled_from((*SUMS, *COUNTS, *TIMES)),
        st.integers(0, 150_000).map(lambda value: Literal(value, Kind.MONEY)),
    ]
    if rules:
        leaves.append(st.sampled_from([AmountRef(code) for code in rules]))
    shares = st.one_of(_whole(0, 150), st.just(parameter("share")), st.sampled_from(COUNTS))
    when = conditions()

    def larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            several.map(Sum),
            several.map(Highest),
            several.map(Lowest),
            st.builds(Difference, inner, inner),
            st.builds(Scale, inner, st.integers(-2, 5)),
            st.builds(Percent, inner, shares),
            st.builds(TopUp, inner, st.lists(inner, min_size=1, max_size=2).map(tuple)),
            st.builds(First, st.lists(st.builds(Arm, when, inner), min_size=1, max_size=3).map(tuple), inner),
        )

    return st.recursive(st.one_of(leaves), larger, max_leaves=6)


@st.composite
def random_books(draw: st.DrawFn) -> RuleBook:
    """Three rules, the later referring to the earlier."""
    as_of, age_rule = draw(st.sampled_from(DAYS)), draw(st.sampled_from(AGE_RULES))
    first = rule("first_rule", draw(conditions()), draw(amounts()))
    second = rule("second_rule", draw(conditions(rules=("first_rule",))), draw(amounts(rules=("first_rule",))))
    third = rule("third_rule", draw(conditions(rules=("first_rule", "second_rule"), amounts=amounts())))
    return book(first, second, third, as_of=as_of, age_rule=age_rule, month_rule=MonthRule(draw(st.booleans())))
