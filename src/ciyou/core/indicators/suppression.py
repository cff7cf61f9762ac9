"""Counts that may be published: small cells are withheld, and with them whatever would give them away (contracts: class 1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One count of a table as it may be read: `count` is None where it is withheld."""

    count: int | None

    @property
    def withheld(self) -> bool:
        return self.count is None


@dataclass(frozen=True)
class Column:
    """One additive column: the cells by their keys, and their total."""

    cells: Mapping[str, Cell]
    total: Cell


@dataclass(frozen=True)
class Pattern:
    """Which cells of a column are withheld, and whether its total is: decided on counts, applied to whatever they count."""

    withheld: frozenset[str] = frozenset()
    total: bool = False

    def apply(self, values: Mapping[str, int]) -> Column:
        """The column of these values (counts, or the money behind them) as it may be read."""
        return Column(
            {key: Cell(None if key in self.withheld else value) for key, value in values.items()},
            Cell(None if self.total else sum(values.values())),
        )

    def __or__(self, other: Pattern) -> Pattern:
        return Pattern(self.withheld | other.withheld, self.total or other.total)


def withhold(columns: Sequence[Mapping[str, int]], *, threshold: int) -> Pattern:
    """What is withheld of columns over the same rows that are told together, as parts of one sum are: in each the same cells.

    A row is withheld where a count of any column is from 1 up to below the threshold; then as many others that what is withheld
    cannot be derived in any column: its sum over the withheld rows must be 0 or reach the threshold, and cover two rows or more.
    Where no row is left the total goes too, as it does where a column's own total is small.
    """
    keys = {key for counts in columns for key in counts}
    withheld = {key for key in keys if any(0 < counts.get(key, 0) < threshold for counts in columns)}
    sizes = {key: [counts.get(key, 0) for counts in columns] for key in keys}
    shown = sorted(keys - withheld, key=lambda key: (not any(sizes[key]), sizes[key], key))
    while withheld and shown and not _all_covered(columns, withheld, threshold):
        withheld.add(shown.pop(0))
    small = any(0 < sum(counts.values()) < threshold for counts in columns)
    return Pattern(frozenset(withheld), small or (bool(withheld) and not _all_covered(columns, withheld, threshold)))


def withhold_over(strata: Iterable[Sequence[Mapping[str, int]]], *, threshold: int) -> Pattern:
    """What is withheld of a sum over several months (or runs): whatever is withheld in any one of them.

    Each stratum can be asked for by itself, so that the difference between the sum and the others would tell it.
    """
    found = Pattern()
    for columns in strata:
        found |= withhold(columns, threshold=threshold)
    return found


def suppress_column(counts: Mapping[str, int], *, threshold: int) -> Column:
    """Withhold every count from 1 up to below the threshold; then as many others that what is withheld cannot be derived.

    Cells add up to the total. The sum of what is withheld (total less what is shown) must itself reach the threshold and cover
    two cells or more: else the smallest other cell is withheld too, and where none is left the total. Nothing is told of the difference
    between a small cell and one that is withheld for its sake. A zero is published, as long as it need not cover another cell.
    """
    return withhold([counts], threshold=threshold).apply(counts)


def suppress_table(
    rows: Sequence[str], columns: Mapping[str, Mapping[str, int]], *, threshold: int
) -> Mapping[str, Column]:
    """Several columns over the same rows, each by itself; a row that a column does not name counts 0."""
    return {
        name: suppress_column({row: counts.get(row, 0) for row in rows}, threshold=threshold)
        for name, counts in columns.items()
    }


def _all_covered(columns: Sequence[Mapping[str, int]], withheld: set[str], threshold: int) -> bool:
    if len(withheld) < 2:  # one cell is told by the total
        return False
    sums = [sum(counts.get(key, 0) for key in withheld) for counts in columns]
    return all(total == 0 or total >= threshold for total in sums)
