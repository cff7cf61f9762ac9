"""One rule, several engines: interpreter, Polars and DuckDB give the same answer for every child, unknowns included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import polars as pl
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from random_children import Row, random_rows, state_of, wide_frame
from random_rules import amounts, conditions
from small_book import VOCABULARY, book, fact, parameter, rule

from ciyou.batch.engines.duckdb_rules import decide_in_duckdb
from ciyou.batch.engines.polars_rules import compile_rules
from ciyou.batch.engines.program import amount_column, ceiling_column, floor_column, outcome_column
from ciyou.core.clock.ages import AgeRule
from ciyou.core.clock.months import MonthRule
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.tree import AmountRef, And, Arm, Compare, First, Highest, Kind, Literal, RuleRef, TopUp

DAYS = (
    dt.date(2026, 3, 1),
    dt.date(2028, 2, 29),
    dt.date(2027, 2, 28),
    dt.date(2026, 8, 31),
    dt.date(2020, 12, 31),
)
AGE_RULES = tuple(AgeRule(begins, leap) for begins in (False, True) for leap in (False, True))


def interpreted(rules: RuleBook, rows: Sequence[Row]) -> Iterator[dict[str, bool | int | None]]:
    """What the interpreter says of each row, under the batch engines' column names."""
    for row in rows:
        evaluation = Evaluation(rules, state_of(rules.vocabulary, row))
        answers: dict[str, bool | int | None] = {}
        for one in rules.rules:
            answers[outcome_column(one.code)] = evaluation.condition(one.code)
            if one.amount is not None:
                due = evaluation.amount(one.code)
                answers[amount_column(one.code)] = due.value
                answers[floor_column(one.code)] = due.floor
                answers[ceiling_column(one.code)] = due.ceiling
        yield answers


def assert_engines_agree(rules: RuleBook, rows: Sequence[Row]) -> None:
    """Every output of every row equal on three engines; the first differing row is shown."""
    program = compile_rules(rules, with_intervals=True)
    frame = wide_frame(rules.vocabulary, rows)
    outputs = list(program.outputs)
    in_polars = program.apply(frame.lazy()).select(outputs).collect(engine="streaming")
    in_duckdb = decide_in_duckdb(program, frame).select(outputs)
    expected = pl.DataFrame(list(interpreted(rules, rows)), schema=in_polars.schema, orient="row")
    for name, found in (("Polars", in_polars), ("DuckDB", in_duckdb)):
        for column in outputs:
            differs = (~found[column].eq_missing(expected[column])).arg_true()
            if len(differs):
                at = differs[0]
                pytest.fail(
                    f"{name} differs in {column} for {len(differs)} rows; row {at}: "
                    f"{found[column][at]} instead of {expected[column][at]} for {rows[at]}"
                )


@st.composite
def random_books(draw: st.DrawFn) -> RuleBook:
    """Three rules, the later referring to the earlier."""
    as_of, age_rule = draw(st.sampled_from(DAYS)), draw(st.sampled_from(AGE_RULES))
    first = rule("first_rule", draw(conditions()), draw(amounts()))
    second = rule("second_rule", draw(conditions(rules=("first_rule",))), draw(amounts(rules=("first_rule",))))
    third = rule("third_rule", draw(conditions(rules=("first_rule", "second_rule"), amounts=amounts())))
    return book(first, second, third, as_of=as_of, age_rule=age_rule, month_rule=MonthRule(draw(st.booleans())))


@pytest.mark.slow
@seed(20260301)
@settings(max_examples=250, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(random_books(), st.integers(0, 2**31))
def test_random_rules_give_the_same_answer_on_every_engine(rules: RuleBook, number: int) -> None:
    assert_engines_agree(rules, random_rows(VOCABULARY, 60, day=rules.as_of, seed=number))


@seed(1)
@settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(random_books(), st.integers(0, 2**31))
def test_a_few_random_rules_give_the_same_answer_on_every_engine(rules: RuleBook, number: int) -> None:
    assert_engines_agree(rules, random_rows(VOCABULARY, 40, day=rules.as_of, seed=number))
