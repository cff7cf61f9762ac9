"""A child's schooling on one page: its cases, places asked for, where it learns; and the forms that begin each."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.apps.schooling.home import DECIDERS, KINDS, NewPlacement, record_placement
from ciyou.apps.schooling.lists import cases_of_child
from ciyou.apps.schooling.places import STAGES, NewRequest, ask_for_place
from ciyou.apps.schooling.reading import placements_of_child, requests_of_child
from ciyou.apps.schooling.refusals import SchoolingNotFound
from ciyou.apps.schooling.working import child_of_form
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web import schooling_wording as words
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import key, text
from ciyou.web.pages.referrals.writing import read_day
from ciyou.web.wording import sentences

PERSONAL, SENSITIVE = 3, 4
_GONE = (SchoolingNotFound, PersonNotFound)


def show_child(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The child's schooling."""
    return _show(request, child_id, ())


def ask(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Ask for a place at school where the child lives."""
    wanted = NewRequest(key(request, "form"), child_id, text(request, "stage"), text(request, "wished"))
    try:
        made = ask_for_place(request.actor, wanted=wanted)
    except _GONE as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, child_id, problem.problems)
    return redirect("school_place", place_id=made)


def place(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Record where the child is to learn, and who decided so."""
    wanted = NewPlacement(
        key(request, "form"),
        child_id,
        text(request, "kind"),
        text(request, "decided_by"),
        read_day(text(request, "decided_on")),
        text(request, "school"),
        text(request, "words"),
    )
    try:
        made = record_placement(request.actor, wanted=wanted)
    except _GONE as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, child_id, problem.problems)
    return redirect("placement", placement_id=made)


def _show(request: HttpRequest, child_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    try:
        child = child_of_form(actor, child_id)
    except _GONE as missing:
        raise Http404 from missing
    placements = placements_of_child(actor, child_id=child_id)
    disclose(
        request,
        subject=str(child_id),
        person_ids=[str(child_id)],
        fields=("name", "schooling"),
        highest_class=SENSITIVE if placements else PERSONAL,
    )
    content = {
        "child": child,
        "cases": words.case_rows(cases_of_child(actor, child_id=child_id), today, placed=False),
        "requests": words.request_rows(requests_of_child(actor, child_id=child_id), placed=False),
        "placements": words.placement_rows(placements, placed=False),
        "may_place": may_do(actor.role, Action.DECIDE_SCHOOLING),
        "stages": [(one, words.STAGES[one]) for one in STAGES],
        "kinds": [(one, words.KINDS[one]) for one in KINDS],
        "deciders": [(one, words.DECIDERS[one]) for one in DECIDERS],
        "form": request.POST.get("form") or uuid.uuid4(),
        "typed": request.POST,
        "today": today.isoformat(),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/child_schooling.html", content, status=422 if problems else 200)
