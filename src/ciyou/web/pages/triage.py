"""What to find out first: the facts that settle most, in which villages, for which children, and the one step that asks for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_choices, division_name, division_names
from ciyou.apps.entitlements.contents import unknown_of
from ciyou.apps.entitlements.triage import (
    ASKED,
    DEPARTMENT,
    FACTS,
    PLACE,
    ROSTERS,
    VISIT,
    TriageChild,
    TriageLine,
    TriagePlace,
    triage_children,
    triage_of,
    triage_places,
)
from ciyou.core.access.actor import DIVISION_DIGITS, Actor, Purpose, significant_digits
from ciyou.core.access.roles import Action, may_do
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.words import unknown_words
from ciyou.packs import department_name, load_rule_book
from ciyou.web.addresses import address_of
from ciyou.web.context import short_language
from ciyou.web.explaining import source_name
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.pages.child.work import ways_of

Shown = TypeVar("Shown")
PAGE_SIZE = 25
LINES_ON_A_PAGE = 15
SHOWN_PLACES = 50
FIELDS = ("name", "division", "decisions")
_PERSONAL = 3
_TOWNSHIP_DIGITS, _LONGEST_KEY, _LONGEST_PAGE = 9, 80, 6
WAYS = {
    VISIT: gettext_lazy("走访可以问到的"),
    DEPARTMENT: gettext_lazy("部门知道的"),
    PLACE: gettext_lazy("要问当地规定的"),
}


@dataclass(frozen=True)
class Line:
    """One row: what to find out, what it settles, who knows it."""

    line: TriageLine
    words: str
    known_by: str
    rosters: str
    address: str


@dataclass(frozen=True)
class ChildRow:
    """One child with what the fact would settle, and the step that asks for it ("" where the reader has none)."""

    child: TriageChild
    alone: str
    shared: str
    way: str
    address: str


def show_triage(request: HttpRequest) -> HttpResponse:
    """The facts, or the rosters, that would settle most in the reader's area. Numbers only."""
    actor, lang = request.actor, short_language()
    place, by, asked = _place(request), _choice(request, "by", (FACTS, ROSTERS)), _choice(request, "ask", ASKED)
    book, page = _book(actor, place), _page(request)
    found = triage_of(actor, book=book, place=place, by=by or FACTS, asked=asked)
    content = {
        "rows": [_row(line, place, lang) for line in _part(found.lines, page, LINES_ON_A_PAGE)],
        "triage": found,
        "by": by or FACTS,
        "asked": asked,
        "place": place,
        "place_name": division_name(place or actor.scope.first),
        "places": _places(actor, place),
        "ways": list(WAYS.items()),
        "sees_rosters": may_do(actor.role, Action.INQUIRE),
        "narrowed": bool(place or asked),
        **_pager(page, len(found.lines), LINES_ON_A_PAGE),
    }
    return render(request, "web/pages/triage.html", content)


