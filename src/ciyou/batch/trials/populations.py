"""Whom a proposal is tried on: the children of a screening's output folder, in pieces that fit into memory."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.facts.wide import children_query, make_wide_people
from ciyou.batch.ranges import Range, ranges_of
from ciyou.batch.run_folder import read_run_file
from ciyou.packs import load_vocabulary

NEXT_DIGITS = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12, 12: 12}


class Population(Protocol):
    """Children with what is known of them. `digits`: how many digits of a division tell the place that a child is counted in."""

    children: int
    digits: int

    def pieces(self) -> Iterator[pa.Table]:
        """The children, each once: `division` (12 digits) and a column for every fact (`core.facts.definition.column_name`)."""
        ...


@dataclass(frozen=True)
class RunPopulation:
    """The children of a run, as the screening knew them on its day, what silence presumes included."""

    children: int
    digits: int
    as_of: dt.date
    _store: Store
    _ranges: tuple[Range, ...]

    def pieces(self) -> Iterator[pa.Table]:
        """A range of people at a time."""
        for part in self._ranges:
            yield self._store.arrow(children_query(load_vocabulary(), part.where("k.pid")))


@contextmanager
def open_run_population(folder: Path) -> Iterator[RunPopulation]:
    """The population of an output folder of `ciyou screen`; raises RunError where the folder holds no readable run."""
    run = read_run_file(folder)
    as_of = dt.date.fromisoformat(run["as_of"])
    with tempfile.TemporaryDirectory(prefix="ciyou-lab-") as work, Store(Path(work)) as store:
        _load(store, folder)
        people = store.number("SELECT count(*) FROM person")
        ranges = tuple(ranges_of(people))
        make_wide_people(store, vocabulary=load_vocabulary(), as_of=as_of, ranges=ranges)
        children = store.number("SELECT count(*) FROM kin")
        yield RunPopulation(children, _digits(store), as_of, store, ranges)


def _load(store: Store, folder: Path) -> None:
    """The tables that `children_query` reads, from a run's files. What silence presumes stands among the facts already."""
    tables = {
        name: f"read_parquet({quoted(str(folder / f'{name}.parquet'))})" for name in ("people", "facts", "relations")
    }
    pid = "CAST(concat('0x', substr({}, 2)) AS UBIGINT)"
    person, other = pid.format("person_id"), pid.format("other_id")
    store.create("person", f"SELECT {person} AS pid, kind, division FROM {tables['people']} ORDER BY 1")
    store.create(
        "fact_row",
        f"SELECT {person} AS pid, fact, value, valid_from, valid_to, source, basis FROM {tables['facts']} ORDER BY 1",
    )
    store.create(
        "parent_of",
        # Two records that name different fathers leave the father unknown, as in the screening.
        f"""SELECT {person} AS pid, CASE WHEN count(DISTINCT {other}) FILTER (relation = 'father') = 1
          THEN min({other}) FILTER (relation = 'father') END AS father,
        CASE WHEN count(DISTINCT {other}) FILTER (relation = 'mother') = 1
          THEN min({other}) FILTER (relation = 'mother') END AS mother
        FROM {tables["relations"]} WHERE relation IN ('father', 'mother') GROUP BY 1""",
    )
    store.create(
        "kin",
        """SELECT p.pid, p.division AS own_division, r.father, r.mother, r.father IS NOT NULL AS knows_father,
        r.mother IS NOT NULL AS knows_mother FROM person p LEFT JOIN parent_of r USING (pid) WHERE p.kind = 'child' ORDER BY p.pid""",
    )


def _digits(store: Store) -> int:
    """One level below the narrowest place that holds nearly all children."""
    for length in (6, 4, 2):
        most = store.number(f"SELECT max(n) FROM (SELECT count(*) AS n FROM kin GROUP BY left(own_division, {length}))")
        if most * 10 >= 9 * store.number("SELECT count(*) FROM kin WHERE own_division IS NOT NULL"):
            return NEXT_DIGITS[length]
    return NEXT_DIGITS[0]
