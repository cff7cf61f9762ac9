"""Engines held against the interpreter, answer by answer: what every parity test does."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl
import pytest
from tests.batch.random_children import Row, state_of, wide_frame

from ciyou.batch.engines.polars_rules import compile_rules
from ciyou.batch.engines.program import amount_column, ceiling_column, floor_column, outcome_column
from ciyou.batch.engines.rule_runners import DuckdbRunner, PolarsRunner, RuleRunner
from ciyou.core.facts.definition import Value
from ciyou.core.rules.book import ParameterValue, RuleBook
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.tree import Kind

EMBEDDED: Mapping[str, RuleRunner] = {"Polars": PolarsRunner(), "DuckDB": DuckdbRunner()}


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


def assert_engines_agree(rules: RuleBook, rows: Sequence[Row], *, engines: Mapping[str, RuleRunner] = EMBEDDED) -> None:
    """Every output of every row is the interpreter's on each engine."""
    program = compile_rules(rules, with_intervals=True)
    frame = wide_frame(rules.vocabulary, rows)
    expected = answers_frame(list(interpreted(rules, rows)), program.apply(frame.lazy()).select(program.outputs))
    for name, runner in engines.items():
        assert_same(name, runner.run(program, [frame])[0], expected, rows)


def answers_frame(answers: Sequence[Mapping[str, bool | int | None]], like: pl.LazyFrame) -> pl.DataFrame:
    """The interpreter's answers as a table with an engine's columns."""
    return pl.DataFrame(answers, schema=like.collect_schema(), orient="row")


def assert_same(name: str, found: pl.DataFrame, expected: pl.DataFrame, rows: Sequence[Row]) -> None:
    """No difference; else the first differing row is shown."""
    assert found.columns == expected.columns
    assert len(found) == len(expected)
    for column in found.columns:
        differs = (~found[column].eq_missing(expected[column])).arg_true()
        if len(differs):
            at = differs[0]
            pytest.fail(
                f"{name} differs in {column} for {len(differs)} rows; row {at}: "
                f"{found[column][at]} instead of {expected[column][at]} for {rows[at]}"
            )


def with_some_value(parameter_value: ParameterValue, source: random.Random) -> ParameterValue:
    """The parameter with a value of its kind, as if a place had set it; codes are kept, some stay unknown."""
    drawn: dict[Kind, Value] = {
        Kind.BOOL: source.random() < 0.5,
        Kind.INT: source.choice((0, 6, 12, 70, 150)),
        Kind.MONEY: source.choice((0, 8_000, 105_000, 140_000, 230_001)),
    }
    if source.random() < 0.1:
        return parameter_value
    return replace(parameter_value, value=drawn.get(parameter_value.kind, parameter_value.value))
