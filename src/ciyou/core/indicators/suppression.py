"""Counts that may be published: small cells are withheld, and with them whatever would give them away (contracts: class 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def suppress_column(counts: Mapping[str, int], *, threshold: int) -> Column:
    """Withhold every count from 1 up to below the threshold; then as many others that what is withheld cannot be derived.

    Cells add up to the total. The sum of what is withheld (total less what is shown) must itself reach the threshold and cover
    two cells or more: else the smallest other cell is withheld too, and where none is left the total. Nothing is told of the difference
    between a small cell and one that is withheld for its sake. A zero is published, as long as it need not cover another cell.
    """
    withheld = {key for key, count in counts.items() if 0 < count < threshold}
    shown = sorted((key for key in counts if key not in withheld), key=lambda key: (counts[key] == 0, counts[key], key))
    while withheld and shown and not _covered(counts, withheld, threshold):
        withheld.add(shown.pop(0))
    total = sum(counts.values())
    hide_total = 0 < total < threshold or (bool(withheld) and not _covered(counts, withheld, threshold))
    return Column(
        {key: Cell(None if key in withheld else count) for key, count in counts.items()},
        Cell(None if hide_total else total),
    )


def suppress_table(
    rows: Sequence[str], columns: Mapping[str, Mapping[str, int]], *, threshold: int
) -> Mapping[str, Column]:
    """Several columns over the same rows, each by itself; a row that a column does not name counts 0."""
    return {
        name: suppress_column({row: counts.get(row, 0) for row in rows}, threshold=threshold)
        for name, counts in columns.items()
    }


def _covered(counts: Mapping[str, int], withheld: set[str], threshold: int) -> bool:
    return len(withheld) > 1 and sum(counts[key] for key in withheld) >= threshold
