"""What a comparison found, a page at a time, and what is done about it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.exchange.decisions import NEEDS_NOTE, TAKE_THEIRS
from ciyou.apps.exchange.lists import ItemPage, ItemQuery, ItemRow, list_items
from ciyou.apps.exchange.refusals import NotFoundHere
from ciyou.apps.exchange.settling import Settlement, reopen_item, settle_items
from ciyou.apps.oversight.ledger import ledger_places
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.core.facts.state import Basis
from ciyou.web import exchange_wording as words
from ciyou.web.context import short_language
from ciyou.web.explaining import basis_words, source_name
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import day, text
from ciyou.web.wording import SEXES, sentences

SHOWN_CLASS = 3


def show_items(request: HttpRequest) -> HttpResponse:
    """One page of items."""
    return _items(request, request.GET, ())


def _items(request: HttpRequest, asked: QueryDict, problems: tuple[Problem, ...]) -> HttpResponse:
    page = list_items(request.actor, query=_query(asked), page=_page(asked))
    query = page.query
    _disclose(request, page)
    names = division_names({row.division for row in page.rows})
    lang, today = short_language(), timezone.localdate()
    content = {
        "rows": [_shown(row, names, lang, today) for row in page.rows],
        "query": query,
        "kinds": [(one, word, page.counts.get((one, query.state), 0)) for one, word in words.KINDS.items()],
        "states": list(words.STATES.items()),
        "fields": [
            (field, f"{words.field_words(field, lang)} ({count})")
            for field, count in sorted(page.fields.items(), key=lambda pair: -pair[1])
        ],
        "places": [(place.code, place.name) for place in ledger_places(request.actor) if not place.is_village],
        "decisions": _decisions(page.rows),
        "needs_note": any(code in NEEDS_NOTE for code in {one for row in page.rows for one in row.allowed}),
        "takes": any(TAKE_THEIRS in row.allowed for row in page.rows),
        "advice": words.WHAT_TO_DO[query.kind],
        "back": _address_of(query, page.page),
        "typed": request.POST,
        "today": today,
        "total": page.total,
        "page": page.page,
        "pages": page.pages,
        "previous": page.page - 1,
        "next": page.page + 1,
        "seen_at": timezone.now(),
        "problems": sentences(problems),
    }
    return render(request, "web/pages/exchange_items.html", content, status=422 if problems else 200)


def _query(asked: QueryDict) -> ItemQuery:
    def choice(name: str, known: Iterable[str], default: str = "") -> str:
        value = asked.get(name, default)
        return value if value in known else default

    place = asked.get("place", "")
    return ItemQuery(
        kind=choice("kind", words.KINDS),
        state=choice("state", words.STATES, "open"),
        field=asked.get("field", "")[:64],
        decision=choice("decision", words.DECISIONS),
        place=place if len(place) == 12 and place.isascii() and place.isdigit() else "",
    )


def _page(asked: QueryDict) -> int:
    typed = asked.get("page", "1")
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def _address_of(query: ItemQuery, page: int) -> str:
    """The list as it was asked for: a form takes it along and comes back to it."""
    parts = QueryDict(mutable=True)
    for name in ("kind", "state", "field", "decision", "place"):
        if value := getattr(query, name):
            parts[name] = value
    if page > 1:
        parts["page"] = str(page)
    return parts.urlencode()


def _disclose(request: HttpRequest, page: ItemPage) -> None:
    people = [str(row.child.id) for row in page.rows if row.child]
    columns = [row.column for row in page.rows if row.column]
    disclose(
        request,
        subject="",
        person_ids=people,
        fields={"name", "birth_date", "id_number.masked", *(column.value for column in columns)},
        highest_class=max((column.shape.sensitivity for column in columns), default=SHOWN_CLASS),
    )


def _decisions(rows: Iterable[ItemRow]) -> list[tuple[str, object]]:
    """The decisions that some item on the page allows, in the order of the words."""
    allowed = {code for row in rows for code in row.allowed}
    return [(code, word) for code, word in words.DECISIONS.items() if code in allowed]


def _shown(row: ItemRow, names: dict[str, str], lang: str, today: dt.date) -> dict[str, object]:
    """One item ready to read."""
    content = row.content

    def value(plain: str) -> str:
        return words.value_words(row.column, plain, lang=lang, division=row.division, today=today)

    return {
        "row": row,
        "place": names.get(row.division, row.division),
        "field": words.field_words(row.field, lang) if row.field else "",
        "ours": value(content.ours),
        "theirs": value(content.theirs),
        "said_by": _said_by(row, lang),
        "sex": SEXES.get(row.told.sex, "") if row.told else "",
        "ended": words.ENDED.get(content.ours, "") if row.kind == "only_there" else "",
        "allowed": [(code, words.DECISIONS[code]) for code in row.allowed],
        "decision": words.DECISIONS.get(row.decision, row.decision),
    }


def _said_by(row: ItemRow, lang: str) -> str:
    """Whose word our value is and since when it is on file."""
    content = row.content
    if not content.source:
        return ""
    return " · ".join(
        (source_name(content.source, lang), str(basis_words(Basis[content.basis.upper()])), content.since)
    )


def settle(request: HttpRequest) -> HttpResponse:
    """Settle the chosen items, or the one whose button was pressed."""
    back = QueryDict(text(request, "back"))
    one = text(request, "only")
    try:
        chosen = [uuid.UUID(item) for item in ([one.partition(":")[0]] if one else request.POST.getlist("item"))]
    except ValueError as error:
        raise Http404 from error
    decision = one.partition(":")[2] if one else text(request, "decision")
    try:
        since = day(request, "since") if decision == TAKE_THEIRS else None
        settlement = Settlement(decision=decision, note=text(request, "note"), since=since)
        settle_items(request.actor, item_ids=chosen, settlement=settlement)
    except (NotFoundHere, PersonNotFound) as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _items(request, back, tuple(problem.problems))
    return redirect(f"{reverse('exchange_items')}?{back.urlencode()}")


def reopen(request: HttpRequest, exchange_item_id: uuid.UUID) -> HttpResponse:
    """Open a settled item again."""
    back = QueryDict(text(request, "back"))
    try:
        reopen_item(request.actor, item_id=exchange_item_id)
    except NotFoundHere as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _items(request, back, tuple(problem.problems))
    return redirect(f"{reverse('exchange_items')}?{back.urlencode()}")
