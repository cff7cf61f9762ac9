"""A population of synthetic children as Parquet: every fact of the vocabulary, a tenth of each unknown, some hundred divisions.

Plausible enough that every rule says yes, no and undetermined somewhere; not a picture of any real place.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import polars as pl

from ciyou.batch.engines.polars_rules import fact_dtype
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Vocabulary, column_name

FILE_ROWS = 1_000_000
UNKNOWN = 0.1
SEED = 20_260_301
# Circumstances are rare, as in life; facts of daily life are not.
COMMON = frozenset({"insured", "hukou_rural", "boarding", "working_away"})


def write_children(
    folder: Path, count: int, *, vocabulary: Vocabulary, as_of: dt.date, places: list[str], row_group: int
) -> None:
    """Write `count` children to `folder`/part-*.parquet (zstd), a million to a file, the same for the same arguments."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for part, first in enumerate(range(0, count, FILE_ROWS)):
        rows = min(FILE_ROWS, count - first)
        frame = children_frame(rows, first=first, vocabulary=vocabulary, as_of=as_of, places=places)
        frame.write_parquet(folder / f"part-{part:04d}.parquet", compression="zstd", row_group_size=row_group)


def children_frame(rows: int, *, first: int, vocabulary: Vocabulary, as_of: dt.date, places: list[str]) -> pl.DataFrame:
    """One piece of the population in memory: `child_id`, `division`, and a column for every fact."""
    source = np.random.default_rng([SEED, first])
    codes = pl.Enum(places)
    columns = {
        "child_id": pl.Series(np.arange(first, first + rows, dtype=np.int64)),
        "division": pl.Series(source.integers(0, len(places), rows, dtype=np.uint32)).cat.to(codes).cast(pl.String),
    }
    for definition in vocabulary:
        for entity in definition.entities():
            values = _values(definition, entity, rows, source=source, as_of=as_of, codes=codes)
            known = pl.Series(source.random(rows, dtype=np.float32) >= UNKNOWN)
            columns[column_name(entity, definition.name)] = values.zip_with(
                known, pl.Series([None], dtype=values.dtype)
            )
    return pl.DataFrame(columns)


def _values(
    definition: FactDefinition,
    entity: Entity,
    rows: int,
    *,
    source: np.random.Generator,
    as_of: dt.date,
    codes: pl.Enum,
) -> pl.Series:
    match definition.type:
        case FactType.BOOL:
            share = 0.6 if definition.name in COMMON else 0.08
            return pl.Series(source.random(rows, dtype=np.float32) < share)
        case FactType.DATE:
            years = (20, 60) if definition.name == "birth_date" and entity != Entity.CHILD else (0, 20)
            if definition.name != "birth_date":
                years = (0, 4)
            days = source.integers(years[0] * 365, years[1] * 365, rows, dtype=np.int32)
            return pl.Series((as_of - dt.date(1970, 1, 1)).days - days).cast(pl.Int32).cast(pl.Date)
        case FactType.ENUM:
            options = list(definition.options)
            # The first code is "verified none" wherever there is one: most people have none.
            picked = np.where(source.random(rows) < 0.6, 0, source.integers(0, len(options), rows)).astype(np.uint32)
            return pl.Series(picked).cat.to(fact_dtype(definition))
        case FactType.DIVISION:
            return (
                pl.Series(source.integers(0, len(codes.categories), rows, dtype=np.uint32))
                .cat.to(codes)
                .cast(pl.String)
            )
        case FactType.INT:
            low, high = definition.minimum or 0, definition.maximum if definition.maximum is not None else 60
            return pl.Series(source.integers(low, max(low, min(high, 60)) + 1, rows, dtype=np.int32))
        case FactType.MONEY:
            amounts = source.integers(0, 150_000, rows, dtype=np.int64)
            return pl.Series(np.where(source.random(rows) < 0.7, 0, amounts))
