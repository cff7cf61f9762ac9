"""A drawn population: as many children as wanted, with every fact of the vocabulary, the same for the same seed on every machine.

Each column is a hash of the child's number and the column's name (SplitMix64: Steele, Lea, Flood 2014), so that any piece can be drawn by itself.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from ciyou.batch.engines.polars_rules import fact_dtype
from ciyou.batch.lab.likelihoods import (
    DIBAO,
    EVENLY,
    GRADES,
    INCOME_PERCENT,
    NEAR_DIBAO,
    NONE_OF,
    RARELY,
    TRUE_OF,
    UNKNOWN,
)
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Vocabulary, column_name

_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_SCALE = float(2**64)
_INCOME = "household__income_percent_of_dibao"


@dataclass(frozen=True)
class Drawing:
    """What to draw from: the vocabulary, the day, the villages (12 digits) among which the children are shared, and a seed."""

    vocabulary: Vocabulary
    as_of: dt.date
    villages: tuple[str, ...]
    seed: int
    columns: frozenset[str] | None = None


def draw_children(drawing: Drawing, *, first: int, count: int) -> pa.Table:
    """The children with the numbers from `first` on: `division` and a column per fact (or only those of `columns`)."""
    numbers = pl.int_range(first, first + count, dtype=pl.UInt64, eager=True)
    frame = pl.DataFrame({"number": numbers})
    drawn: list[pl.Expr] = [_picked(drawing, "division", drawing.villages)]
    for definition in drawing.vocabulary:
        for entity in definition.entities():
            name = column_name(entity, definition.name)
            if drawing.columns is None or name in drawing.columns:
                drawn.append(_known(drawing, name, _value(drawing, entity, definition, name)))
    return frame.select(drawn).to_arrow()


def _chance(drawing: Drawing, name: str) -> pl.Expr:
    """A number from 0 up to below 1 for each child."""
    salt = (zlib.crc32(name.encode()) * 2_654_435_761 + drawing.seed * _SECOND) % 2**64
    mixed = (pl.col("number") + pl.lit(salt, dtype=pl.UInt64)) * pl.lit(_GOLDEN, dtype=pl.UInt64)
    mixed = _stirred(mixed, 30, _FIRST)
    mixed = _stirred(mixed, 27, _SECOND)
    return (mixed ^ (mixed // pl.lit(2**31, dtype=pl.UInt64))).cast(pl.Float64) / _SCALE


def _stirred(mixed: pl.Expr, bits: int, factor: int) -> pl.Expr:
    return (mixed ^ (mixed // pl.lit(2**bits, dtype=pl.UInt64))) * pl.lit(factor, dtype=pl.UInt64)


def _known(drawing: Drawing, name: str, value: pl.Expr) -> pl.Expr:
    if name == "child__birth_date":
        return value.alias(name)
    return pl.when(_chance(drawing, f"{name}?") >= UNKNOWN).then(value).alias(name)


def _picked(drawing: Drawing, name: str, options: Sequence[str]) -> pl.Expr:
    place = (_chance(drawing, name) * len(options)).floor().cast(pl.UInt32)
    return pl.lit(pl.Series(options, dtype=pl.String)).gather(place).alias(name)


def _value(drawing: Drawing, entity: Entity, definition: FactDefinition, name: str) -> pl.Expr:
    chance = _chance(drawing, name)
    if entity is Entity.HOUSEHOLD and definition.name in ("dibao", "near_dibao", "income_percent_of_dibao"):
        return _income(drawing, definition.name)
    match definition.type:
        case FactType.BOOL:
            return chance < TRUE_OF.get(name, RARELY)
        case FactType.DATE:
            return _date(drawing, entity, definition.name, chance)
        case FactType.DIVISION:
            # One draw for all: most children live where they are registered.
            return _picked(drawing, "division", drawing.villages)
        case FactType.ENUM:
            return _coded(definition, name, chance)
        case _:
            return _counted(definition, name, chance)


def _income(drawing: Drawing, what: str) -> pl.Expr:
    """Income, dibao and near dibao from one draw, so that they agree with each other."""
    chance = _chance(drawing, _INCOME)
    if what == "dibao":
        return chance < DIBAO
    if what == "near_dibao":
        return (chance >= DIBAO) & (chance < DIBAO + NEAR_DIBAO)
    floor, value = 0.0, pl.lit(None, dtype=pl.Float64)
    for low, high, share in INCOME_PERCENT:
        inside = (chance >= floor) & (chance < floor + share)
        value = pl.when(inside).then(low + (chance - floor) / share * (high - low)).otherwise(value)
        floor += share
    return value.floor().cast(pl.Int32)


def _date(drawing: Drawing, entity: Entity, name: str, chance: pl.Expr) -> pl.Expr:
    low, high = (0, 3)
    if name == "birth_date":
        low, high = (0, 18) if entity is Entity.CHILD else (22, 55)
    days = (chance * (high - low) * 365.25 + low * 365.25).floor().cast(pl.Int64)
    return pl.lit(drawing.as_of) - pl.duration(days=days)


def _coded(definition: FactDefinition, name: str, chance: pl.Expr) -> pl.Expr:
    options = list(definition.options)
    if name in EVENLY:
        place = (chance * len(options)).floor()
    else:
        spread = ((chance - NONE_OF) / (1 - NONE_OF) * (len(options) - 1)).floor() + 1
        place = pl.when(chance < NONE_OF).then(0).otherwise(spread)
    return pl.lit(pl.Series(options, dtype=fact_dtype(definition))).gather(place.cast(pl.UInt32))


def _counted(definition: FactDefinition, name: str, chance: pl.Expr) -> pl.Expr:
    low = definition.minimum or 0
    high = min(definition.maximum if definition.maximum is not None else 60, 200_000)
    dtype = fact_dtype(definition)
    if name in EVENLY or name.endswith("term_months") or name.endswith("size"):
        high = min(high, 120 if name.endswith("term_months") else 6)
        return (low + chance * (high - low + 1)).floor().cast(dtype)
    if name in GRADES:
        return (
            pl.when(chance < NONE_OF)
            .then(0)
            .otherwise(((chance - NONE_OF) / (1 - NONE_OF) * 4).floor() + 1)
            .cast(dtype)
        )
    return (
        pl.when(chance < NONE_OF)
        .then(low)
        .otherwise(low + (chance - NONE_OF) / (1 - NONE_OF) * (high - low))
        .floor()
        .cast(dtype)
    )
