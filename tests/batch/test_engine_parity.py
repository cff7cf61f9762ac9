"""One rule, several engines: interpreter, Polars and DuckDB give the same answer for every child, unknowns included."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.batch.parity import assert_engines_agree, interpreted, with_some_value
from tests.batch.random_children import Row, random_rows, wide_frame
from tests.batch.random_rules import DAYS, random_books
from tests.batch.small_book import VOCABULARY, book, fact, parameter, rule

from ciyou.batch.engines.parameter_columns import add_parameters, differing_parameters, parameter_table
from ciyou.batch.engines.polars_rules import compile_rules
from ciyou.core.clock.ages import AgeRule
from ciyou.core.facts.definition import Entity, Value
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.tree import (
    Age,
    AmountRef,
    And,
    Arm,
    Compare,
    First,
    Highest,
    Kind,
    Literal,
    MonthsSince,
    RuleRef,
    TopUp,
)
from ciyou.packs import load_rule_book


@pytest.mark.slow
@seed(20260301)
@settings(
    max_examples=100,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@given(random_books(), st.integers(0, 2**31))
def test_random_rules_give_the_same_answer_on_every_engine(rules: RuleBook, number: int) -> None:
    assert_engines_agree(rules, random_rows(VOCABULARY, 60, day=rules.as_of, seed=number))


@seed(1)
@settings(
    max_examples=15,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@given(random_books(), st.integers(0, 2**31))
def test_a_few_random_rules_give_the_same_answer_on_every_engine(rules: RuleBook, number: int) -> None:
    assert_engines_agree(rules, random_rows(VOCABULARY, 40, day=rules.as_of, seed=number))


PLACES = ("110101000000", "510104000000", "350583000000", "350213000000", "513401000000")
SHIPPED_DAYS = (
    dt.date(2026, 3, 1),
    dt.date(2028, 2, 29),
    dt.date(2027, 2, 28),
    dt.date(2026, 8, 31),
    dt.date(2020, 6, 1),
    dt.date(2018, 1, 1),
)


def test_shipped_rules_give_the_same_answer_on_every_engine() -> None:
    rules = load_rule_book(division="510104000000", as_of=dt.date(2028, 2, 29))
    assert_engines_agree(rules, random_rows(rules.vocabulary, 300, day=rules.as_of, seed=7))


@pytest.mark.slow
def test_shipped_rules_with_every_open_parameter_set_give_the_same_answer_on_every_engine() -> None:
    source = random.Random(20260301)
    for number in range(20):
        as_of = source.choice(SHIPPED_DAYS)
        shipped = load_rule_book(division=source.choice(PLACES), as_of=as_of)
        values = {key: with_some_value(one, source) for key, one in shipped.parameters.items()}
        rules = replace(shipped, parameters=values)
        assert_engines_agree(rules, random_rows(rules.vocabulary, 100, day=as_of, seed=number))


def test_divisions_with_their_own_parameters_share_one_program() -> None:
    shares: dict[str, dict[str, Value | None]] = {
        "510104000000": {"standard": 100_000, "minimum_months": 6, "adult_age": 18},
        "513401000000": {"standard": 140_000, "minimum_months": 3, "adult_age": 16},
        "511702000000": {"standard": None, "minimum_months": None, "adult_age": None},
    }
    lost = MonthsSince(fact(Entity.FATHER, "lost_contact.since"))
    lost_long = rule(
        "lost_long",
        And(
            (
                Compare(">=", lost, parameter("minimum_months")),
                Compare("<", Age(fact(Entity.CHILD, "birth_date")), parameter("adult_age")),
            )
        ),
        TopUp(parameter("standard"), (fact(Entity.CHILD, "dibao_share_fen"),)),
    )
    for as_of in DAYS:
        books = {place: book(lost_long, division=place, parameters=own, as_of=as_of) for place, own in shares.items()}
        by_division = {place: one.parameters for place, one in books.items()}
        keys = differing_parameters(by_division)
        program = compile_rules(books["510104000000"], parameter_columns=keys, with_intervals=True)
        rows = random_rows(VOCABULARY, 300, day=as_of, seed=as_of.toordinal())
        places = [list(shares)[number % 3] for number in range(len(rows))]
        frame = wide_frame(VOCABULARY, rows).with_columns(pl.Series("division", places))
        with_own = add_parameters(frame.lazy(), parameter_table(by_division, keys=keys))
        found = program.apply(with_own).select(program.outputs).collect().to_dicts()
        expected = [next(interpreted(books[place], [row])) for place, row in zip(places, rows, strict=True)]
        assert keys == {"standard", "minimum_months", "adult_age"}
        assert found == expected


CHILD = Entity.CHILD
UNKNOWN_CHILD: Row = dict.fromkeys(wide_frame(VOCABULARY, []).columns)


def decided(row: Row, *rules: Rule, **options: object) -> dict[str, object]:
    """One child's answers from the compiled rules."""
    program = compile_rules(book(*rules, **options), with_intervals=True)  # type: ignore[arg-type]
    frame = wide_frame(VOCABULARY, [{**UNKNOWN_CHILD, **row}]).lazy()
    return program.apply(frame).select(program.outputs).collect().row(0, named=True)


