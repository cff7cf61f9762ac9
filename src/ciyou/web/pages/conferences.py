"""Case conferences of a child: called, held, and what was decided, each decision with its department, person and day."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ciyou.apps.plans import conferences as held
from ciyou.apps.plans.access import case_of
from ciyou.apps.plans.conferences import CLASS, ConferenceLine, NewDecision
from ciyou.apps.plans.goals import owners_for
from ciyou.apps.plans.lists import child_of_page
from ciyou.apps.plans.refusals import CaseNotFound
from ciyou.apps.registry.selectors import PersonCard, PersonNotFound
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import ROLES, Action, may_do
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_departments
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.pages.applications.forms import day, key, text, version
from ciyou.web.wording import plain_sentences

PERSONAL = 3
STATES = {
    "called": gettext_lazy("已召集，待开会"),
    "held": gettext_lazy("已开会"),
    "cancelled": gettext_lazy("已取消"),
}


def show_conferences(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The conferences about a child; POST takes one step and comes back."""
    try:
        child = child_of_page(request.actor, child_id=child_id)
    except PersonNotFound as missing:
        raise Http404 from missing
    if child.kind != "child":
        raise Http404
    if request.method != "POST":
        return _page(request, child)
    steps = _steps(request)
    if text(request, "step") not in steps:
        raise Http404
    try:
        steps[text(request, "step")]()
    except CaseNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as wrong:
        return _page(request, child, wrong.problems)
    return redirect("child_conferences", child_id=child_id)


def _steps(request: HttpRequest) -> dict[str, Callable[[], object]]:
    actor, said = request.actor, text(request, "words")
    about = {"conference_id": key(request, "conference"), "version": version(request)}
    return {
        "call": lambda: held.call_conference(
            actor,
            case_id=key(request, "case"),
            version=about["version"],
            conference_id=about["conference_id"],
            held_on=day(request, "held_on"),
            agenda=said,
            departments=request.POST.getlist("department"),
        ),
        "hold": lambda: held.hold_conference(actor, **about, came=request.POST.getlist("came"), minutes=said),
        "cancel": lambda: held.cancel_conference(actor, **about, words=said),
        "decide": lambda: held.add_decision(actor, **about, wanted=_decision(request)),
        "settle": lambda: held.settle_decision(actor, decision_id=key(request, "decision"), outcome=said),
    }


def _decision(request: HttpRequest) -> NewDecision:
    return NewDecision(
        key(request, "decision"),
        text(request, "words"),
        text(request, "department"),
        text(request, "person"),
        key(request, "post"),
        day(request, "due_on"),
    )


def _page(request: HttpRequest, child: PersonCard, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    actor, lang, today = request.actor, short_language(), timezone.localdate()
    row = case_of(child.id)
    reads = held.may_read_conferences(actor, child.id)
    lines = held.conferences_of(actor, child_id=child.id, reads=reads)
    disclose(
        request,
        subject=str(child.id),
        person_ids=[str(child.id)],
        fields=("name", "conference"),
        highest_class=CLASS if reads or lines else PERSONAL,
    )
    calls = may_do(actor.role, Action.ASSIGN) and ceiling_of(actor) >= CLASS and row is not None
    names = {code: one.en if lang == "en" else one.zh for code, one in load_departments().items()}
    content = {
        "child": child,
        "case": row,
        "calls": calls and row is not None and row.stage != "closed",
        "departments": list(names.items()),
        "rows": [_row(one, names) for one in lines],
        "works": calls,
        "owners": [(str(one.id), f"{one.user_name} · {_role(one.role, lang)}") for one in owners_for(row)]
        if calls and row is not None and lines
        else [],
        "form": uuid.uuid4(),
        "today": today.isoformat(),
        "typed": request.POST if problems else {},
        "problems": plain_sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/conferences.html", content, status=422 if problems else 200)


def _row(line: ConferenceLine, names: dict[str, str]) -> dict[str, Any]:
    asked = [(code, names.get(code, code), came) for code, came in line.asked.items()]
    return {
        "line": line,
        "state": STATES[line.state],
        "asked": asked,
        "choices": [(code, name) for code, name, _came in asked],
        "decisions": [(one, names.get(one.department, one.department)) for one in line.decisions],
    }


def _role(code: str, lang: str) -> str:
    role = ROLES[code]
    return role.en if lang == "en" else role.zh


_BOTH = ("GET", "HEAD", "POST")
ROUTES = (
    Route("children/<uuid:child_id>/conferences/", show_conferences, "child_conferences", Access.PERSONAL, _BOTH, purpose=Purpose.SERVE),
)  # fmt: skip
