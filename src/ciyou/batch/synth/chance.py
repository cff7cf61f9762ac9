"""Seeded draws: the same words give the same draws on every machine."""

from __future__ import annotations

import datetime as dt
import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Chance:
    """A stream of draws that depends only on the words it was made from.

    `unit` is a draw from [0, 1). Everything is built on it: `random.Random.random` is the one draw that the
    standard library promises to repeat across versions, and it is ten times as fast as `randrange`.
    """

    __slots__ = ("unit",)

    def __init__(self, *words: object) -> None:
        self.unit = random.Random("/".join(str(word) for word in words)).random

    def hit(self, probability: float) -> bool:
        """True with the given probability."""
        return self.unit() < probability

    def below(self, bound: int) -> int:
        """A whole number from 0 to `bound` - 1."""
        return int(self.unit() * bound)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, all equally likely."""
        return options[int(self.unit() * len(options))]

    def digits(self, count: int) -> str:
        """That many decimal digits (at most 15)."""
        return str(int(self.unit() * 10**count)).zfill(count)

    def day(self, first: dt.date, last: dt.date) -> dt.date:
        """A day from `first` to `last`, both included."""
        return dt.date.fromordinal(self.between(first.toordinal(), last.toordinal()))

    def bell(self, middle: float, spread: float) -> float:
        """Roughly normal: the sum of four uniform draws, so never further than 3.5 spreads from the middle."""
        unit = self.unit
        return middle + spread * 1.732 * (unit() + unit() + unit() + unit() - 2.0)

    def shuffle(self, items: list[T]) -> None:
        """Puts the list in a random order, in place."""
        for last in range(len(items) - 1, 0, -1):
            other = int(self.unit() * (last + 1))
            items[last], items[other] = items[other], items[last]

    def whole(self, expected: float) -> int:
        """A whole number with that mean: rounded up or down at random, so that rare things do occur."""
        return int(expected + self.unit())


class Wheel(Generic[T]):
    """Options with unequal weights."""

    __slots__ = ("_cumulative", "_options")

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._options = tuple(weights)
        self._cumulative = list(accumulate(weights.values()))

    def spin(self, chance: Chance) -> T:
        """One of the options, by weight."""
        return self._options[bisect(self._cumulative, chance.unit() * self._cumulative[-1])]


class Mishaps:
    """Things that may go wrong with one field, at most one at a time; usually nothing does."""

    __slots__ = ("_cumulative", "_kinds", "_total")

    def __init__(self, rates: Mapping[str, float], noise: float) -> None:
        """`rates` are probabilities at noise 1. Their sum is kept at 0.95 or less, however large the noise."""
        positive = {kind: rate * noise for kind, rate in rates.items() if rate * noise > 0}
        shrink = min(1.0, 0.95 / max(sum(positive.values()), 0.95))
        self._kinds = tuple(positive)
        self._cumulative = list(accumulate(rate * shrink for rate in positive.values()))
        self._total = self._cumulative[-1] if self._cumulative else 0.0

    def strike(self, chance: Chance) -> str:
        """The kind of mishap, or an empty text."""
        draw = chance.unit()
        return self._kinds[bisect(self._cumulative, draw)] if draw < self._total else ""
