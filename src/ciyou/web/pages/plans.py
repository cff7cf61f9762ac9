"""The case of a child: its plan, its package and its story, with the next step of whoever reads it; and unmet needs in numbers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.cases.workload import COMING_DAYS, workload_of
from ciyou.apps.plans import casework
from ciyou.apps.plans.conferences import CLASS
from ciyou.apps.plans.goals import NewGoal, end_goal, set_goal
from ciyou.apps.plans.lists import CaseView, child_of_page, read_case_of, read_closing, unmet_needs
from ciyou.apps.plans.package import say_need
from ciyou.apps.plans.printed import print_case_plan
from ciyou.apps.plans.reading import read_plan
from ciyou.apps.plans.refusals import CaseNotFound
from ciyou.apps.registry.selectors import PersonCard, PersonNotFound
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import ROLES, Action, may_do
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.core.risk import NOT_ASSESSED
from ciyou.packs import load_plan_closures, load_plan_domains, load_risk
from ciyou.web import plan_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.pages.applications.forms import day, key, text, version
from ciyou.web.plan_paper import paper_words
from ciyou.web.wording import plain_sentences

PERSONAL = 3
PDF = "application/pdf"
CLOSING = "ask_closing"
Do = Callable[[], object]


def show_plan(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The case of a child; POST takes one step of it and comes back."""
    child = _child(request, child_id)
    if request.method != "POST":
        return _page(request, child)
    step = text(request, "step")
    steps = _steps(request, child)
    if step not in steps:
        raise Http404
    try:
        steps[step]()
    except (CaseNotFound, PersonNotFound) as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as wrong:
        page = _closing if step == CLOSING else _page
        return page(request, child, wrong.problems)
    return redirect("child_plan", child_id=child_id)


