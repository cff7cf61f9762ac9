"""The ledger 台账: the children on file by officers' filters; views that are kept; work handed out from the list."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.oversight.ledger import LedgerRow, ledger_places, list_ledger, listed_rules
from ciyou.apps.oversight.ledger_query import (
    COLUMNS,
    SIZES,
    LedgerQuery,
    read_query,
)
from ciyou.apps.oversight.saved_views import delete_view, save_view, saved_views
from ciyou.apps.registry.selectors import search_people
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import RecordError
from ciyou.core.rules.book import Rule, RuleKind
from ciyou.core.rules.words import yuan
from ciyou.web import ledger_wording as words
from ciyou.web.addresses import address_of
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.ledger_cells import Cell, ShownRow
from ciyou.web.wording import sentences

FIELDS = ("name", "sex", "birth_date", "division", "decisions", "leads", "tasks", "visits")
LONGEST_NAME = 40
_WIDE_SPACE = "\u3000"


def show_ledger(request: HttpRequest) -> HttpResponse:
    """One page of the ledger. Filters stand in the address, except a name: that is sent in the body and never kept."""
    query = query_of(request.GET)
    today = timezone.localdate()
    name = request.POST.get("name", "").strip()[:LONGEST_NAME]
    found, problems = _named(request, name)
    page = list_ledger(request.actor, query=query, today=today, only=found)
    disclose(
        request,
        subject="ledger",
        person_ids=[str(row.person_id) for row in page.rows],
        fields=FIELDS,
        highest_class=3,
    )
    rules, labels = {rule.code: rule for rule in listed_rules(request.actor, today=today)}, labels_of(query)
    content = {
        "query": query,
        "address": query.address(page=1),
        "name": name,
        "problems": problems,
        "rows": [shown_row(row, query, labels, rules, today) for row in page.rows],
        "columns": labels,
        "total": page.total,
        "capped": page.capped,
        "page": page.page,
        "pages": page.pages,
        "previous": page.page - 1,
        "next": page.page + 1,
        "views": saved_views(request.actor),
        "may_assign": may_do(request.actor.role, Action.ASSIGN),
        "may_export": may_do(request.actor.role, Action.EXPORT),
        "may_reconcile": may_do(request.actor.role, Action.RECONCILE),
        "seen_at": timezone.now(),
        **_choices(request, query, rules.values()),
    }
    return render(request, "web/pages/ledger.html", content)


def query_of(asked: QueryDict) -> LedgerQuery:
    """The query of an address or of a form that carries one."""
    return read_query(asked, columns=tuple(asked.getlist("columns")))


def query_of_text(text: str) -> LedgerQuery:
    """The query of an address that a form carries as one field."""
    parts = parse_qs(text[:1000])
    return read_query({name: values[0] for name, values in parts.items()}, columns=tuple(parts.get("columns", ())))


def _named(request: HttpRequest, name: str) -> tuple[list[uuid.UUID] | None, list[Any]]:
    """The persons of a name, and what is wrong with it; None where no name is asked for."""
    if not name:
        return None, []
    try:
        return [card.id for card in search_people(request.actor, text=name)], []
    except RecordError as refused:
        return [], sentences(refused.problems)


def labels_of(query: LedgerQuery) -> list[str]:
    """What the chosen columns are called: translated once for all rows."""
    return [str(words.COLUMNS[column]) for column in query.columns]


def shown_row(
    row: LedgerRow, query: LedgerQuery, labels: list[str], rules: Mapping[str, Rule], today: dt.date
) -> ShownRow:
    """A row of the ledger in words, with the chosen columns under their labels."""
    made = {
        "age": ("number", "" if row.age is None else row.age),
        "sex": ("text", words.SEXES.get(row.sex, "")),
        "birth_date": ("text", "" if row.birth_date is None else row.birth_date.isoformat()),
        "place": ("text", row.place),
        "status": ("text", words.STATUSES.get(row.status, row.status)),
        "categories": ("rules", _rules(row, rules, RuleKind.CATEGORY)),
        "entitlements": ("rules", _rules(row, rules, RuleKind.ENTITLEMENT)),
        "amount": ("number", _amount(row)),
        "determination": ("text", words.DETERMINATIONS.get(row.determination.state, "")),
        "lead": ("text", words.LEADS.get(row.work.lead_state, "")),
        "owner": ("text", row.owner),
        "visited": ("text", _day(row.work.visited_on)),
        "due": ("late" if row.work.due_on and row.work.due_on < today else "text", _day(row.work.due_on)),
    }
    cells = tuple(Cell(label, *made[column]) for column, label in zip(query.columns, labels, strict=True))
    return ShownRow(row.person_id, row.name, address_of("child", child_id=row.person_id), row.restricted, cells)


def _rules(row: LedgerRow, rules: Mapping[str, Rule], kind: RuleKind) -> list[tuple[str, str, str]]:
    lang = short_language()
    return [
        (rules[card.rule].name(lang), card.outcome, card.basis)
        for card in row.determination.rules
        if card.rule in rules and rules[card.rule].kind is kind
    ]


def _amount(row: LedgerRow) -> str:
    total = sum(card.amount_fen or 0 for card in row.determination.rules if card.outcome == "yes")
    return yuan(total) if total else ""


def _day(value: dt.date | None) -> str:
    return "" if value is None else value.isoformat()


def _choices(request: HttpRequest, query: LedgerQuery, rules: Iterable[Rule]) -> dict[str, Any]:
    lang = short_language()
    by_kind: dict[str, list[tuple[str, str]]] = {"category": [], "entitlement": []}
    for rule in rules:
        by_kind[rule.kind.value].append((rule.code, rule.name(lang)))
    return {
        "places": [
            (place.code, f"{_WIDE_SPACE if place.is_village else ''}{place.name}")
            for place in ledger_places(request.actor)
        ],
        "category_rules": by_kind["category"],
        "entitlement_rules": by_kind["entitlement"],
        "all_columns": [(column, words.COLUMNS[column], column in query.columns) for column in COLUMNS],
        "sizes": SIZES,
        "words": words,
    }


def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters and columns of the page under a name."""
    query = query_of_text(request.POST.get("query", ""))
    try:
        save_view(request.actor, name=request.POST.get("name", ""), query=query.address(page=1))
    except RecordError:
        # The field is required and limited in the form; whoever sends it otherwise finds the list as it was.
        return _to_ledger(query)
    return _to_ledger(query)


def forget_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Forget a kept view."""
    delete_view(request.actor, view_id=view_id)
    return _to_ledger(query_of_text(request.POST.get("query", "")))


def _to_ledger(query: LedgerQuery) -> HttpResponse:
    address = query.address(page=1)
    return redirect(reverse("ledger") + (f"?{address}" if address else ""))


ROUTES = (
    Route("ledger/", show_ledger, "ledger", Access.PERSONAL, ("GET", "HEAD", "POST"), purpose=Purpose.SERVE),
    Route("ledger/views/", keep_view, "keep_view", Access.STAFF, ("POST",)),
    Route("ledger/views/<int:view_id>/forget/", forget_view, "forget_view", Access.STAFF, ("POST",)),
)
