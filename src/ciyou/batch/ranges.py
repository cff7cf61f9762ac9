"""Ranges of person numbers: the pieces in which facts and children go through memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PEOPLE_PER_RANGE = 30_000
_LAST = 2**64


@dataclass(frozen=True)
class Range:
    """People whose number lies in [first, last)."""

    first: int
    last: int

    def where(self, column: str) -> str:
        """SQL: the condition that a column lies in the range."""
        upper = "" if self.last >= _LAST else f" AND {column} < {self.last}::UBIGINT"
        return f"{column} >= {self.first}::UBIGINT{upper}"


def ranges_of(people: int, *, per_range: int = PEOPLE_PER_RANGE) -> Iterator[Range]:
    """Equal ranges over all person numbers: they are drawn from a hash, so equal ranges hold about equally many people."""
    count = max(1, -(-people // per_range))
    for number in range(count):
        yield Range(number * _LAST // count, (number + 1) * _LAST // count)
