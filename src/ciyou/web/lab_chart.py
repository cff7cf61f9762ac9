"""The months of a trial as pairs of columns, now and then, drawn on the server. The table beside it says the same."""

from __future__ import annotations

from dataclasses import dataclass

from ciyou.batch.lab.findings import Told
from ciyou.batch.lab.tables import month_words

WIDTH, HEIGHT = 100, 100
_SIDE, _COLUMN = 14, 36


@dataclass(frozen=True)
class Bar:
    """A column, in the drawing's units; `part` whole (now) | current (then)."""

    part: str
    x: int
    y: str
    width: int
    height: str


@dataclass(frozen=True)
class TrialChart:
    """Pairs of columns by month; the highest is `most_fen`."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    most_fen: int
    labels: tuple[tuple[str, str], ...]


def trial_chart(told: Told) -> TrialChart | None:
    """The chart of a trial; None where some month is not told, or there is nothing to compare."""
    before, after = told.months["before_fen"], told.months["after_fen"]
    known = [fen for fen in (*before, *after) if fen is not None]
    most = max(known, default=0)
    if len(known) < 2 * len(before) or len(before) < 2 or most <= 0:
        return None
    bars = []
    for place, pair in enumerate(zip(before, after, strict=True)):
        for number, (part, fen) in enumerate(zip(("whole", "current"), pair, strict=True)):
            height = HEIGHT * max(fen or 0, 0) / most
            bars.append(
                Bar(part, place * WIDTH + _SIDE + number * _COLUMN, f"{HEIGHT - height:.2f}", _COLUMN, f"{height:.2f}")
            )
    words = [month_words(told.findings, number).split("-") for number in range(len(before))]
    labels = tuple(
        (f"{int(month)}", year if place == 0 or month == "01" else "") for place, (year, month) in enumerate(words)
    )
    return TrialChart(tuple(bars), WIDTH * len(before), HEIGHT, most, labels)
