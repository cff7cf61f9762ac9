"""Home-delivered schooling: the children who are taught at home, and one child's terms with the log, made for a telephone."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.schooling.home import HeldSession, TermPlan, plan_term, record_session, strike_session
from ciyou.apps.schooling.reading import PlacementView, list_home, read_placement
from ciyou.apps.schooling.refusals import SchoolingNotFound
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web import schooling_wording as words
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import count, key, text
from ciyou.web.pages.referrals.writing import read_day
from ciyou.web.wording import sentences

SENSITIVE = 4


def show_home(request: HttpRequest) -> HttpResponse:
    """Who is taught at home, and how much of it was done, planned and asked by the place."""
    found = list_home(request.actor)
    people = [str(one.person_id) for one in found]
    disclose(
        request, subject="home_schooling", person_ids=people, fields=("name", "placement"), highest_class=SENSITIVE
    )
    rows = words.placement_rows(found)
    running = [row.term for row in rows if row.term is not None]
    content = {
        "rows": [(row, words.standard_words(row.term.standard) if row.term else "") for row in rows],
        "planned": sum(term.periods for term in running),
        "done": sum(term.periods_done for term in running),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/home_schooling.html", content)


def show_placement(request: HttpRequest, placement_id: uuid.UUID) -> HttpResponse:
    """One placement; POST plans a term, logs a session or strikes one out."""
    if request.method != "POST":
        return _show(request, placement_id, ())
    try:
        _act(request, placement_id)
    except SchoolingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, placement_id, problem.problems)
    return redirect("placement", placement_id=placement_id)


def _act(request: HttpRequest, placement_id: uuid.UUID) -> None:
    match text(request, "step"):
        case "plan":
            term = TermPlan(
                read_day(text(request, "from_on")),
                read_day(text(request, "to_on")),
                count(request, "visits"),
                count(request, "periods"),
            )
            plan_term(request.actor, placement_id=placement_id, term=term)
        case "held":
            held = HeldSession(
                key(request, "form"),
                read_day(text(request, "held_on")),
                count(request, "minutes"),
                count(request, "periods"),
                text(request, "taught"),
                text(request, "teacher"),
            )
            record_session(request.actor, plan_id=key(request, "plan"), held=held)
        case "strike":
            strike_session(request.actor, session_id=key(request, "session"), reason=text(request, "why"))
        case _:
            raise Http404


def _show(request: HttpRequest, placement_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    try:
        view, log = read_placement(request.actor, placement_id=placement_id)
    except SchoolingNotFound as missing:
        raise Http404 from missing
    _disclose(request, view)
    content = {
        "row": words.placement_rows([view])[0],
        "terms": [(plan, words.standard_words(plan.standard)) for plan in view.plans],
        "sessions": log,
        "teacher": next((one.teacher for one in log if one.struck_on is None), ""),
        "form": request.POST.get("form") or uuid.uuid4(),
        "typed": request.POST,
        "planning": text(request, "step") == "plan",
        "striking": text(request, "session"),
        "today": timezone.localdate().isoformat(),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/placement.html", content, status=422 if problems else 200)


def _disclose(request: HttpRequest, view: PlacementView) -> None:
    disclose(
        request,
        subject=str(view.id),
        person_ids=[str(view.person_id)],
        fields=("name", "placement", "home_sessions"),
        highest_class=SENSITIVE,
    )
