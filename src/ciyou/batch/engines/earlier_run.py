"""A run that went before: what it decided, and by which inputs, so that only who was touched since is decided again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ciyou.batch.decisions.books import PlaceGroup
from ciyou.batch.decisions.turning import same_law, same_values, turning_book
from ciyou.batch.engines.polars_rules import RuleProgram, compile_rules
from ciyou.batch.ranges import Range


@dataclass(frozen=True)
class EarlierRun:
    """The output folder of a finished run that decided on `as_of`."""

    folder: Path
    as_of: dt.date

    def fingerprints(self, part: Range) -> pl.DataFrame:
        """`pid` and `fingerprint` of the children of a range."""
        return self._of("inputs", numbers_in(part)).collect()

    def hints(self, part: Range, *, without: pl.Series) -> pl.DataFrame:
        """The hints of a range's children, but for these pids."""
        return self._of("hints", numbers_in(part) & ~pl.col("pid").is_in(without.implode())).collect()

    def decisions(self, part: Range, *, without: pl.Series, as_of: dt.date) -> pl.DataFrame:
        """The decisions of a range's children but for these pids, as decisions of another day."""
        ids = pl.Series([public_id(pid) for pid in without], dtype=pl.String)
        rows = self._of("decisions", ids_in(part) & ~pl.col("person_id").is_in(ids.implode()))
        return rows.with_columns(pl.lit(as_of).alias("as_of")).collect()

    def _of(self, table: str, rows: pl.Expr) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / f"{table}.parquet").filter(rows)


def public_id(pid: int) -> str:
    """The form in which a person's number leaves a run; it sorts as the number does."""
    return f"p{pid:016x}"


def numbers_in(part: Range) -> pl.Expr:
    """Whether the `pid` of a row lies in a range."""
    return pl.col("pid").is_between(pl.lit(part.first, pl.UInt64), pl.lit(part.last - 1, pl.UInt64))


def ids_in(part: Range) -> pl.Expr:
    """Whether the `person_id` of a row lies in a range."""
    return pl.col("person_id").is_between(pl.lit(public_id(part.first)), pl.lit(public_id(part.last - 1)))


class Turning:
    """Which children of a group of places the days between two runs have touched, whatever their facts."""

    def __init__(self, now: PlaceGroup, then: PlaceGroup) -> None:
        book, earlier = turning_book(now.book), turning_book(then.book)
        law_stands = book is not None and same_law(now.book, then.book)
        self._places = [
            county
            for county, values in now.parameters.items()
            if not law_stands or not same_values(values, then.parameters[county])
        ]
        self._programs: list[RuleProgram] = []
        if book is not None and earlier is not None and law_stands and now.book.as_of != then.book.as_of:
            keys = frozenset(now.book.parameters)
            self._programs = [compile_rules(one, parameter_columns=keys) for one in (book, earlier)]

    @property
    def columns_needed(self) -> frozenset[str]:
        """The columns that are read of a child's facts to tell."""
        return frozenset(name for program in self._programs for name in program.columns_needed)

    @property
    def can_touch(self) -> bool:
        """Whether there is anything to ask the children for: a law that is another, or another day."""
        return bool(self._places or self._programs)

    def touched(self, worlds: Sequence[pl.DataFrame]) -> pl.Series:
        """For each child (a row in each of the worlds that it is decided in) whether the law of its place or an age turned."""
        found = worlds[0]["county"].is_in(self._places)
        for world in worlds if self._programs else ():
            now, then = (program.apply(world.lazy()).select(program.outputs).collect() for program in self._programs)
            for name in now.columns:
                found = found | ~now[name].eq_missing(then[name])
        return found