def show_closing(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The form that asks for a case to be closed, with what stands in its way; it is sent to the plan's own address."""
    return _closing(request, _child(request, child_id))


def show_card(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """A short word of the case. A part of the child's page, or a page by itself."""
    child = _child(request, child_id)
    card = read_plan(request.actor, child)
    disclose(
        request,
        subject=str(child.id),
        person_ids=[str(child.id)],
        fields=("case",),
        highest_class=card.highest_class if card else PERSONAL,
    )
    content = {
        "child": child,
        "card": card,
        "stage": words.stage_name(card.stage) if card else "",
        "needs": [
            (name, card.needs[state]) for state, name in words.LINE_STATES.items() if card and card.needs.get(state)
        ],
        "seen_at": timezone.now(),
    }
    template = "web/components/plan_card.html" if request.htmx else "web/pages/plan_card.html"
    return render(request, template, content)


def take_paper(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The plan as a file to print; 404 where there is no case."""
    child = _child(request, child_id)
    plan = read_plan(request.actor, child)
    if plan is None:
        raise Http404
    document = print_case_plan(request.actor, plan=plan, words=paper_words(plan, on=timezone.localdate()))
    disclose(
        request,
        subject=str(child.id),
        person_ids=[str(child.id)],
        fields=("name", "sex", "birth_date", "division", "case"),
        highest_class=plan.highest_class,
    )
    headers = {"Content-Disposition": f'attachment; filename="plan-{plan.id.hex[:8]}.pdf"'}
    return HttpResponse(document, content_type=PDF, headers=headers)


def show_unmet(request: HttpRequest) -> HttpResponse:
    """What children of the area need and do not have: numbers by need, state and place; nobody's name."""
    found = unmet_needs(request.actor)
    divisions = sorted({one.division for one in found})
    names, places = words.unmet_names(divisions), division_names(divisions) if divisions else {}
    rows: dict[tuple[str, str, str, str], dict[str, int]] = {}
    for one in found:
        rows.setdefault((one.domain, one.kind, one.code, one.state), {})[one.division] = one.children
    lang = short_language()
    domains = {
        code: one.name(lang)
        for place in {one[:6] for one in divisions}
        for code, one in load_plan_domains(division=place).items()
    }
    content = {
        "rows": [
            {
                "domain": domains.get(domain, domain),
                "kind": words.KINDS[kind],
                "name": names.get((kind, code), code),
                "state": words.LINE_STATES[state],
                "children": sum(by_place.values()),
                "places": [(places.get(place, place), count) for place, count in by_place.items()],
            }
            for (domain, kind, code, state), by_place in rows.items()
        ],
    }
    return render(request, "web/pages/unmet.html", content)


def show_workload(request: HttpRequest) -> HttpResponse:
    """What each child director of the area has to do, by place: for handing work over. Numbers; no child's name."""
    loads, lang = workload_of(request.actor), short_language()
    asked = load_risk(division=request.actor.scope.first).asked
    places = division_names({one.post.division for one in loads}) if loads else {}
    codes = [*(one.code for one in reversed(asked.tiers)), NOT_ASSESSED]
    names = [*(one.name(lang) for one in reversed(asked.tiers)), gettext("未评估")]
    content = {
        "tiers": names,
        "rows": [
            {
                "load": one,
                "place": places.get(one.post.division, one.post.division),
                "tiers": [(name, one.tiers.get(code, 0)) for name, code in zip(names, codes, strict=True)],
            }
            for one in loads
        ],
        "days": COMING_DAYS,
    }
    return render(request, "web/pages/workload.html", content)


def _steps(request: HttpRequest, child: PersonCard) -> dict[str, Do]:
    """Every step that the page can send."""
    actor, said = request.actor, text(request, "words")
    about = {"case_id": key(request, "case"), "version": version(request)}
    return {
        "open": lambda: casework.open_case(actor, child_id=child.id),
        "set_goal": lambda: set_goal(actor, **about, wanted=_goal(request)),
        "end_goal": lambda: end_goal(
            actor, **about, goal_id=key(request, "goal"), state=text(request, "state"), words=said
        ),
        "say_need": lambda: _say(request, about),
        "hand_in": lambda: casework.hand_in_plan(actor, **about),
        "agree": lambda: casework.agree_to_plan(actor, **about),
        "send_back": lambda: casework.send_plan_back(actor, **about, words=said),
        "review": lambda: casework.review_plan_unchanged(actor, **about, words=said),
        "replan": lambda: casework.replan(actor, **about, words=said),
        CLOSING: lambda: casework.ask_to_close(actor, **about, reason=text(request, "reason"), words=said),
        "keep_open": lambda: casework.keep_case_open(actor, **about, words=said),
        "close": lambda: casework.close_case(actor, **about),
        "reopen": lambda: casework.reopen_case(actor, **about, words=said),
    }


def _goal(request: HttpRequest) -> NewGoal:
    return NewGoal(
        key(request, "goal"),
        text(request, "domain"),
        text(request, "words"),
        key(request, "post"),
        day(request, "due_on"),
    )


def _say(request: HttpRequest, about: dict[str, Any]) -> None:
    kind, _sign, code = text(request, "need").partition(":")
    state = text(request, "state")
    say_need(request.actor, **about, kind=kind, code=code, state=state, why=text(request, "words"))


def _child(request: HttpRequest, child_id: uuid.UUID) -> PersonCard:
    try:
        child = child_of_page(request.actor, child_id=child_id)
    except PersonNotFound as missing:
        raise Http404 from missing
    if child.kind != "child":
        raise Http404
    return child


def _page(request: HttpRequest, child: PersonCard, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    actor = request.actor
    view = read_case_of(actor, child)
    disclose(
        request,
        subject=str(child.id),
        person_ids=[str(child.id)],
        fields=("name", "case"),
        highest_class=view.highest_class if view else PERSONAL,
    )
    works = may_do(actor.role, Action.VISIT) and child.status == "active"
    content = {
        "child": child,
        "view": view,
        "opens": works and view is None,
        "typed": request.POST if problems else {},
        "problems": plain_sentences(problems),
        "seen_at": timezone.now(),
        **(_plan(request, view, works=works) if view else {}),
    }
    return render(request, "web/pages/child_plan.html", content, status=422 if problems else 200)


def _closing(request: HttpRequest, child: PersonCard, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    view, lang = read_closing(request.actor, child), short_language()
    disclose(
        request, subject=str(child.id), person_ids=[str(child.id)], fields=("name", "case"), highest_class=PERSONAL
    )
    if view is None and problems:  # it moved on meanwhile, and the plan says to where
        return _page(request, child, problems)
    reasons = load_plan_closures(division=view.division).values() if view else ()
    content = {
        "child": child,
        "view": view,
        "typed": request.POST if problems else {},
        "problems": plain_sentences(problems),
        "matters": gettext("，").join(one.en if lang == "en" else one.zh for one in view.matters) if view else "",
        "reasons": [(one.code, one.name(lang)) for one in reasons],
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/child_plan_closing.html", content, status=422 if problems else 200)


def _plan(request: HttpRequest, view: CaseView, *, works: bool) -> dict[str, Any]:
    lang, today = short_language(), timezone.localdate()
    closes = works and view.stage != "closed"
    rows = words.domain_rows(view)
    needs = words.need_options(view, ceiling_of(request.actor)) if closes else []
    return {
        "stage": words.stage_name(view.stage),
        "next": words.NEXT[view.stage],
        "reason": words.reason_words(view),
        "review_note": words.review_note(view),
        "domains": rows,
        "missing": gettext("，").join(row.name for row in rows if row.missing),
        "others": words.other_rows(view),
        "story": words.step_rows(view),
        "told": words.last_told(view),
        "owners": [(str(one.id), f"{one.user_name} · {_role(one.role, lang)}") for one in view.owners],
        "domain_choices": [(row.code, row.name) for row in rows],
        "needs": needs,
        "fold": _fold(request, {code for code, _name in needs}),
        "states": list(words.LINE_STATES.items()),
        "edits": closes,
        "confers": ceiling_of(request.actor) >= CLASS,
        "form": request.POST.get("goal") or uuid.uuid4(),
        "today": today.isoformat(),
        "domain_note": next((one.domain.note(lang) for one in view.domains), ""),
    }


def _fold(request: HttpRequest, entered: Collection[str]) -> str:
    """Which of the page's forms was sent and refused: its fold stays open, with what was typed."""
    step, need = text(request, "step"), text(request, "need")
    if step == "end_goal":
        return text(request, "goal")
    if step == "say_need":
        return "need" if need in entered else need
    return step


def _role(code: str, lang: str) -> str:
    role = ROLES[code]
    return role.en if lang == "en" else role.zh


_READ = ("GET", "HEAD")
_BOTH = (*_READ, "POST")
_PLAN = "children/<uuid:child_id>/plan/"
_P, _S = Access.PERSONAL, Purpose.SERVE
ROUTES = (
    Route(_PLAN, show_plan, "child_plan", _P, _BOTH, purpose=_S),
    Route(_PLAN + "closing/", show_closing, "child_plan_closing", _P, _READ, purpose=_S),
    Route(_PLAN + "card/", show_card, "plan_card", _P, _READ, purpose=_S),
    Route(_PLAN + "paper/", take_paper, "plan_paper", _P, _READ, purpose=_S),
    Route("needs/unmet/", show_unmet, "unmet_needs", Access.STAFF, action=Action.ASSIGN),
    Route("leads/workload/", show_workload, "workload", Access.STAFF, action=Action.ASSIGN),
)
