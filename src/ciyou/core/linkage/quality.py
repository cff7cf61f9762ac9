"""How good a linkage is: pairwise precision, recall and F1 against known truth, with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A share with its interval; `value` is None where there was nothing to judge."""

    value: float | None
    low: float
    high: float


def wilson_interval(successes: int, trials: int, *, z: float = _NORMAL_95) -> Estimate:
    """A share of independent trials with its score interval (Wilson 1927); 95 % by default."""
    if trials == 0:
        return Estimate(None, 0.0, 1.0)
    share = successes / trials
    weight = z * z / trials
    center = share + weight / 2
    spread = z * sqrt(share * (1 - share) / trials + weight / trials / 4)
    low = 0.0 if successes == 0 else max(0.0, (center - spread) / (1 + weight))
    high = 1.0 if successes == trials else min(1.0, (center + spread) / (1 + weight))
    return Estimate(share, low, high)


@dataclass(frozen=True)
class PairCounts:
    """Pairs of records that were linked and should have been, that should not, and that were missed.

    Counts of several sets add up (pooling); a part subtracts from the whole ("pairs with at least one bad ID" = all pairs
    minus the pairs among records with good IDs). Pairs of one person hang together, so the intervals are too narrow.
    """

    right: int
    wrong: int
    missed: int

    def __add__(self, other: PairCounts) -> PairCounts:
        return PairCounts(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    def __sub__(self, other: PairCounts) -> PairCounts:
        return PairCounts(self.right - other.right, self.wrong - other.wrong, self.missed - other.missed)

    @property
    def precision(self) -> Estimate:
        """Of the linked pairs, how many are of one person."""
        return wilson_interval(self.right, self.right + self.wrong)

    @property
    def recall(self) -> Estimate:
        """Of the pairs of one person, how many are linked."""
        return wilson_interval(self.right, self.right + self.missed)

    @property
    def f1(self) -> Estimate:
        """The harmonic mean of both; its interval is that of right / (right + wrong + missed), of which it is a function."""
        jaccard = wilson_interval(self.right, self.right + self.wrong + self.missed)
        value = None if jaccard.value is None else _f1_of_jaccard(jaccard.value)
        return Estimate(value, _f1_of_jaccard(jaccard.low), _f1_of_jaccard(jaccard.high))


def _f1_of_jaccard(share: float) -> float:
    return 2 * share / (1 + share)


def count_pairs(
    linked: Mapping[str, Hashable], truth: Mapping[str, Hashable], *, among: Collection[str] | None = None
) -> PairCounts:
    """Pairs right, wrong and missed over all records of the truth (or those `among` them).

    `linked` and `truth` map a record to the person it was linked to and to whom it belongs; a record that is missing from
    `linked` is linked to nobody.
    """
    records = truth.keys() if among is None else truth.keys() & set(among)
    cells: Counter[tuple[Hashable, Hashable]] = Counter()
    found: Counter[Hashable] = Counter()
    people: Counter[Hashable] = Counter()
    for record in records:
        person = truth[record]
        people[person] += 1
        if record in linked:
            found[linked[record]] += 1
            cells[linked[record], person] += 1
    right = _pairs(cells)
    return PairCounts(right, _pairs(found) - right, _pairs(people) - right)


def count_mixed_clusters(linked: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> int:
    """How many linked persons hold records of more than one person."""
    people: dict[Hashable, Hashable] = {}
    mixed: set[Hashable] = set()
    for record, cluster in linked.items():
        if record in truth and people.setdefault(cluster, truth[record]) != truth[record]:
            mixed.add(cluster)
    return len(mixed)


def _pairs(sizes: Mapping[Any, int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
