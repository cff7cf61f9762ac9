"""Random children for parity tests: wide rows and the same facts as the interpreter takes them. Seeded, synthetic."""

from __future__ import annotations

import calendar
import datetime as dt
import random
from collections.abc import Mapping, Sequence

import polars as pl

from ciyou.batch.engines.polars_rules import wide_schema
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Value, Vocabulary, column_name
from ciyou.core.facts.state import FactState, StatedFact

Row = Mapping[str, Value | None]

DIVISIONS = ("510104001002", "510100000000", "350583100201", "350500000000", "110101001001", "429900000000")
SMALL_NUMBERS = (0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 18, 24, 60)


def random_rows(vocabulary: Vocabulary, count: int, *, day: dt.date, seed: int, unknown: float = 0.25) -> list[Row]:
    """Rows of a wide table; `unknown` is the share of facts without a value. Dates crowd around thresholds of `day`."""
    source = random.Random(seed)
    facts = [
        (column_name(entity, definition.name), definition)
        for definition in vocabulary
        for entity in definition.entities()
    ]
    rows: list[Row] = []
    for _ in range(count):
        # Some children are nearly fully known and some hardly at all, so that sure and open answers both occur.
        share = source.choice((0.0, 0.05, unknown, 0.6))
        # Most circumstances are absent for most children; all-random truth would make every rule true at once.
        yes = source.choice((0.05, 0.2, 0.5))
        rows.append(
            {
                name: None if source.random() < share else random_value(definition, source, day=day, yes=yes)
                for name, definition in facts
            }
        )
    return rows


def random_value(definition: FactDefinition, source: random.Random, *, day: dt.date, yes: float = 0.5) -> Value:
    """A value of the fact's domain; numbers, dates and codes that rules compare with are drawn often."""
    match definition.type:
        case FactType.BOOL:
            return source.random() < yes
        case FactType.DATE:
            return random_date(source, day=day)
        case FactType.ENUM:
            return source.choice(list(definition.options))
        case FactType.DIVISION:
            return source.choice(DIVISIONS)
        case FactType.INT:
            low, high = definition.minimum or 0, definition.maximum if definition.maximum is not None else 400
            fitting = [number for number in SMALL_NUMBERS if low <= number <= high] or [low]
            return source.choice(fitting) if source.random() < 0.8 else source.randint(low, high)
        case FactType.MONEY:
            low, high = definition.minimum or 0, definition.maximum if definition.maximum is not None else 300_000
            return source.choice((low, min(100_01, high), min(120_000, high), source.randint(low, high)))


def random_date(source: random.Random, *, day: dt.date) -> dt.date:
    """A day of the last hundred years: anniversaries of `day` and their neighbours, leap days, month ends, or any day."""
    choice = source.random()
    if choice < 0.35:
        return moved(day, months=-12 * source.randint(0, 40), days=source.randint(-2, 2))
    if choice < 0.6:
        return moved(day, months=-source.randint(0, 40), days=source.randint(-2, 2))
    if choice < 0.7:
        return dt.date(source.choice((1988, 1996, 2000, 2004, 2008, 2012, 2016, 2020)), 2, 29)
    if choice < 0.8:
        year, month = source.randint(1990, day.year), source.randint(1, 12)
        return dt.date(year, month, calendar.monthrange(year, month)[1])
    return day - dt.timedelta(days=source.randint(0, 20_000))


def moved(day: dt.date, *, months: int, days: int) -> dt.date:
    """`day` moved by months (to the month's end where it lacks the day), then by days."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1])) + dt.timedelta(days=days)


def wide_frame(vocabulary: Vocabulary, rows: Sequence[Row]) -> pl.DataFrame:
    """The rows as the wide table that the batch reads."""
    return pl.DataFrame(rows, schema=wide_schema(vocabulary), orient="row")


def state_of(vocabulary: Vocabulary, row: Row) -> FactState:
    """The row as the interpreter takes it: a missing value is a missing statement."""
    statements: dict[tuple[Entity, str], StatedFact] = {}
    for definition in vocabulary:
        for entity in definition.entities():
            value = row[column_name(entity, definition.name)]
            if value is not None:
                statements[entity, definition.name] = StatedFact(entity, definition.name, value)
    return FactState(statements)
