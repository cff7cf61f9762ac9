"""Children that are decided anew, gathered over many ranges: planning the rules for a few costs what planning them for thousands does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import polars as pl
import pyarrow as pa

from ciyou.batch.ranges import Range

# What a pool holds stays in memory: sixteen bytes for every child of its ranges, and when it is decided the facts of the touched.
POOLED_CHILDREN = 20_000
POOLED_RANGES = 100


class Children(Protocol):
    """Where a screening's children are asked for (see `facts.inputs`)."""

    def inputs(self, part: Range) -> pa.Table:
        """`pid` and `fingerprint` of the children of a range, by pid."""

    def facts(self, part: Range, reading: Collection[str] | None = None) -> pa.Table:
        """The facts of the children of a range, by pid; only these columns of facts, where some are named."""

    def chosen(self, pids: pa.Array) -> pa.Table:
        """The facts of these children, by pid."""


@dataclass(frozen=True)
class Compared:
    """A range beside the earlier run: its children's `inputs`, the pids of the `touched`, and whose earlier answers fall away."""

    part: Range
    inputs: pl.DataFrame
    touched: pl.Series
    without: pl.Series


def pools_of(
    compared: Iterable[Compared], *, children: int = POOLED_CHILDREN, ranges: int = POOLED_RANGES
) -> Iterator[list[Compared]]:
    """Ranges in their order, as many together as hold about so many touched children; never more than `ranges`."""
    pool: list[Compared] = []
    for one in compared:
        pool.append(one)
        if len(pool) >= ranges or sum(len(each.touched) for each in pool) >= children:
            yield pool
            pool = []
    if pool:
        yield pool


def merged(kept: pl.DataFrame, new: pl.DataFrame, person: str) -> pl.DataFrame:
    """Rows of two tables in the order of a column by which both are sorted, where nobody stands in both."""
    if new.is_empty():
        return kept
    # Whole numbers are sorted instead of the text of every row.
    before = kept[person].search_sorted(new[person]).cast(pl.Int64) * 2
    places = [before, pl.int_range(1, 2 * len(kept) + 1, 2, dtype=pl.Int64, eager=True)]
    rows = pl.concat([new, kept]).with_columns(pl.concat(places).alias("place"))
    return rows.sort("place", maintain_order=True).drop("place")
