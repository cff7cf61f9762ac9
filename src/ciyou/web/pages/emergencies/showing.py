"""The list of aid in emergencies, and one of them with what its reader can do now."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.crossing.emergency_lists import list_emergencies, read_emergency
from ciyou.apps.crossing.lists import PAGE
from ciyou.apps.crossing.refusals import CrossingNotFound
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import Problem
from ciyou.web import application_wording, emergency_wording
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.listing import page_number
from ciyou.web.wording import SEXES, sentences

PERSONAL = 3
LIST_FIELDS = ("name", "emergency")
FIELDS = ("name", "sex", "birth_date", "id_card_masked", "applicant", "emergency")


def show_emergencies(request: HttpRequest) -> HttpResponse:
    """The list of both ends."""
    actor, today = request.actor, timezone.localdate()
    everything, number = request.GET.get("state") == "all", page_number(request)
    page = list_emergencies(actor, everything=everything, page=number)
    disclose(request, subject="emergencies", person_ids=[], fields=LIST_FIELDS, highest_class=PERSONAL)
    content = {
        "rows": emergency_wording.emergency_rows(page.lines, today),
        "everything": everything,
        "total": page.total,
        "registers": may_do(actor.role, Action.CROSS),
        "page": number,
        "pages": max(1, -(-page.total // PAGE)),
        "previous": number - 1,
        "next": number + 1,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/emergencies.html", content)


def show_emergency(request: HttpRequest, aid_id: uuid.UUID) -> HttpResponse:
    """One of them."""
    return render_emergency(request, aid_id)


def render_emergency(request: HttpRequest, aid_id: uuid.UUID, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    """Its page, with what was wrong with the step that was just tried."""
    try:
        view = read_emergency(request.actor, aid_id=aid_id)
    except CrossingNotFound as missing:
        raise Http404 from missing
    line, today, lang = view.line, timezone.localdate(), short_language()
    disclose(request, subject=str(aid_id), person_ids=[], fields=FIELDS, highest_class=PERSONAL)
    content = {
        "view": view,
        "line": line,
        "child": view.content.child,
        "birth_date": _birth_date(view.content.child.birth_date),
        "sex": SEXES.get(view.content.child.sex, ""),
        "name": application_wording.entitlement_name(line.entitlement, line.received_in, lang),
        "event_place": division_name(line.received_in),
        "home": division_name(line.bound_for),
        "state": emergency_wording.state_words(line),
        "chip": emergency_wording.chip_of(line, today),
        "clock": emergency_wording.clock_words(line, today),
        "relation": application_wording.RELATIONS.get(view.content.applicant.relation, ""),
        "asks": [one.ask_zh if lang == "zh" else one.ask_en for one in view.terms.open_questions] if view.terms else [],
        "how": emergency_wording.HOW.get(view.paid_how, ""),
        "hows": list(emergency_wording.HOW.items()),
        "steps": emergency_wording.step_rows(view),
        "today": today,
        "typed": request.POST,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/emergency.html", content, status=422 if problems else 200)


def _birth_date(written: str) -> dt.date | None:
    """None once what names the child was erased."""
    return dt.date.fromisoformat(written) if written else None
