"""The lists of a month: its payments with filters, what is held, what changed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.disbursement.month_views import (
    SHOWN,
    ChangeRow,
    HoldRow,
    PaymentQuery,
    PaymentRow,
    RunCard,
    changes_in,
    holds_of,
    payments_of,
    read_card,
    reasons_of,
)
from ciyou.apps.disbursement.refusals import NotFoundHere
from ciyou.apps.disbursement.strayed import strayed_before
from ciyou.web import payment_wording as words
from ciyou.web.application_wording import award_row, month_words
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.stray_wording import StrayRow, owners_of, stray_rows

FIELDS = ("name", "payments", "payee_account")
ACCOUNT_REASONS = ("account_missing", "account_wrong", "account_changed")
"""Why something is held where the account on the child's file is what has to be looked at."""


def show_payments(request: HttpRequest, month_id: uuid.UUID) -> HttpResponse:
    """The payments of a month."""
    query = PaymentQuery(
        **{name: request.GET.get(name, "").strip() for name in ("state", "kind", "division", "number")}
    )
    page = page_of(request)
    try:
        card, total, rows = payments_of(request.actor, run_id=month_id, query=query, page=page)
    except NotFoundHere as missing:
        raise Http404 from missing
    disclose_people(request, month_id, rows)
    names = division_names({row.division for row in rows})
    content = {
        **head(card),
        "rows": [shown(row, names) for row in rows],
        "query": query,
        "states": list(words.PAYMENT_STATES.items()),
        "kinds": [*((code, word) for code, word in words.KINDS.items() if code != "current"), words.COLLECTIVE],
        **pages(total, page),
    }
    return render(request, "web/pages/month_payments.html", content)


def shown(row: PaymentRow, names: dict[str, str]) -> dict[str, object]:
    """One payment ready to read."""
    return {
        "row": row,
        "place": names.get(row.division, row.division),
        "state": words.PAYMENT_STATES[row.state],
        "reason": words.FAILURES.get(row.reason)
        or (words.hold_words(row.reason)[0] if row.state == "withheld" else row.reason),
        "parts": [(words.KINDS[kind], count, fen) for kind, count, fen in row.parts],
    }


def show_holds(request: HttpRequest, month_id: uuid.UUID) -> HttpResponse:
    """What a month does not pay, with the reason and what to do."""
    card, page, reason = month_of(request, month_id), page_of(request), request.GET.get("reason", "")[:32]
    total, rows = holds_of(request.actor, run_id=month_id, reason=reason, page=page)
    disclose_people(request, month_id, rows)
    content = {
        **head(card),
        "rows": [(row, *words.hold_words(row.reason)) for row in rows],
        "account_reasons": ACCOUNT_REASONS,
        "reason": reason,
        "reasons": [(code, words.hold_words(code)[0]) for code in reasons_of(request.actor, run_id=month_id)],
        **pages(total, page),
    }
    return render(request, "web/pages/month_holds.html", content)


def show_changes(request: HttpRequest, month_id: uuid.UUID) -> HttpResponse:
    """增减变动表: what is other than in the last month, and what went astray before it."""
    card, page, kind = month_of(request, month_id), page_of(request), request.GET.get("kind", "")[:16]
    total, rows = changes_in(request.actor, run_id=month_id, kind=kind, page=page)
    strayed = _strayed(request, month_id)
    disclose_people(request, month_id, rows, further=owners_of(strayed) | {str(one.child.id) for one in strayed})
    content = {
        **head(card),
        "strayed": strayed,
        "rows": [(row, words.CHANGES[row.kind], words.cause_words(row.cause)) for row in rows],
        "kind": kind,
        "kinds": list(words.CHANGES.items()),
        **pages(total, page),
    }
    return render(request, "web/pages/month_changes.html", content)


def _strayed(request: HttpRequest, month_id: uuid.UUID) -> list[StrayRow]:
    lang = short_language()
    return [
        row
        for one in strayed_before(request.actor, run_id=month_id)
        for row in stray_rows(one.months, one.child, {one.award.id: award_row(one.award, lang)})
    ]


def month_of(request: HttpRequest, month_id: uuid.UUID) -> RunCard:
    """The month; 404 for another county's."""
    try:
        return read_card(request.actor, run_id=month_id)
    except NotFoundHere as missing:
        raise Http404 from missing


def disclose_people(
    request: HttpRequest,
    month_id: uuid.UUID,
    rows: Iterable[PaymentRow | HoldRow | ChangeRow],
    *,
    further: Collection[str] = (),
) -> None:
    """Record whom a list of a month shows."""
    people = {str(row.person.id) for row in rows if row.person}
    disclose(request, subject=str(month_id), person_ids=people.union(further), fields=FIELDS, highest_class=3)


def head(card: RunCard) -> dict[str, object]:
    """The heading of every page of a month."""
    return {
        "card": card,
        "series_word": words.SERIES.get(card.series, card.series),
        "month_word": month_words(card.month),
        "state_word": words.STATES[card.state],
        "seen_at": timezone.now(),
    }


def page_of(request: HttpRequest) -> int:
    """The page asked for."""
    typed = request.GET.get("page", "1")
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def pages(total: int, page: int) -> dict[str, int]:
    """What the pager needs."""
    return {
        "total": total,
        "page": page,
        "pages": max(1, -(-total // SHOWN)),
        "previous": page - 1,
        "next": page + 1,
    }
