"""A list in the layout of the national system: which children, what for, why; the password once; how far it is."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ciyou.apps.exchange.lists import mappings_of
from ciyou.apps.oversight.exports import LEAST_REASON, PURPOSES
from ciyou.apps.oversight.national_exports import (
    NationalWish,
    begin_national_export,
    make_national_export,
    national_export,
)
from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import RecordError
from ciyou.web import exchange_wording as words
from ciyou.web import ledger_wording
from ciyou.web.context import short_language
from ciyou.web.pages.applications.forms import key, text
from ciyou.web.proving import ask_to_prove, recently_proved
from ciyou.web.wording import Sentence, sentences


def begin(request: HttpRequest) -> HttpResponse:
    """The form."""
    if not recently_proved(request):
        return ask_to_prove(request)
    return _form(request, ())


def _form(request: HttpRequest, problems: Sequence[Sentence], export_id: uuid.UUID | None = None) -> HttpResponse:
    lang, mappings = short_language(), mappings_of(request.actor)
    content = {
        "export_id": export_id or uuid.uuid4(),
        "mappings": [(one.code, one.name(lang)) for one in mappings],
        "unverified": [one.note(lang) for one in mappings if not one.verified],
        "mapping": text(request, "mapping") or (mappings[0].code if mappings else ""),
        "which_choices": list(words.WHICH.items()),
        "which": text(request, "which") or request.GET.get("which", "everybody"),
        "purposes": [
            (one.value, ledger_wording.PURPOSES[one.value]) for one in PURPOSES if one in request.actor.purposes
        ],
        "purpose": text(request, "purpose"),
        "reason": text(request, "reason"),
        "least": LEAST_REASON,
        "proved": recently_proved(request),
        "problems": problems,
    }
    return render(request, "web/pages/exchange_export.html", content, status=422 if problems else 200)


def make(request: HttpRequest) -> HttpResponse:
    """Ask the worker for the file and show its password: this answer is the only place where it ever stands."""
    export_id, typed = key(request, "export_id"), text(request, "purpose")
    wish = NationalWish(
        export_id=export_id,
        mapping=text(request, "mapping"),
        which=text(request, "which"),
        purpose=Purpose(typed) if typed in {one.value for one in PURPOSES} else None,
        reason=text(request, "reason"),
    )
    try:
        card, password = begin_national_export(
            request.actor,
            wish=wish,
            proved=recently_proved(request),
            lang=short_language(),
            origin=request.META["REMOTE_ADDR"],
        )
    except RecordError as refused:
        return _form(request, sentences(refused.problems), export_id)
    make_national_export.enqueue(str(export_id))
    return render(request, "web/pages/exchange_export_made.html", {**_told(card), "password": password})


def _told(card) -> dict[str, object]:
    return {
        "card": card,
        "which": words.WHICH.get(card.which, card.which),
        "failure": words.FAILURES.get(card.failed, ""),
    }


def progress(request: HttpRequest, national_export_id: uuid.UUID) -> HttpResponse:
    """How far it is: a page of its own, and the part of a page that asks again."""
    try:
        card = national_export(request.actor, export_id=national_export_id)
    except NotFoundHere as missing:
        raise Http404 from missing
    page = "web/components/export_progress.html" if request.htmx else "web/pages/exchange_export_made.html"
    return render(request, page, _told(card))
