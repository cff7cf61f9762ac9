"""How well names agree, judged once per distinct pair of names and kept as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from ciyou.batch.engines.duckdb_store import Store
from ciyou.core.linkage.name_agreement import NameLevel, compare_names, names_compatible
from ciyou.core.linkage.names import NameReading, split_name

LEVELS: dict[NameLevel, int] = {
    NameLevel.EXACT: 0,
    NameLevel.SAME_READING: 1,
    NameLevel.CLOSE_READING: 2,
    NameLevel.LOOK_ALIKE: 2,
    NameLevel.SURNAME_CHANGED: 3,
    NameLevel.TRUNCATED: 3,
    NameLevel.TRANSLITERATED: 3,
    NameLevel.NICKNAME: 3,
    NameLevel.ONE_OF_FOUR_DIFFERS: 4,
    NameLevel.ONE_DIFFERS: 4,
    NameLevel.DIFFERENT: 5,
    NameLevel.MISSING: 6,
}
"""The levels as numbers for SQL: 0–3 compatible, 4 one character differs, 5 different, 6 no name."""
APPEND_ROWS = 20_000


@lru_cache(maxsize=100_000)
def _read(key: str) -> NameReading:
    return NameReading(key, *split_name(key), parts=(key,))


@lru_cache(maxsize=200_000)
def level_of(first: str, first_reading: str, second: str, second_reading: str) -> NameLevel:
    """How far two cleaned names agree."""
    return compare_names(_read(first), _read(second), first_reading=first_reading, second_reading=second_reading)


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
