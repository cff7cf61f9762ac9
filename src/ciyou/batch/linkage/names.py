"""How well names agree, judged once per distinct pair of names and kept as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.engines.workers import Workers
from ciyou.core.linkage.name_agreement import NameLevel, names_compatible
from ciyou.core.linkage.plain_rules import LEVELS
from ciyou.core.linkage.weighing import level_of_keys

APPEND_ROWS = 20_000
_PAIR = ("name_a", "reading_a", "name_b", "reading_b")
_JUDGED = dict.fromkeys((*_PAIR, "level"), "VARCHAR")
_NO_TEXT = "''"
JUDGED_QUERY = f"SELECT DISTINCT {', '.join(_JUDGED)} FROM name_judged ORDER BY ALL"
"""SQL of `standing_judged`: every pair of names that this linking asked for. What nobody asks for is not kept."""


@lru_cache(maxsize=200_000)
def level_of(first: str, first_reading: str, second: str, second_reading: str) -> NameLevel:
    """How far two cleaned names agree."""
    return level_of_keys(first, first_reading, second, second_reading)


def may_be_one(level: NameLevel, *, born_as_id_says: bool) -> bool:
    """Whether records with the same valid ID number and these names may be one person."""
    return names_compatible(level, born_as_id_says=born_as_id_says)


def recall_judged(store: Store, earlier: str = "") -> None:
    """`name_judged_before`: pairs of names that an earlier linking judged (SQL that reads them); `name_judged`: those that this one asks for."""
    store.empty("name_judged", _JUDGED)
    store.create("name_judged_before", f"SELECT {', '.join(_JUDGED)} FROM {earlier or 'name_judged'}")


def judge_names(store: Store, pairs: str, table: str, *, levels: Mapping[NameLevel, int] = LEVELS) -> None:
    """Make `table` (name_a, name_b, level) from a query of distinct name_a, reading_a, name_b, reading_b.

    What was judged before by the same rules is looked up: names agree as they do, whoever bears them.
    """
    columns = ", ".join(_PAIR)
    store.create(
        "asked_name",
        f"SELECT {', '.join(f'coalesce({one}, {_NO_TEXT}) AS {one}' for one in _PAIR)} FROM ({pairs}) AS p({columns})",
    )
    store.create("judged_now", f"SELECT j.* FROM asked_name JOIN name_judged_before j USING ({columns})")
    store.create("open_name", f"SELECT * FROM asked_name ANTI JOIN judged_now USING ({columns}) ORDER BY ALL")
    for batch in batches(_judged(store, "SELECT * FROM open_name ORDER BY ALL"), APPEND_ROWS):
        store.append("judged_now", batch)
    numbers = " ".join(f"WHEN '{level.value}' THEN {number}" for level, number in levels.items())
    store.create(table, f"SELECT name_a, name_b, CAST(CASE level {numbers} END AS TINYINT) AS level FROM judged_now")
    store.run(f"INSERT INTO name_judged SELECT {', '.join(_JUDGED)} FROM judged_now")
    store.drop("asked_name", "judged_now", "open_name")


def judge_names_there(
    store: Store, workers: Workers, pairs: str, table: str, *, levels: Mapping[NameLevel, int] = LEVELS
) -> None:
    """As `judge_names`, of pairs that workers find and for a table that they read."""
    workers.create("met_name", pairs)
    workers.fetch("met_name")
    judge_names(store, f"SELECT {', '.join(_PAIR)} FROM met_name", table, levels=levels)
    workers.lend(table)
    workers.drop("met_name")


def _judged(store: Store, pairs: str) -> Iterator[tuple[object, ...]]:
    for first, first_reading, second, second_reading in store.stream(pairs):
        names = str(first), str(first_reading), str(second), str(second_reading)
        yield *names, level_of(*names).value


def batches(rows: Iterator[tuple[object, ...]], size: int) -> Iterator[list[tuple[object, ...]]]:
    """The rows in lists of at most `size`."""
    while batch := list(islice(rows, size)):
        yield batch
