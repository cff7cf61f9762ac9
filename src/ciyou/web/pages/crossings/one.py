"""One crossing as each end may see it, with what its reader can do now."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name, find_divisions, level_of
from ciyou.apps.awards.contents import GIVEN, MISSING
from ciyou.apps.awards.paying import paying_rules
from ciyou.apps.crossing.lists import CrossingView, read_crossing
from ciyou.apps.crossing.refusals import CrossingNotFound
from ciyou.core.errors import Problem
from ciyou.web import application_wording, crossing_wording
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import text
from ciyou.web.pages.register import village_choices
from ciyou.web.registry_wording import found_row
from ciyou.web.wording import SEXES, sentences

PERSONAL = 3
PDF = "application/pdf"
FIELDS = ("name", "sex", "birth_date", "id_card_masked", "applicant", "application")
ENDINGS = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png"}


def show_crossing(request: HttpRequest, crossing_id: uuid.UUID) -> HttpResponse:
    """One crossing."""
    return render_crossing(request, crossing_id)


def render_crossing(request: HttpRequest, crossing_id: uuid.UUID, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    try:
        view = read_crossing(request.actor, crossing_id=crossing_id)
    except CrossingNotFound as missing:
        raise Http404 from missing
    line, today, lang = view.line, timezone.localdate(), short_language()
    people = [str(card.id) for card in view.candidates] + ([str(line.person_id)] if line.person_id else [])
    disclose(request, subject=str(crossing_id), person_ids=people, fields=FIELDS, highest_class=PERSONAL)
    documents, shown = documents_of(view), view.content.child
    content: dict[str, Any] = {
        "view": view,
        "line": line,
        "child": shown,
        "sex": SEXES.get(shown.sex, ""),
        "name": application_wording.entitlement_name(line.entitlement, line.bound_for, lang),
        "counter": division_name(line.received_in),
        "place": division_name(line.bound_for),
        "state": crossing_wording.STATES[line.state],
        "chip": crossing_wording.chip_of(line, today),
        "clock": crossing_wording.clock_words(line.clock, today),
        "outcome": crossing_wording.OUTCOMES.get(line.outcome, ""),
        "first_month": application_wording.month_words(_day(view.content.first_month)),
        "relation": application_wording.RELATIONS.get(view.content.applicant.relation, ""),
        "documents": [one for one in documents if view.content.documents[one[0]] in (GIVEN, MISSING)],
        "missing": [(code, label) for code, label, _state in documents if code in view.content.missing],
        "bringable": [(code, label) for code, label, _state in documents if view.content.documents[code] != GIVEN],
        "progress": application_wording.STATES.get(view.progress.state, "") if view.progress else "",
        "steps": crossing_wording.step_rows(view),
        "papers": [(card, ENDINGS[card.media_type].upper(), -(-card.bytes // 1024)) for card in view.papers],
        "candidates": [found_row(card, today) for card in view.candidates],
        "divisions": village_choices(request.actor) if view.rights.acknowledge else [],
        "key": uuid.uuid4(),
        "typed": request.POST,
        "found_places": find_places(text(request, "place"))
        if view.rights.acknowledge or view.rights.send_again
        else (),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/crossing.html", content, status=422 if problems else 200)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def documents_of(view: CrossingView) -> list[tuple[str, str, object]]:
    rules = paying_rules(view.line.entitlement, view.line.bound_for, timezone.localdate())
    named = {one.code: one.name(short_language()) for one in rules.documents}
    return [
        (code, named.get(code, code), application_wording.document_words(code, state))
        for code, state in view.content.documents.items()
    ]


def find_places(typed: str) -> tuple[tuple[str, str], ...]:
    """Townships and counties by a part of their name: which places there are is public."""
    found = find_divisions(typed[:40])
    return tuple((code, name) for code, name in found if level_of(code) in ("township", "county"))
