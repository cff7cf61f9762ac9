"""Numbers as far as they are known: a value, or a floor and a ceiling between which it lies.

A known number is its own floor and ceiling; an unknown fact has the bounds of its domain; an unknown condition keeps both
branches open. Batch engines follow the same definitions:

- sum, difference, times: bounds added, subtracted crosswise, multiplied;
- highest: floor is the highest known floor, ceiling the highest ceiling (none if any is missing); lowest: mirrored;
- top-up: floor max(0, floor(standard) − ceilings(received)), ceiling max(0, ceiling(standard) − floors(received));
- first: the hull of every arm that can still be chosen;
- amount(rule): 0 where its condition is false; from 0 up to the amount's ceiling where it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ciyou.core.facts.definition import FactDefinition


class Bounds(NamedTuple):
    """A number as far as it is known: `value` None is unknown; `floor`/`ceiling` None is unbounded."""

    value: int | None
    floor: int | None
    ceiling: int | None

    @classmethod
    def exactly(cls, value: int) -> Bounds:
        return cls(value, value, value)

    def from_nothing(self) -> Bounds:
        """The same as an amount that may not be due at all: from 0 up to its ceiling."""
        return Bounds(None, 0, None if self.ceiling is None else max(0, self.ceiling))


ZERO = Bounds.exactly(0)


def bounds_of(definition: FactDefinition) -> tuple[int | None, int | None]:
    """Lowest and highest value of a numeric fact; a missing minimum means 0, a missing maximum no bound."""
    return (0 if definition.minimum is None else definition.minimum), definition.maximum


def add_up(items: Sequence[Bounds]) -> Bounds:
    """The sum of several numbers, unknown and unbounded as soon as one is."""
    return Bounds(
        _all(sum, [item.value for item in items]),
        _all(sum, [item.floor for item in items]),
        _all(sum, [item.ceiling for item in items]),
    )


def take_away(left: Bounds, right: Bounds) -> Bounds:
    """`left − right`, the bounds crosswise."""
    return Bounds(_minus(left.value, right.value), _minus(left.floor, right.ceiling), _minus(left.ceiling, right.floor))


def times(item: Bounds, factor: int) -> Bounds:
    """A number times a whole number; a negative one swaps floor and ceiling."""
    low, high = _times(item.floor, factor), _times(item.ceiling, factor)
    return Bounds(_times(item.value, factor), *((low, high) if factor >= 0 else (high, low)))


def share_of(item: Bounds, share: Bounds) -> Bounds:
    """item × share / 100, bound by bound."""
    return Bounds(
        percent_of(item.value, share.value),
        percent_of(item.floor, share.floor),
        percent_of(item.ceiling, share.ceiling),
    )


def percent_of(amount: int | None, share: int | None) -> int | None:
    """amount × share / 100, rounded half up to a whole fen (amounts and shares are not negative)."""
    return None if amount is None or share is None else (amount * share + 50) // 100


def highest(items: Sequence[Bounds]) -> Bounds:
    """The highest of several: the known part still gives a floor."""
    floors = [item.floor for item in items if item.floor is not None]
    return Bounds(
        _all(max, [item.value for item in items]),
        max(floors) if floors else None,
        _all(max, [item.ceiling for item in items]),
    )


def lowest(items: Sequence[Bounds]) -> Bounds:
    """The lowest of several: the known part still gives a ceiling."""
    ceilings = [item.ceiling for item in items if item.ceiling is not None]
    return Bounds(
        _all(min, [item.value for item in items]),
        _all(min, [item.floor for item in items]),
        min(ceilings) if ceilings else None,
    )


def top_up(standard: Bounds, received: Bounds) -> Bounds:
    """What is missing to the standard, never below 0."""
    value, floor, ceiling = take_away(standard, received)
    return Bounds(
        None if value is None else max(0, value),
        0 if floor is None else max(0, floor),
        None if ceiling is None else max(0, ceiling),
    )


def hull(possible: Sequence[Bounds], *, certain: bool) -> Bounds:
    """What lies around every value that is still possible; `certain`: the first one is the one."""
    return Bounds(
        possible[0].value if certain else None,
        _all(min, [one.floor for one in possible]),
        _all(max, [one.ceiling for one in possible]),
    )


def _all(combine: Callable[[Iterable[int]], int], values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return combine(known) if len(known) == len(values) else None


def _minus(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left - right


def _times(value: int | None, factor: int) -> int | None:
    return None if value is None else value * factor
