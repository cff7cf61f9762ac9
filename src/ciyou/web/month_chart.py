"""The months of money as columns, drawn on the server: no script, no colors of its own. The table beside it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ciyou.apps.oversight.payment_figures import MonthRow

WIDTH, HEIGHT = 100, 100
"""The drawing's own units: a column has WIDTH for itself, the highest is HEIGHT."""
_SIDE = 20


@dataclass(frozen=True)
class Bar:
    """A part of a column, in the drawing's units; `part` current | arrears | whole | withheld."""

    part: str
    x: int
    y: str
    width: int
    height: str


@dataclass(frozen=True)
class MonthChart:
    """Columns of the money that arrived. `arrears`: the parts are told in some month; `withheld`: some month is not told."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    most_fen: int
    labels: tuple[tuple[str, str], ...]
    arrears: bool
    whole: bool
    withheld: bool


def month_chart(rows: Sequence[MonthRow]) -> MonthChart | None:
    """The chart of these months; None where there is nothing to compare."""
    most = max((row.cells["paid_fen"].count or 0 for row in rows), default=0)
    if len(rows) < 2 or most <= 0:
        return None
    bars = [bar for place, row in enumerate(rows) for bar in _bars(row, place * WIDTH + _SIDE, most)]
    parts = {bar.part for bar in bars}
    years = {row.month.year for row in rows[:2]} if rows[0].month.month == 12 else set()  # January says it for both
    labels = tuple(
        (f"{row.month.month}", f"{row.month.year}" if (place == 0 and len(years) < 2) or row.month.month == 1 else "")
        for place, row in enumerate(rows)
    )
    return MonthChart(
        tuple(bars), WIDTH * len(rows), HEIGHT, most, labels, "arrears" in parts, "whole" in parts, "withheld" in parts
    )


def _bars(row: MonthRow, x: int, most: int) -> list[Bar]:
    total, arrears = row.cells["paid_fen"].count, row.cells["arrears_fen"].count
    width = WIDTH - 2 * _SIDE
    if total is None:
        return [Bar("withheld", x, "0", width, f"{HEIGHT}")]
    if arrears is None:
        return [_bar("whole", x, 0, total, most)]
    current = _bar("current", x, 0, total - arrears, most)
    return [current, _bar("arrears", x, total - arrears, arrears, most)] if arrears else [current]


def _bar(part: str, x: int, below: int, fen: int, most: int) -> Bar:
    height, foot = HEIGHT * max(fen, 0) / most, HEIGHT * max(below, 0) / most
    return Bar(part, x, f"{HEIGHT - foot - height:.2f}", WIDTH - 2 * _SIDE, f"{height:.2f}")
