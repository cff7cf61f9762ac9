"""Risk of a child: the tier that stands with every version before it, the form, confirming; and the list of children without a next action."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.assessments.recording import NewAssessment, may_be_assessed_on
from ciyou.apps.assessments.refusals import AssessmentNotFound
from ciyou.apps.assessments.selectors import AssessmentLine, assessments_of_child
from ciyou.apps.cases.next_actions import SHOWN, children_without_next
from ciyou.apps.cases.risk_work import assess_risk, settle_tier
from ciyou.apps.cases.visit_plans import next_visit
from ciyou.apps.registry.selectors import PersonCard, PersonNotFound, get_person
from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.clock.ages import full_years
from ciyou.core.errors import AccessDenied, CiyouError, Problem, RecordError
from ciyou.packs import load_risk
from ciyou.web import risk_wording as wording
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.pages.applications.forms import day, key, text, version
from ciyou.web.wording import plain_sentences, sentences

PERSONAL = 3
LIST_FIELDS = ("name", "birth_date", "division")


def show_risk(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The tier that stands, one that waits for a person, and the versions; POST confirms a tier."""
    child = _child(request, child_id)
    if request.method != "POST":
        return _page(request, child)
    try:
        settle_tier(
            request.actor,
            assessment_id=key(request, "assessment"),
            version=version(request),
            tier=text(request, "tier"),
            reason=text(request, "reason"),
        )
    except (AssessmentNotFound, PersonNotFound) as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as wrong:
        return _page(request, child, wrong.problems)
    return redirect("child_risk", child_id=child_id)


def assess(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The form; POST records it and shows what it proposes."""
    child = _child(request, child_id)
    if child.status != "active":
        raise Http404
    if request.method != "POST":
        return _form(request, child)
    try:
        given = NewAssessment(key(request, "form"), _answers(request), day(request, "assessed_on"))
        assess_risk(request.actor, child_id=child_id, given=given)
    except AccessDenied:
        raise
    except CiyouError as wrong:
        return _form(request, child, wrong.problems)
    return redirect("child_risk", child_id=child_id)


def show_without_next(request: HttpRequest) -> HttpResponse:
    """The children of whom nobody has anything to do next; there should be none."""
    found = children_without_next(request.actor)
    disclose(
        request,
        subject="without_next",
        person_ids=[str(card.id) for card in found.children],
        fields=LIST_FIELDS,
        highest_class=PERSONAL,
    )
    places = division_names({card.division for card in found.children}) if found.children else {}
    today = timezone.localdate()
    content = {
        "total": found.total,
        "shown": SHOWN,
        "rows": [
            (card, places.get(card.division, ""), full_years(card.birth_date, today) if card.birth_date else None)
            for card in found.children
        ],
        "seen_at": timezone.now() if found.children else None,
    }
    return render(request, "web/pages/without_next.html", content)


def _child(request: HttpRequest, child_id: uuid.UUID) -> PersonCard:
    try:
        child = get_person(request.actor, person_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as missing:
        raise Http404 from missing
    if child.kind != "child":
        raise Http404
    return child


def _page(request: HttpRequest, child: PersonCard, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    actor, lang = request.actor, short_language()
    lines = assessments_of_child(actor, child_id=child.id)
    disclose(
        request, subject=str(child.id), person_ids=[str(child.id)], fields=("name", "risk"), highest_class=PERSONAL
    )
    pack, visit = load_risk(division=child.division), next_visit(child.id)
    standing = _standing(lines)
    waiting = next((one for one in lines if one.waits), None)
    works = may_do(actor.role, Action.VISIT) and child.status == "active"
    content = {
        "child": child,
        "standing": wording.tier_chip(pack.asked, standing.tier, lang) if standing else None,
        "standing_line": standing,
        "waiting": wording.version_row(waiting, lang) if waiting else None,
        "confirms": works and waiting is not None,
        "assesses": works,
        "tiers": [wording.tier_chip(pack.asked, one.code, lang) for one in pack.asked.tiers],
        "chosen": text(request, "tier") or (waiting.proposed if waiting else ""),
        "reason": text(request, "reason"),
        "versions": [wording.version_row(one, lang) for one in lines],
        "visit": wording.visit_words(visit, child.division, lang) if visit else None,
        "note": wording.note_of(pack, lang),
        "problems": plain_sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/child_risk.html", content, status=422 if problems else 200)


def _standing(lines: tuple[AssessmentLine, ...]) -> AssessmentLine | None:
    """The version whose tier stands: the one that a person confirmed last."""
    confirmed = [one for one in lines if one.confirmed_at is not None]
    return max(confirmed, key=lambda one: (one.confirmed_at, one.recorded_at), default=None)


def _answers(request: HttpRequest) -> dict[str, str]:
    start = wording.ANSWER
    return {name.removeprefix(start): str(value) for name, value in request.POST.items() if name.startswith(start)}


def _assessed_on(request: HttpRequest) -> dt.date:
    """The day by whose age the form asks: the one that was typed, where it may stand, else today."""
    try:
        typed = day(request, "assessed_on")
    except RecordError:
        typed = None  # told above the form; what is asked does not wait for it
    return typed if typed is not None and may_be_assessed_on(typed) else timezone.localdate()


def _form(request: HttpRequest, child: PersonCard, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    lang, today = short_language(), timezone.localdate()
    disclose(request, subject=str(child.id), person_ids=[str(child.id)], fields=("name",), highest_class=PERSONAL)
    pack = load_risk(division=child.division)
    age = full_years(child.birth_date, _assessed_on(request)) if child.birth_date else None
    by_place = {one.place: one.sentence for one in sentences(problems)}
    content = {
        "child": child,
        "age": age,
        "groups": wording.question_groups(pack.asked.asked_of(age), _answers(request), by_place, lang),
        "assessed_on": request.POST.get("assessed_on") or today.isoformat(),
        "today": today.isoformat(),
        "form": request.POST.get("form") or uuid.uuid4(),
        "note": wording.note_of(pack, lang),
        "problems": plain_sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/risk_form.html", content, status=422 if problems else 200)


_BOTH = ("GET", "HEAD", "POST")
_P, _S = Access.PERSONAL, Purpose.SERVE

ROUTES = (
    Route("children/<uuid:child_id>/risk/", show_risk, "child_risk", _P, _BOTH, purpose=_S),
    Route("children/<uuid:child_id>/risk/new/", assess, "assess_risk", _P, _BOTH, Action.VISIT, _S),
    Route("leads/without-next/", show_without_next, "without_next", _P, action=Action.ASSIGN, purpose=_S),
)
