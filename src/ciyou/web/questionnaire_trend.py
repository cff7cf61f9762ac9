"""How the results of one questionnaire moved: a sentence, and columns drawn on the server. The table beside them says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ciyou.apps.care.selectors import FilledLine
from ciyou.core.questionnaires import TOTAL, compare
from ciyou.packs.questionnaires import QuestionnaireFile

WIDTH, HEIGHT = 100, 100
MOST_SHOWN = 12
_SIDE = 25


@dataclass(frozen=True)
class Column:
    """One result in the drawing's units; one without a score has none."""

    x: int
    y: str
    height: str


@dataclass(frozen=True)
class TrendChart:
    """The last results, oldest first, with the hint's line (`line`, "" where it is not one value); `labels` are their days and points."""

    columns: tuple[Column, ...]
    width: int
    line: str
    labels: tuple[tuple[str, str], ...]


def trend_chart(lines: Sequence[FilledLine]) -> TrendChart | None:
    """The columns; None where there is nothing to compare."""
    shown = lines[-MOST_SHOWN:]
    points = [line.result.result.of(TOTAL).points for line in shown]
    cut_offs = set(shown[-1].result.cut_offs.get(TOTAL, ())) if shown else set()
    known = [one for one in points if one is not None]
    if len(known) < 2:
        return None
    most = max(*known, *cut_offs, 1)
    columns = tuple(
        Column(place * WIDTH + _SIDE, f"{HEIGHT - HEIGHT * one / most:.2f}", f"{HEIGHT * one / most:.2f}")
        for place, one in enumerate(points)
        if one is not None
    )
    line = f"{HEIGHT - HEIGHT * next(iter(cut_offs)) / most:.2f}" if len(cut_offs) == 1 else ""
    labels = tuple(
        (f"{one.asked_on:%m-%d}", "?" if found is None else str(found))
        for one, found in zip(shown, points, strict=True)
    )
    return TrendChart(columns, WIDTH * len(shown), line, labels)


def change_words(earlier: Sequence[FilledLine], line: FilledLine, file: QuestionnaireFile | None) -> str:
    """How the last one differs from the one before; "" where there is none, or no score."""
    if not earlier or file is None or file.scoring is None:
        return ""
    found = compare(file.scoring, earlier[-1].result.result, line.result.result)
    if found.change is None:
        return _("和上一次不能比：有一次没有得分。")
    if found.change == 0:
        return _("和上一次的总分一样。")
    words = _("比上一次多 %(points)s 分") if found.change > 0 else _("比上一次少 %(points)s 分")
    told = words % {"points": abs(found.change)}
    return _("%(change)s，困难比上一次多。") % {"change": told} if found.worse else _("%(change)s。") % {"change": told}
