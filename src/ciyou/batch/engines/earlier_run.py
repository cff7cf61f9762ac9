"""A run that went before: what it decided, and by which inputs, so that only who was touched since is decided again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from ciyou.batch.decisions.books import PlaceGroup
from ciyou.batch.decisions.turning import same_law, same_values, turning_book
from ciyou.batch.engines.polars_rules import RuleProgram, compile_rules
from ciyou.batch.engines.sorted_table import SortedTable, in_plain_texts
from ciyou.batch.ranges import Range


@dataclass(frozen=True)
class EarlierRun:
    """The output folder of a finished run that decided on `as_of`."""

    folder: Path
    as_of: dt.date

    def open(self) -> EarlierTables:
        """Its tables from their beginning."""
        return EarlierTables(self.folder)


class EarlierTables:
    """The tables of an earlier run, each read once: ranges are asked for in their order, and none is left out."""

    def __init__(self, folder: Path) -> None:
        self._inputs = SortedTable(folder / "inputs.parquet", "pid")
        self._hints = SortedTable(folder / "hints.parquet", "pid")
        self._decisions = SortedTable(folder / "decisions.parquet", "person_id")

    def fingerprints(self, part: Range) -> pl.DataFrame:
        """`pid` and `fingerprint` of the children of a range."""
        return pl.DataFrame(self._inputs.through(part.last - 1))

    def hints(self, part: Range, *, without: pl.Series) -> pl.DataFrame:
        """The hints of a range's children, but for these pids."""
        rows = pl.DataFrame(in_plain_texts(self._hints.through(part.last - 1)))
        return rows.filter(~pl.col("pid").is_in(without.implode()))

    def decisions(self, part: Range, *, as_of: dt.date) -> pa.Table:
        """The decisions of a range's children as decisions of another day, in the form in which they are stored."""
        rows = self._decisions.through(public_id(part.last - 1))
        days = pa.repeat(pa.scalar(as_of, pa.date32()), len(rows))
        return rows.set_column(rows.schema.get_field_index("as_of"), "as_of", days)


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
