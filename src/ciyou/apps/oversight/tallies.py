"""Counts and the money behind them, told by rows: what is small is withheld, in every column and over every stretch of time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ciyou.core.indicators.suppression import Column, Pattern, withhold_over

Counts = Mapping[str, int]


@dataclass
class Tally:
    """Counts by row, kept apart by stratum (a month, a month of a series), and the fen behind them by row."""

    counts: dict[Hashable, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    fen: Counter[str] = field(default_factory=Counter)

    def add(self, stratum: Hashable, row: str, count: int, fen: int = 0) -> None:
        """Count something."""
        self.counts[stratum][row] += count
        self.fen[row] += fen

    def over(self, rows: Sequence[str]) -> dict[str, int]:
        """The counts of all strata together."""
        return {row: sum(counts.get(row, 0) for counts in self.counts.values()) for row in rows}

    def pattern(self, rows: Sequence[str], *, threshold: int) -> Pattern:
        """What is withheld of this column told by itself."""
        return pattern_together((self,), rows, threshold=threshold)

    def columns(self, rows: Sequence[str], pattern: Pattern) -> tuple[Column, Column]:
        """The counts and the fen as they may be read."""
        return pattern.apply(self.over(rows)), pattern.apply({row: self.fen.get(row, 0) for row in rows})


def pattern_together(tallies: Sequence[Tally], rows: Sequence[str], *, threshold: int) -> Pattern:
    """What is withheld of columns that are parts of one sum: of all the same rows."""
    strata = {stratum for tally in tallies for stratum in tally.counts}
    return withhold_over(
        [[{row: tally.counts[stratum].get(row, 0) for row in rows} for tally in tallies] for stratum in strata],
        threshold=threshold,
    )


def columns_of(
    tallies: Mapping[str, Tally], rows: Sequence[str], *, parts: Iterable[str] = (), whole: str = "", threshold: int
) -> dict[str, Column]:
    """Every tally as two columns, `<name>` and `<name>_fen`. `parts` add up to `whole`: they are withheld together, and with it."""
    patterns = {name: tally.pattern(rows, threshold=threshold) for name, tally in tallies.items()}
    named = list(parts)
    if named:
        together = pattern_together([tallies[whole], *(tallies[name] for name in named)], rows, threshold=threshold)
        patterns |= dict.fromkeys(named, together | patterns[whole])
    found: dict[str, Column] = {}
    for name, tally in tallies.items():
        found[name], found[f"{name}_fen"] = tally.columns(rows, patterns[name])
    return found
