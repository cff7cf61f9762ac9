"""Record numbers that stand twice: found by sorted 64-bit hashes (8 bytes a row), then settled by the numbers themselves."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc


class NumbersSeen:
    """Hashes of the record numbers of one roster, and of all rosters before it.

    The hashes differ from process to process, what is decided by them does not: every suspect is compared in full.
    """

    def __init__(self) -> None:
        self._earlier: list[pa.Array] = []
        self._current: list[pa.Array] = []

    def add(self, numbers: Iterable[str]) -> None:
        """Remember the numbers of the roster that is being read."""
        self._current.append(pa.array(map(hash, numbers), pa.int64()))

    def finish_roster(self) -> tuple[frozenset[int], frozenset[int]]:
        """Hashes that stand twice in this roster, and hashes that also stand in an earlier one."""
        current = _sorted(self._current)
        twice = _repeated(current)
        distinct = _sorted([pc.unique(current)])
        both = _repeated(_sorted([*self._earlier, distinct]))
        self._earlier = [_sorted([pc.unique(_sorted([*self._earlier, distinct]))])]
        self._current = []
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
