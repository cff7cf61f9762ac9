"""How often somebody visits: rows of a place by tier and category, of which the shortest holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

NOT_ASSESSED = "not_assessed"
"""What stands for the tier of a child whose risk nobody has confirmed."""


@dataclass(frozen=True)
class VisitInterval:
    """One row: at least every `days` days. `tiers` and `of` (rules) say whom it concerns; empty: everybody.

    `policy_default`: the number is ours and no law's; `verified`: somebody has checked it for the place.
    """

    code: str
    zh: str
    en: str
    days: int
    tiers: tuple[str, ...]
    of: tuple[str, ...]
    policy_default: bool
    verified: bool
    sources: tuple[str, ...] = ()
    note_zh: str = ""
    note_en: str = ""

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def concerns(self, tier: str, rules: frozenset[str]) -> bool:
        """Whether a child of this tier (`not_assessed` without one), of whom these rules say yes, is visited by this row."""
        return (not self.tiers or tier in self.tiers) and (not self.of or bool(rules & frozenset(self.of)))


def shortest_interval(rows: Iterable[VisitInterval], *, tier: str, rules: frozenset[str]) -> VisitInterval | None:
    """The row that holds for a child: of those that concern it the one with the fewest days; None where none does."""
    fitting = [one for one in rows if one.concerns(tier, rules)]
    return min(fitting, key=lambda one: (one.days, one.code), default=None)


def due_day(interval: VisitInterval, *, since: dt.date, today: dt.date) -> dt.date:
    """The day by which the next visit is due when the last was (or the plan began) on `since`: never before today, for nobody goes back in time."""
    return max(since + dt.timedelta(days=interval.days), today)
