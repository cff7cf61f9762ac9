"""Where facts come from: every statement ever made, what was known on a past day, corrections, and what happened to the file."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.registry.selectors import FactLine, PersonNotFound, facts_history, find_line, get_person, timeline_of
from ciyou.apps.registry.services import CORRECTION_REASONS, NewStatement, correct_fact
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import CiyouError
from ciyou.core.facts.definition import FactDefinition, FactType, Value
from ciyou.core.rules.words import value_words
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.registry_wording import MEMBERS, REASONS, history_rows, timeline_rows

UNKNOWN = "unknown"


def show_history(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Every statement about a child and its family, or (`?known=2026-01-31`) what was known at the end of that day."""
    known = _day(request.GET.get("known", ""))
    try:
        child = get_person(request.actor, person_id=child_id, purpose=Purpose.SERVE)
        lines = facts_history(
            request.actor, child_id=child_id, purpose=Purpose.SERVE, known_at=_end_of(known) if known else None
        )
    except PersonNotFound as error:
        raise Http404 from error
    _disclose_lines(request, child_id, lines)
    today = timezone.localdate()
    content = {
        "child": child,
        "rows": history_rows(lines, on=known or today, lang=short_language()),
        "known": known,
        "today": today,
        "can_correct": not known and _may_correct(request),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/facts_history.html", content)


def _may_correct(request: HttpRequest) -> bool:
    return may_do(request.actor.role, Action.RECORD_FACTS) and Purpose.CORRECT in request.actor.purposes


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _end_of(day: dt.date) -> dt.datetime:
    """The last moment of a day, in the office's own time."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.max))


def _disclose_lines(request: HttpRequest, child_id: uuid.UUID, lines: tuple[FactLine, ...]) -> None:
    people = {str(line.person_id) for line in lines if line.person_id} | {str(child_id)}
    classes = [line.definition.sensitivity for line in lines if line.definition]
    disclose(
        request, subject=str(child_id), person_ids=people, fields=("facts",), highest_class=max(classes, default=3)
    )


def show_timeline(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """What happened to a child's file."""
    try:
        child = get_person(request.actor, person_id=child_id, purpose=Purpose.SERVE)
        entries = timeline_of(request.actor, person_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as error:
        raise Http404 from error
    disclose(request, subject=str(child_id), person_ids=[str(child_id)], fields=("events",), highest_class=4)
    content = {"child": child, "rows": timeline_rows(entries), "seen_at": timezone.now()}
    return render(request, "web/pages/timeline.html", content)


def show_correction(request: HttpRequest, child_id: uuid.UUID, fact_id: int) -> HttpResponse:
    """The form that ends a wrong statement and records the right one; the wrong one stays in the history."""
    try:
        child = get_person(request.actor, person_id=child_id, purpose=Purpose.CORRECT)
        line = find_line(request.actor, child_id=child_id, fact_id=fact_id, purpose=Purpose.CORRECT)
    except PersonNotFound as error:
        raise Http404 from error
    if line is None or line.definition is None:
        if request.method == "POST":
            return redirect("facts_history", child_id=child_id)
        raise Http404
    typed = {name: request.POST.get(name, "").strip() for name in ("value", "reason", "valid_from", "valid_to")}
    fault = ""
    if request.method == "POST":
        try:
            correct_fact(
                request.actor, fact_id=fact_id, statement=_statement(line.definition, typed), reason=typed["reason"]
            )
            return redirect("facts_history", child_id=child_id)
        except CiyouError as refused:
            fault = refused.problems[0].en if short_language() == "en" else refused.problems[0].zh
    _disclose_lines(request, child_id, (line,))
    return render(request, "web/pages/correct_fact.html", _correction(child, line, line.definition, typed, fault))


def _correction(
    child: object, line: FactLine, definition: FactDefinition, typed: dict[str, str], fault: str
) -> dict[str, Any]:
    lang = short_language()
    return {
        "child": child,
        "row": history_rows((line,), on=timezone.localdate(), lang=lang)[0],
        "member": MEMBERS[line.entity],
        "choices": _choices(definition, lang),
        "kind": definition.type.value,
        "typed": typed,
        "fault": fault,
        "reasons": [(code, REASONS[code]) for code in CORRECTION_REASONS],
        "unknown": UNKNOWN,
        "seen_at": timezone.now(),
    }


def _choices(definition: FactDefinition, lang: str) -> list[tuple[str, str]]:
    if definition.type is FactType.BOOL:
        return [("true", _("是")), ("false", _("否"))]
    return [(code, value_words(code, definition).text(lang)) for code in definition.options]


def _statement(definition: FactDefinition, typed: dict[str, str]) -> NewStatement | None:
    """What is right; None where nobody knows. Raises FactError for a value outside the fact's domain."""
    if typed["value"] == UNKNOWN:
        return None
    start, end = _day(typed["valid_from"]), _day(typed["valid_to"])
    return NewStatement(definition.name, definition.check(_value(definition, typed["value"])), "verified", start, end)


def _value(definition: FactDefinition, text: str) -> Value:
    if definition.type is FactType.BOOL:
        return {"true": True, "false": False}.get(text, text)
    try:
        if definition.type is FactType.INT:
            return int(text)
        if definition.type is FactType.MONEY:
            return int(Decimal(text) * 100)
    except (ValueError, InvalidOperation):
        return text
    return text


ROUTES = (
    Route("children/<uuid:child_id>/facts/", show_history, "facts_history", Access.PERSONAL),
    Route("children/<uuid:child_id>/timeline/", show_timeline, "timeline", Access.PERSONAL),
    Route(
        "children/<uuid:child_id>/facts/<int:fact_id>/correct/",
        show_correction,
        "correct_fact",
        Access.PERSONAL,
        ("GET", "HEAD", "POST"),
        Action.RECORD_FACTS,
        Purpose.CORRECT,
    ),
)
