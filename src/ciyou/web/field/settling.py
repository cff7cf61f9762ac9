"""Pages for work from phones that waits for a person: the list, one piece with both sides, and what is done about it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.fieldwork.clocks import CLOCK_TOLERANCE
from ciyou.apps.fieldwork.contents import ASKED
from ciyou.apps.fieldwork.lists import ReadEvent, read_event, waiting_events
from ciyou.apps.fieldwork.receiving import recover_event
from ciyou.apps.fieldwork.refusals import FieldWorkNotFound
from ciyou.apps.fieldwork.settling import apply_event, choose_value, settle_event, settlements_of
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import CiyouError
from ciyou.packs import load_follow_ups
from ciyou.packs.visit_forms import LEAST_CLASS
from ciyou.web.context import short_language
from ciyou.web.field.event_words import KIND_WORDS, REASON_WORDS, SETTLEMENT_WORDS, clash_rows, said_rows
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.questionnaire_wording import helpline_rows
from ciyou.web.wording import sentences

MOST_BYTES = 20 * 1024 * 1024
SHOWN = ("name", "visit", "facts")
WAITS = ("conflict", "set_aside")


def show_waiting(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, and the way to recover what a phone could not send."""
    return _list(request)


def recover(request: HttpRequest) -> HttpResponse:
    """Read a file of unsent work that was exported from a phone."""
    taken, refused = 0, 0
    for piece in _pieces(request):
        try:
            taken += not recover_event(request.actor, sent=piece).repeated
        except CiyouError:
            refused += 1
    told = _("已收下 %(taken)s 件新的工作，列在下面，由人处理。") % {"taken": taken}
    if refused:
        told += _("有 %(refused)s 件不是本地区的或读不出，没有收下；请保留文件。") % {"refused": refused}
    return _list(request, told=told)


def show_event(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """One piece: who, when by both clocks, why it waits, and both sides of what clashes."""
    return _show(request, event_id)


def choose(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """Choose which value holds."""
    clash, choice = request.POST.get("clash", ""), request.POST.get("choice", "")
    return _do(
        request, event_id, lambda: choose_value(request.actor, event_id=event_id, clash_id=_id(clash), choice=choice)
    )


def apply(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """Record a piece that was set aside, in the officer's own name."""
    try:
        done = apply_event(request.actor, event_id=event_id)
    except FieldWorkNotFound as missing:
        raise Http404 from missing
    except CiyouError as refused:
        return _show(request, event_id, problems=sentences(refused.problems))
    if not done.done:
        why = REASON_WORDS.get(done.reason, REASON_WORDS["refused"])
        return _show(request, event_id, problems=[_("没有记下：%(why)s") % {"why": why}])
    return redirect("field_event", event_id=event_id)


def settle(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """End a piece with a reason."""
    settlement = request.POST.get("settlement", "")
    return _do(request, event_id, lambda: settle_event(request.actor, event_id=event_id, settlement=settlement))


def _do(request: HttpRequest, event_id: uuid.UUID, deed: Callable[[], None]) -> HttpResponse:
    try:
        deed()
    except FieldWorkNotFound as missing:
        raise Http404 from missing
    except CiyouError as refused:
        return _show(request, event_id, problems=sentences(refused.problems))
    return redirect("field_event", event_id=event_id)


def _list(request: HttpRequest, *, told: str = "") -> HttpResponse:
    lines = waiting_events(request.actor)
    places = division_names({line.division for line in lines}) if lines else {}
    rows = [
        {
            "line": line,
            "kind": KIND_WORDS.get(line.kind, ""),
            "why": REASON_WORDS.get(line.reason, REASON_WORDS["conflict"]),
            "place": places.get(line.division, ""),
        }
        for line in lines
    ]
    return render(request, "web/field/waiting.html", {"rows": rows, "told": told})


def _show(request: HttpRequest, event_id: uuid.UUID, *, problems: list[str] | None = None) -> HttpResponse:
    try:
        read = read_event(request.actor, event_id=event_id)
    except FieldWorkNotFound as missing:
        raise Http404 from missing
    persons = [str(read.child.id)] if read.child else []
    said, highest = _said(request, read)
    disclose(request, subject=str(event_id), person_ids=persons, fields=SHOWN, highest_class=highest)
    content = _content(read, said, problems or [])
    return render(request, "web/field/event.html", content, status=409 if problems else 200)


def _said(request: HttpRequest, read: ReadEvent) -> tuple[list[tuple[str, str]], int]:
    """What the phone said that this reader may read, and its highest class."""
    if read.said is None:
        return [], LEAST_CLASS
    ceiling = ceiling_of(request.actor)
    return said_rows(read.said, short_language(), division=read.line.division, ceiling=ceiling)


def _content(read: ReadEvent, said: list[tuple[str, str]], problems: list[str]) -> dict[str, Any]:
    lang = short_language()
    return {
        "read": read,
        "kind": KIND_WORDS.get(read.line.kind, ""),
        "why": REASON_WORDS.get(read.line.reason or read.line.state, ""),
        "settlement": SETTLEMENT_WORDS.get(read.settlement, ""),
        "asked": read.line.kind == ASKED,
        "helplines": helpline_rows(load_follow_ups(division=read.line.division).values(), lang)
        if read.alarming
        else (),
        "waits": read.line.state in WAITS,
        "clock_wrong": abs(read.clock_off) > CLOCK_TOLERANCE,
        "clashes": clash_rows(read.clashes, lang),
        "said": said,
        "settlements": [(code, SETTLEMENT_WORDS[code]) for code in settlements_of(read.line.kind)],
        "problems": problems,
        "seen_at": timezone.now(),
    }


def _pieces(request: HttpRequest) -> list[dict[str, Any]]:
    """The pieces in an exported file; none where it is none."""
    upload = request.FILES.get("outbox")
    if upload is None or upload.size > MOST_BYTES:
        return []
    try:
        found = json.loads(upload.read())["pieces"]
    except (ValueError, KeyError, TypeError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


ROUTES = (
    Route("field-work/", show_waiting, "field_waiting", Access.STAFF, ("GET", "HEAD"), Action.ASSIGN),
    Route("field-work/recover/", recover, "field_recover", Access.STAFF, ("POST",), Action.ASSIGN),
    Route("field-work/<uuid:event_id>/", show_event, "field_event", Access.PERSONAL, ("GET", "HEAD"), Action.ASSIGN, Purpose.VERIFY),
    Route("field-work/<uuid:event_id>/choose/", choose, "field_choose", Access.PERSONAL, ("POST",), Action.ASSIGN, Purpose.VERIFY),
    Route("field-work/<uuid:event_id>/apply/", apply, "field_apply", Access.PERSONAL, ("POST",), Action.ASSIGN, Purpose.VERIFY),
    Route("field-work/<uuid:event_id>/settle/", settle, "field_settle", Access.PERSONAL, ("POST",), Action.ASSIGN, Purpose.VERIFY),
)  # fmt: skip
