"""Encrypted exports: what, for what and why; the password once; one's own exports."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ciyou.apps.oversight.export_columns import DEFAULT, columns_for
from ciyou.apps.oversight.exports import (
    LEAST_REASON,
    PURPOSES,
    ExportCard,
    ExportWish,
    export_ledger,
    my_exports,
    take_export,
)
from ciyou.apps.oversight.ledger_query import LedgerQuery
from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError
from ciyou.packs import load_limits
from ciyou.web import ledger_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route
from ciyou.web.pages.ledger import query_of, query_of_text
from ciyou.web.proving import ask_to_prove, recently_proved
from ciyou.web.wording import Sentence, sentences

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def begin_export(request: HttpRequest) -> HttpResponse:
    """The form for the filters of an address."""
    if not recently_proved(request):
        return ask_to_prove(request)
    return export_form(request, query=query_of(request.GET))


def export_form(
    request: HttpRequest,
    *,
    query: LedgerQuery,
    only: Sequence[uuid.UUID] = (),
    problems: Sequence[Sentence] = (),
    export_id: uuid.UUID | None = None,
) -> HttpResponse:
    """What the export holds and why; nothing typed is lost when something is missing."""
    chosen = request.POST.getlist("column") or DEFAULT
    lang = short_language()
    content = {
        "query": query.address(page=1),
        "is_filtered": query.is_filtered,
        "only": only,
        "export_id": export_id or uuid.uuid4(),
        "columns": [
            (column.code, words.EXPORT_COLUMNS.get(column.code, column.label(lang)), column.code in chosen)
            for column in columns_for(request.actor)
        ],
        "purposes": [
            (purpose.value, words.PURPOSES[purpose.value]) for purpose in PURPOSES if purpose in request.actor.purposes
        ],
        "purpose": request.POST.get("purpose", ""),
        "reason": request.POST.get("reason", ""),
        "unmasked": request.POST.get("unmasked") == "1",
        "least": LEAST_REASON,
        "limit": load_limits()["export_rows"].value,
        "problems": problems,
        "proved": recently_proved(request),
    }
    return render(request, "web/pages/export.html", content)


def make_export(request: HttpRequest) -> HttpResponse:
    """Make the file and show its password: this answer is the only place where it ever stands."""
    query = query_of_text(request.POST.get("query", ""))
    only = tuple(one for one in map(_uuid, request.POST.getlist("person")) if one is not None)
    export_id = _uuid(request.POST.get("export_id", "")) or uuid.uuid4()
    wish = ExportWish(
        export_id=export_id,
        query=query,
        columns=tuple(request.POST.getlist("column")),
        purpose=_purpose(request.POST.get("purpose", "")),
        reason=request.POST.get("reason", ""),
        unmasked=request.POST.get("unmasked") == "1",
        only=only,
    )
    try:
        made = export_ledger(
            request.actor,
            wish=wish,
            proved=recently_proved(request),
            lang=short_language(),
            origin=request.META["REMOTE_ADDR"],
        )
    except RecordError as refused:
        return export_form(request, query=query, only=only, problems=sentences(refused.problems), export_id=export_id)
    return render(request, "web/pages/export_made.html", {"card": made.card, "password": made.password})


def _purpose(text: str) -> Purpose:
    return Purpose(text) if text in {one.value for one in PURPOSES} else Purpose.AUDIT


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def show_exports(request: HttpRequest) -> HttpResponse:
    """One's own exports: when, what for, how many rows, and the file while it is kept."""
    cards = my_exports(request.actor)
    return render(
        request, "web/pages/exports.html", {"exports": [(card, _told(card), _columns(card.columns)) for card in cards]}
    )


def _told(card: ExportCard) -> str:
    return str(words.PURPOSES.get(card.purpose, card.purpose))


def _columns(codes: Iterable[str]) -> str:
    return _("、").join(str(words.EXPORT_COLUMNS.get(code, code)) for code in codes)


def send_export(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """The encrypted file, to whoever made it."""
    try:
        content = take_export(request.actor, export_id=export_id, origin=request.META["REMOTE_ADDR"])
    except NotFoundHere as error:
        raise Http404 from error
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="ciyou-{export_id}.xlsx"'
    return answer


ROUTES = (
    Route("exports/", show_exports, "exports", Access.STAFF, action=Action.EXPORT),
    Route("exports/new/", begin_export, "export_ledger", Access.STAFF, action=Action.EXPORT),
    Route("exports/make/", make_export, "make_export", Access.STAFF, ("POST",), Action.EXPORT),
    Route("exports/<uuid:export_id>/file/", send_export, "export_file", Access.STAFF, action=Action.EXPORT),
)