def test_a_division_without_parameters_leaves_them_unknown() -> None:
    standard = rule("standard", Literal(True, Kind.BOOL), parameter("standard"))
    own = {"510104000000": book(standard).parameters}
    program = compile_rules(book(standard), parameter_columns=frozenset({"standard"}))
    frame = pl.LazyFrame({"division": ["510104000000", "999999000000", None, "510104000000"]})
    answers = program.apply(add_parameters(frame, parameter_table(own, keys=frozenset({"standard"}))))
    assert answers.collect()["amount__standard"].to_list() == [120_000, None, None, 120_000]
    assert add_parameters(frame, parameter_table(own, keys=frozenset())).collect().equals(frame.collect())


def fen(amount: int) -> Literal:
    return Literal(amount, Kind.MONEY)


def test_first_is_unknown_when_an_earlier_condition_is_unknown_and_its_bounds_cover_every_arm() -> None:
    arms = (Arm(fact(CHILD, "dead"), fen(500)), Arm(fact(CHILD, "adopted"), fen(900)))
    one = rule("one", Literal(True, Kind.BOOL), First(arms, fen(100)))
    answers = decided({"child__adopted": True}, one)
    assert answers == {"rule__one": True, "amount__one": None, "floor__one": 500, "ceiling__one": 900}


def test_highest_is_unknown_when_any_part_is_unknown_but_the_known_part_is_a_floor() -> None:
    one = rule("one", Literal(True, Kind.BOOL), Highest((fen(70_000), fact(CHILD, "dibao_share_fen"))))
    answers = decided({}, one)
    assert answers == {"rule__one": True, "amount__one": None, "floor__one": 70_000, "ceiling__one": None}


def test_top_up_with_an_unknown_received_amount_lies_between_nothing_and_the_standard() -> None:
    received = (fact(CHILD, "dibao_share_fen"), fact(CHILD, "tekun_amount_fen"))
    one = rule("one", fact(CHILD, "dead"), TopUp(fen(120_000), received))
    answers = decided({"child__tekun_amount_fen": 20_000, "child__dead": True}, one)
    assert answers == {"rule__one": True, "amount__one": None, "floor__one": 0, "ceiling__one": 100_000}


def test_amount_of_a_rule_is_nothing_where_it_fails_and_open_where_it_is_unknown() -> None:
    one = rule("one", fact(CHILD, "adopted"), fen(300))
    two = rule("two", RuleRef("one"), AmountRef("one"))
    refused = decided({"child__adopted": False}, one, two)
    unsure = decided({}, one, two)
    assert refused == {
        **{"rule__one": False, "amount__one": 0, "floor__one": 0, "ceiling__one": 0},
        **{"rule__two": False, "amount__two": 0, "floor__two": 0, "ceiling__two": 0},
    }
    assert unsure == {
        **{"rule__one": None, "amount__one": None, "floor__one": 0, "ceiling__one": 300},
        **{"rule__two": None, "amount__two": None, "floor__two": 0, "ceiling__two": 300},
    }


@pytest.mark.parametrize(
    ("as_of", "leap_day_on_1_march", "is_adult"),
    [
        (dt.date(2026, 2, 28), True, False),
        (dt.date(2026, 3, 1), True, True),
        (dt.date(2026, 2, 28), False, True),
        (dt.date(2026, 2, 27), False, False),
    ],
)
@pytest.mark.parametrize("threshold", [Literal(18, Kind.INT), fact(Entity.HOUSEHOLD, "size")], ids=["constant", "fact"])
def test_child_born_on_a_leap_day_comes_of_age_by_the_laws_reading(
    threshold: Literal, as_of: dt.date, leap_day_on_1_march: bool, is_adult: bool
) -> None:
    adult = rule("adult", Compare(">=", Age(fact(CHILD, "birth_date")), threshold))
    row: Row = {"child__birth_date": dt.date(2008, 2, 29), "household__size": 18}
    answers = decided(row, adult, as_of=as_of, age_rule=AgeRule(leap_day_on_1_march=leap_day_on_1_march))
    assert answers == {"rule__adult": is_adult}


def test_a_fact_without_a_column_is_unknown_for_every_child() -> None:
    program = compile_rules(book(rule("one", fact(CHILD, "adopted"))))
    answers = program.apply(pl.LazyFrame({"child_id": [1, 2]})).collect()
    assert answers.to_dict(as_series=False) == {"child_id": [1, 2], "rule__one": [None, None]}