def show_children(request: HttpRequest) -> HttpResponse:
    """For one fact: the villages where it settles most, or, of one village, the children with the step that asks for it."""
    actor, lang = request.actor, short_language()
    key, place = request.GET.get("fact", "")[:_LONGEST_KEY], _place(request)
    book = _book(actor, place)
    places = triage_places(actor, key=key, book=book, place=place, limit=SHOWN_PLACES)
    village = places[0].division if len(places) == 1 else ""
    found = _children(actor, key, village, book) if village else ()
    page = _page(request)
    shown = _part(found, page, PAGE_SIZE)
    disclose(
        request,
        subject="triage",
        person_ids=[str(one.card.id) for one in shown],
        fields=FIELDS,
        highest_class=_PERSONAL,
        purpose=Purpose.VERIFY,
    )
    content = {
        "words": unknown_words(book, unknown_of(key)).text(lang) if places else "",
        "key": key,
        "place_name": division_name(village or place or actor.scope.first),
        "places": [] if village else _place_rows(places, key),
        "rows": [_child_row(actor, one, key, book, lang) for one in shown],
        "village": village,
        "total": len(found),
        "back": _query(place=place),
        **_pager(page, len(found), PAGE_SIZE),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/triage_children.html", content)


def _children(actor: Actor, key: str, village: str, book: RuleBook) -> tuple[TriageChild, ...]:
    return triage_children(actor, key=key, book=book, division=village, purpose=Purpose.VERIFY)


def _row(line: TriageLine, place: str, lang: str) -> Line:
    return Line(
        line=line,
        words=line.words.text(lang),
        known_by=_joined(department_name(code, lang) for code in line.suppliers),
        rosters=_joined(source_name(code, lang) for code in line.rosters),
        address=f"{address_of('triage_children')}?{_query(fact=line.key, place=place)}",
    )


def _place_rows(places: Iterable[TriagePlace], key: str) -> list[tuple[TriagePlace, str, str]]:
    listed = list(places)
    names = division_names({one.division for one in listed})
    here = address_of("triage_children")
    return [
        (one, names.get(one.division, one.division), f"{here}?{_query(fact=key, place=one.division)}") for one in listed
    ]


def _child_row(actor: Actor, one: TriageChild, key: str, book: RuleBook, lang: str) -> ChildRow:
    unknown = unknown_of(key)
    way, address = "", ""
    if unknown.entity is not None:
        definition = book.vocabulary.get(unknown.entity, unknown.name)
        way, address = ways_of(actor, one.card.id)(unknown.entity.value, unknown.name, definition.askable)
    return ChildRow(one, _names(one.alone, book, lang), _names(one.shared, book, lang), way, address)


def _names(codes: Iterable[str], book: RuleBook, lang: str) -> str:
    return _joined(book.by_code[code].name(lang) for code in codes if code in book.by_code)


def _joined(words: Iterable[str]) -> str:
    return _("、").join(words)


def _book(actor: Actor, place: str) -> RuleBook:
    return load_rule_book(division=place or actor.scope.first, as_of=timezone.localdate())


def _place(request: HttpRequest) -> str:
    """The place in the address, if it is a code inside the reader's area; else ""."""
    text = request.GET.get("place", "")
    well_formed = len(text) == DIVISION_DIGITS and text.isascii() and text.isdigit()
    return text if well_formed and request.actor.scope.holds(text) else ""


def _choice(request: HttpRequest, name: str, choices: Iterable[str]) -> str:
    text = request.GET.get(name, "")
    return text if text in tuple(choices) else ""


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_PAGE else 1


def _part(found: Sequence[Shown], page: int, size: int) -> Sequence[Shown]:
    return found[(page - 1) * size : page * size]


def _pager(page: int, total: int, size: int) -> dict[str, int]:
    return {"page": page, "pages": max(1, -(-total // size)), "previous": page - 1, "next": page + 1}


def _query(**fields: str) -> str:
    return urlencode({name: value for name, value in fields.items() if value})


def _places(actor: Actor, place: str) -> tuple[tuple[str, str], ...]:
    """Townships to choose from; within one, its villages."""
    first = place or actor.scope.first
    if len(significant_digits(actor.scope.first)) == DIVISION_DIGITS:
        return ()
    if len(significant_digits(first)) < _TOWNSHIP_DIGITS:
        return division_choices(actor, level="township")
    township = first[:_TOWNSHIP_DIGITS].ljust(DIVISION_DIGITS, "0")
    villages = [one for one in division_choices(actor, level="village") if one[0].startswith(first[:_TOWNSHIP_DIGITS])]
    return ((township, division_name(township)), *villages)


_WHY: Mapping[str, Any] = {"action": Action.VISIT, "purpose": Purpose.VERIFY}
ROUTES = (
    Route("triage/", show_triage, "triage", Access.STAFF, **_WHY),
    Route("triage/children/", show_children, "triage_children", Access.PERSONAL, **_WHY),
)
