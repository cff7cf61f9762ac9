"""How right the linking of each roster is, as far as people have looked. No person's data."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ciyou.apps.rosters.pair_lists import QualityLine, read_quality
from ciyou.core.linkage.quality import Estimate
from ciyou.web.addresses import address_of
from ciyou.web.context import short_language
from ciyou.web.explaining import source_name
from ciyou.web.pair_wording import FOLLOWED


@dataclass(frozen=True)
class Share:
    """An estimate in words: the share ("" where nobody looked yet), and from where to where it may be."""

    value: str
    span: str


@dataclass(frozen=True)
class Row:
    """One roster of the table."""

    name: str
    line: QualityLine
    precision: Share
    recall: Share


def show_quality(request: HttpRequest) -> HttpResponse:
    """The table by roster."""
    found, lang = read_quality(request.actor), short_language()
    rows = [
        Row(source_name(line.roster, lang), line, share_of(line.quality.precision), share_of(line.quality.recall))
        for line in found.lines
        if line.links or line.missed or line.waiting
    ]
    content = {
        "table": found,
        "rows": rows,
        "followed": [(words, found.followed[code]) for code, words in FOLLOWED.items() if found.followed.get(code)],
        "sample": f"{address_of('next_pair')}?sample=1",
    }
    return render(request, "web/pages/pair_quality.html", content)


def share_of(estimate: Estimate) -> Share:
    """An estimate as percentages with one decimal; a share below one is never rounded up to it. Of anything, nothing is said."""
    value = "" if estimate.value is None else _percent(estimate.value)
    if not value and (estimate.low, estimate.high) == (0, 1):
        return Share("", "")
    span = _("%(low)s 至 %(high)s") % {"low": _percent(estimate.low), "high": _percent(estimate.high)}
    return Share(value, span)


def _percent(share: float) -> str:
    thousandths = int(share * 1000 + (0.5 if share < 0.9995 else 0))
    return f"{min(thousandths, 999 if share < 1 else 1000) / 10:.1f}%"
