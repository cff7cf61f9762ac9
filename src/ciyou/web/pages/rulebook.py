"""The law for everybody to read: the rules, what each place has instead, and every value with its source. No person stands here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.core.errors import PackError
from ciyou.core.rules.words import Phrase
from ciyou.packs.rulebook import RuleText, list_places, place_words, text_here
from ciyou.packs.rulebook.texts import ANYWHERE
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route
from ciyou.web.rulebook_content import Content
from ciyou.web.rulebook_links import LISTS, ServedLinks

EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)


@dataclass(frozen=True)
class Asked:
    """A place and a day that a reader asks about, and how the rule stands there; `fault` where they cannot be used."""

    place: str
    on: dt.date
    places: list[tuple[str, str]]
    chosen: bool
    place_name: Phrase | None
    text: RuleText | None
    fault: str


def show_front(request: HttpRequest) -> HttpResponse:
    """The rules by measure, with a search."""
    return _show(request, "front", _content().front())


def show_rule(request: HttpRequest, rule_code: str) -> HttpResponse:
    """One rule, and with ?place=…&on=… how it stands there on that day."""
    try:
        content = _content().rule(rule_code)
    except KeyError as missing:
        raise Http404 from missing
    return _show(request, "rule", {**content, "asked": _asked(request, rule_code)})


def show_list(request: HttpRequest, *, name: str) -> HttpResponse:
    """One of the lists."""
    return _show(request, name, _content().listed(name))


def _content() -> Content:
    return Content(ServedLinks(), as_of=timezone.localdate())


def _show(request: HttpRequest, page: str, content: dict[str, Any]) -> HttpResponse:
    return render(request, f"web/rulebook/{page}.html", {"frame": "web/base.html", **content})


def _asked(request: HttpRequest, code: str) -> Asked:
    """What the address asks for; a place or day that cannot be used is told, and the rest of the page stands."""
    place, written = request.GET.get("place", ""), request.GET.get("on", "")
    on, fault = _day(written)
    text = None
    if place and not fault:
        try:
            text = text_here(code, division=place, as_of=on)
        except PackError as error:
            fault = error.text(short_language())
    lang = short_language()
    named: dict[str, str] = {}
    for one in list_places():
        named.setdefault(_division(one.code), one.name.text(lang))
    if place and not fault:
        named.setdefault(place, place_words(place).text(lang))
    return Asked(
        place=place or ANYWHERE,
        on=on,
        places=list(named.items()),
        chosen=bool(place) and not fault,
        place_name=None if not place or fault else place_words("" if place == ANYWHERE else place),
        text=text,
        fault=fault,
    )


def _division(pack: str) -> str:
    return pack.partition("_")[2] or ANYWHERE


def _day(written: str) -> tuple[dt.date, str]:
    if not written:
        return timezone.localdate(), ""
    try:
        on = dt.date.fromisoformat(written)
    except ValueError:
        on = dt.date.min
    if EARLIEST <= on <= LATEST:
        return on, ""
    return timezone.localdate(), _("日期应写成 2026-06-01 这样，在 2000 年至 2100 年之间。")


ROUTES = (
    Route("rules/", show_front, "rulebook", Access.OPEN),
    *(Route(f"rules/{name}/", partial(show_list, name=name), f"rulebook_{name}", Access.OPEN) for name in LISTS),
    Route("rules/<str:rule_code>/", show_rule, "rule_page", Access.OPEN),
)
