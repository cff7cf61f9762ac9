"""How well names agree, judged once per distinct pair of names and kept as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from ciyou.batch.engines.duckdb_store import Store
from ciyou.core.linkage.name_agreement import NameLevel, names_compatible
from ciyou.core.linkage.plain_rules import LEVELS
from ciyou.core.linkage.weighing import level_of_keys

APPEND_ROWS = 20_000


@lru_cache(maxsize=200_000)
def level_of(first: str, first_reading: str, second: str, second_reading: str) -> NameLevel:
    """How far two cleaned names agree."""
    return level_of_keys(first, first_reading, second, second_reading)


def may_be_one(level: NameLevel, *, born_as_id_says: bool) -> bool:
    """Whether records with the same valid ID number and these names may be one person."""
    return names_compatible(level, born_as_id_says=born_as_id_says)


def judge_names(store: Store, pairs: str, table: str, *, levels: Mapping[NameLevel, int] = LEVELS) -> None:
    """Make `table` (name_a, name_b, level) from a query of distinct name_a, reading_a, name_b, reading_b."""
    store.empty(table, {"name_a": "VARCHAR", "name_b": "VARCHAR", "level": "TINYINT"})
    for batch in batches(_judged(store, pairs, levels), APPEND_ROWS):
        store.append(table, batch)


def _judged(store: Store, pairs: str, levels: Mapping[NameLevel, int]) -> Iterator[tuple[object, ...]]:
    for first, first_reading, second, second_reading in store.stream(pairs):
        level = level_of(str(first), str(first_reading or ""), str(second), str(second_reading or ""))
        yield first, second, levels[level]


def batches(rows: Iterator[tuple[object, ...]], size: int) -> Iterator[list[tuple[object, ...]]]:
    """The rows in lists of at most `size`."""
    while batch := list(islice(rows, size)):
        yield batch
