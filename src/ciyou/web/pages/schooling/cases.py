"""School cases: the list, and one case with its story and the next step of whoever reads it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.schooling.access import county_of, speaks_for_schools
from ciyou.apps.schooling.links import make_school_link
from ciyou.apps.schooling.lists import EVERYTHING, LATE, PAGE, CaseView, list_cases, read_case
from ciyou.apps.schooling.refusals import SchoolingNotFound
from ciyou.apps.schooling.transitions import ENDINGS, OPEN
from ciyou.apps.schooling.working import (
    SchoolVisit,
    end_by_document,
    name_school,
    record_school_visit,
    say_whether_back,
    settle_contradiction,
)
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web import schooling_wording as words
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import text, version
from ciyou.web.pages.applications.listing import page_number
from ciyou.web.pages.referrals.one import picture_of
from ciyou.web.pages.referrals.writing import read_day
from ciyou.web.wording import sentences

PERSONAL = 3


def show_cases(request: HttpRequest) -> HttpResponse:
    """The area's school cases, late ones first; by state where so asked."""
    actor, number = request.actor, page_number(request)
    show = request.GET.get("show", "") if request.GET.get("show", "") in (LATE, EVERYTHING) else ""
    state = request.GET.get("state", "") if request.GET.get("state", "") in OPEN else ""
    page = list_cases(actor, show=show, state=state, page=number)
    people = [str(line.person_id) for line in page.lines]
    disclose(request, subject="schooling", person_ids=people, fields=("name", "school_case"), highest_class=PERSONAL)
    content = {
        "rows": words.case_rows(page.lines, timezone.localdate()),
        "total": page.total,
        "late": page.late,
        "show": show,
        "state": state,
        "states": [(code, words.STATES[code]) for code in OPEN],
        "education": speaks_for_schools(actor),
        "figures": may_do(actor.role, Action.SEE_FIGURES),
        "page": number,
        "pages": max(1, -(-page.total // PAGE)),
        "previous": number - 1,
        "next": number + 1,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/schooling.html", content)


def show_case(request: HttpRequest, school_case_id: uuid.UUID) -> HttpResponse:
    """One school case."""
    return _show(request, school_case_id, ())


def take_step(request: HttpRequest, school_case_id: uuid.UUID) -> HttpResponse:
    """Take one step of it and come back; what was wrong is told there."""
    actor, said = request.actor, text(request, "words")
    about = {"case_id": school_case_id, "version": version(request)}
    visit = SchoolVisit(text(request, "reason"), said, text(request, "plan"))
    steps: dict[str, Callable[[], object]] = {
        "visit": lambda: record_school_visit(actor, **about, found=visit),
        "place": lambda: name_school(actor, **about, school=text(request, "school")),
        "say": lambda: say_whether_back(actor, **about, said=text(request, "said"), words=said),
        "say_for_school": lambda: say_whether_back(
            actor, **about, said=text(request, "said"), words=text(request, "school_words"), for_school=True
        ),
        "settle": lambda: settle_contradiction(actor, **about, step=text(request, "how"), words=said),
        "end": lambda: end_by_document(
            actor,
            **about,
            ending=text(request, "ending"),
            document=text(request, "document"),
            until=read_day(text(request, "until")),
        ),
    }
    step = steps.get(text(request, "step"))
    if step is None:
        raise Http404
    try:
        step()
    except SchoolingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, school_case_id, problem.problems)
    return redirect("school_case", school_case_id=school_case_id)


def hand_link(request: HttpRequest, school_case_id: uuid.UUID) -> HttpResponse:
    """A one-time link for the school, as text and as a picture on paper; it is shown this once."""
    try:
        link = make_school_link(request.actor, case_id=school_case_id, version=version(request))
        view = read_case(request.actor, case_id=school_case_id)
    except SchoolingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, school_case_id, problem.problems)
    _disclose(request, view)
    address = request.build_absolute_uri(reverse("school_answer", kwargs={"school_token": link.token}))
    content = {
        "address": address,
        "picture": picture_of(address),
        "school": link.school,
        "school_case_id": school_case_id,
        "expires_at": link.expires_at,
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/school_link.html", content)


def _disclose(request: HttpRequest, view: CaseView) -> None:
    disclose(
        request,
        subject=str(view.line.id),
        person_ids=[str(view.person_id)],
        fields=("name", "school_case"),
        highest_class=PERSONAL,
    )


def _show(request: HttpRequest, case_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    try:
        view = read_case(request.actor, case_id=case_id)
    except SchoolingNotFound as missing:
        raise Http404 from missing
    _disclose(request, view)
    line = view.line
    content = {
        "view": view,
        "row": words.case_rows([line], timezone.localdate())[0],
        "county": division_name(county_of(line.division)),
        "cause": words.CAUSES[view.cause],
        "reason": words.reason_name(view.content.reason, line.division),
        "reasons": words.reasons(line.division),
        "village_said": words.SAID[view.village_said],
        "school_said": words.SAID[view.school_said],
        "may_say": {"village_says", "school_says"} & view.steps_now,
        "may_say_school": {"village_says", "school_says"} <= view.steps_now,
        "may_settle": "ask_again" in view.steps_now,
        "may_end": "end" in view.steps_now,
        "education": speaks_for_schools(request.actor),
        "endings": [(one, words.ENDINGS[one]) for one in ENDINGS],
        "steps": words.step_rows(view.steps),
        "typed": request.POST,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/school_case.html", content, status=422 if problems else 200)
