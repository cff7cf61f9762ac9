"""Record numbers that stand twice: found by 64-bit hashes (8 bytes a row), then settled by the numbers themselves."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

# Hashes are kept in this many parts, so that sorting one part needs little memory beside what is kept.
_PARTS = 16


class NumbersSeen:
    """Hashes of the record numbers of one roster, and of all rosters before it.

    The hashes differ from process to process, what is decided by them does not: every suspect is compared in full.
    """

    def __init__(self) -> None:
        self._earlier: list[pa.Array] = [pa.array([], pa.int64()) for _ in range(_PARTS)]
        self._current: list[list[pa.Array]] = [[] for _ in range(_PARTS)]

    def add(self, numbers: Iterable[str]) -> None:
        """Remember the numbers of the roster that is being read."""
        hashes = pa.array(map(hash, numbers), pa.int64())
        part_of = pc.bit_wise_and(hashes, _PARTS - 1)
        for part, kept in enumerate(self._current):
            kept.append(hashes.filter(pc.equal(part_of, part)))

    def finish_roster(self) -> tuple[frozenset[int], frozenset[int]]:
        """Hashes that stand twice in this roster, and hashes that also stand in an earlier one."""
        twice: list[int] = []
        both: list[int] = []
        for part in range(_PARTS):
            current = _sorted(self._current[part])
            self._current[part] = []
            twice += _repeated(current)
            together = _sorted([self._earlier[part], pc.unique(current)])
            both += _repeated(together)
            self._earlier[part] = pc.unique(together)
        return frozenset(twice), frozenset(both)


def _sorted(parts: list[pa.Array]) -> pa.Array:
    joined = pa.concat_arrays(parts) if parts else pa.array([], pa.int64())
    return joined.take(pc.array_sort_indices(joined))


def _repeated(ordered: pa.Array) -> list[int]:
    """The values that stand more than once in a sorted array."""
    if len(ordered) < 2:
        return []
    same = pc.equal(ordered[1:], ordered[:-1])
    found: list[int] = pc.unique(ordered[1:].filter(same)).to_pylist()
    return found
