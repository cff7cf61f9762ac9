"""线索分派: by township and village how leads stand, how much each child director has on hand, and handing all new ones out at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.cases.distribution import COLUMNS, PlaceLoad, distribution_of
from ciyou.apps.cases.leads import distribute
from ciyou.core.access.actor import significant_digits
from ciyou.web.work_wording import LEAD_STATES

NOTICE = "distribution_notice"
WORDS = {**LEAD_STATES, "overdue": gettext_lazy("超期")}
_TOWNSHIP_DIGITS, _DIGITS = 9, 12


@dataclass(frozen=True)
class Cell:
    """A count with the filter that shows what it counts."""

    column: str
    count: int
    query: str
    words: str


@dataclass(frozen=True)
class PlaceRow:
    """One division of the table: a township with the sum of its villages (`inside` leads to them), or a village."""

    name: str
    cells: tuple[Cell, ...]
    inside: str
    directors: tuple[tuple[str, str, int], ...]
    vacant: int


def show_distribution(request: HttpRequest) -> HttpResponse:
    """The townships of a county, or the villages of one township."""
    asked = request.GET.get("place", "")
    township = asked if _is_township(asked) and request.actor.scope.holds(asked) else ""
    if not township and _is_township(request.actor.scope.first):
        township = request.actor.scope.first
    places = distribution_of(request.actor, today=timezone.localdate())
    shown = [place for place in places if not township or _township(place.division) == township]
    content = {
        "township": division_names([township])[township] if township else "",
        "rows": _villages(shown, township) if township else _townships(shown),
        "totals": _cells(_sum(shown), township),
        "new": sum(place.counts.get("new", 0) for place in places if _is_placed(place.division)),
        "unplaced": sum(place.counts.get("new", 0) for place in places if not _is_placed(place.division)),
        "may_go_up": township != request.actor.scope.first,
        "notice": request.session.pop(NOTICE, None),
    }
    return render(request, "web/pages/distribution.html", content)


def share_all(request: HttpRequest) -> HttpResponse:
    """Give every new lead to whoever is there for its place."""
    given = distribute(request.actor)
    request.session[NOTICE] = given.counts()
    return redirect("distribution")


def _is_township(code: str) -> bool:
    return code.isascii() and code.isdigit() and len(significant_digits(code)) == _TOWNSHIP_DIGITS


def _is_placed(division: str) -> bool:
    """Whether somebody below the county can be there for it."""
    return len(significant_digits(division)) >= _TOWNSHIP_DIGITS


def _township(division: str) -> str:
    """The township that a village lies in; what names no township stands under its own code."""
    if not _is_placed(division):
        return division
    return division[:_TOWNSHIP_DIGITS].ljust(_DIGITS, "0")


def _townships(places: list[PlaceLoad]) -> list[PlaceRow]:
    groups: dict[str, list[PlaceLoad]] = {}
    for place in places:
        groups.setdefault(_township(place.division), []).append(place)
    names = division_names(groups)
    return [
        PlaceRow(
            names[code] if _is_township(code) else _("%(place)s（村未定）") % {"place": names[code]},
            _cells(_sum(group), code if _is_township(code) else ""),
            code if _is_township(code) else "",
            (),
            sum(_is_vacant(place) for place in group),
        )
        for code, group in sorted(groups.items())
    ]


def _villages(places: list[PlaceLoad], township: str) -> list[PlaceRow]:
    names = division_names({township, *(place.division for place in places)})
    return [
        PlaceRow(
            names[place.division].removeprefix(names[township]) or names[township],
            _cells(Counter(place.counts), place.division),
            "",
            tuple((one.post.user_name, str(one.post.id), one.open_leads) for one in place.directors),
            _is_vacant(place),
        )
        for place in places
    ]


def _is_vacant(place: PlaceLoad) -> int:
    return int(len(significant_digits(place.division)) == _DIGITS and not place.directors)


def _sum(places: list[PlaceLoad]) -> Counter[str]:
    total: Counter[str] = Counter()
    for place in places:
        total.update(place.counts)
    return total


def _cells(counts: Counter[str], code: str) -> tuple[Cell, ...]:
    place = f"place={code}&" if code else ""
    return tuple(
        Cell(column, counts[column], place + ("overdue=1" if column == "overdue" else f"state={column}"), WORDS[column])
        for column in COLUMNS
    )
