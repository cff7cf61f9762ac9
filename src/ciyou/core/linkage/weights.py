"""The weights of comparisons in bits, reckoned with in whole tenths, so that sums do not depend on order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log2
from typing import Any

from ciyou.core.linkage.name_agreement import NameLevel

BY_RARITY = (NameLevel.EXACT, NameLevel.SAME_READING, NameLevel.CLOSE_READING, NameLevel.LOOK_ALIKE)
"""Levels of names whose weight is the rarity of the name and what the level takes away; all others have a weight of their own."""


@dataclass(frozen=True)
class Weights:
    """The content of a versioned file of weights (docs/decisions/0034)."""

    content: Mapping[str, Any]

    @property
    def version(self) -> str:
        """The version of the file."""
        return str(self.content["version"])

    def tenths(self, *path: str) -> int:
        """The weight at `path` (such as "born", "same") in tenths of a bit."""
        found: Any = self.content
        for step in path:
            found = found[step]
        return round(float(found) * 10)

    def amount(self, *path: str) -> int:
        """A whole number of the file that is no weight."""
        return self.tenths(*path) // 10

    def less_for(self, level: NameLevel) -> int:
        """What a level of BY_RARITY adds to the rarity of the name, in tenths."""
        return 0 if level is NameLevel.EXACT else self.tenths("name", level.value)

    def rarity(self, people: int, everybody: int) -> int:
        """What an equal name weighs where `people` of `everybody` are read so, in tenths."""
        smoothing, rarest = self.amount("name", "smoothing_people"), self.tenths("name", "rarest")
        bits = log2((everybody + smoothing) / (people + smoothing * 2 ** (-rarest / 10)))
        return max(self.tenths("name", "commonest"), min(rarest, floor(10 * bits + 0.5)))
