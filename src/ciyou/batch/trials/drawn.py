"""A drawn population for whoever has no rosters: so many children in a place, the same for the same seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from ciyou.batch.engines.drawn_children import Drawing, draw_children
from ciyou.batch.trials.populations import NEXT_DIGITS
from ciyou.core.errors import Place, Problem, RunError
from ciyou.packs import load_vocabulary
from ciyou.packs.loading import full_division

PIECE = 100_000
PARTS = 12
"""Into how many places below its own a drawn place is divided."""
MOST_CHILDREN = 10_000_000


@dataclass(frozen=True)
class DrawnPopulation:
    """Children of nobody. `division`: where they live; its parts are numbered and stand in no gazetteer."""

    children: int
    digits: int
    drawing: Drawing

    def pieces(self) -> Iterator[pa.Table]:
        """A hundred thousand at a time."""
        for first in range(0, self.children, PIECE):
            yield draw_children(self.drawing, first=first, count=min(PIECE, self.children - first))


def draw_population(
    children: int, *, division: str, as_of: dt.date, seed: int = 1, columns: frozenset[str] | None = None
) -> DrawnPopulation:
    """So many children in a division (2 to 12 digits); raises RunError, PackError. `columns`: only these facts are wanted."""
    if not 1 <= children <= MOST_CHILDREN:
        raise RunError(
            Problem(
                Place(),
                "lab.children",
                f"模拟儿童数应在 1 到 {MOST_CHILDREN} 之间；请改正。",
                f"The number of drawn children is between 1 and {MOST_CHILDREN}; correct it.",
            )
        )
    own = full_division(division).rstrip("0") if set(division) != {"0"} else ""
    own = own + "0" * (_length(own) - len(own))
    digits = NEXT_DIGITS[len(own)]
    parts = [own] if digits == len(own) else [f"{own}{number:0{digits - len(own)}d}" for number in range(1, PARTS + 1)]
    if digits == 2:
        parts = [f"{number}" for number in range(51, 51 + PARTS)]
    villages = tuple(part.ljust(12, "0") for part in parts)
    return DrawnPopulation(children, digits, Drawing(load_vocabulary(), as_of, villages, seed, columns))


def _length(digits: str) -> int:
    return next(length for length in (0, 2, 4, 6, 9, 12) if length >= len(digits))
