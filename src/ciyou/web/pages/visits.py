"""The visit form: for a phone in one hand, in a yard; what a household says once serves every child of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.cases.lead_lists import leads_to_nobody
from ciyou.apps.cases.lead_reasons import NOT_FOUND_REASONS, NOT_IN_DIFFICULTY_REASONS
from ciyou.apps.cases.questions import FormPart, FormProblems, Subject
from ciyou.apps.cases.visit_forms import ChildOnForm, VisitForm, VisitNotPossible
from ciyou.apps.cases.visit_outcomes import VisitedOutcome, visit_outcome
from ciyou.apps.cases.visit_reports import DAYS_BACK, MET, NOTE_LENGTH, RESULTS
from ciyou.apps.cases.visits import record_no_change, record_visit, visit_form
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.clock.ages import full_years
from ciyou.core.errors import CiyouError, Problem
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.interpreter import Outcome
from ciyou.packs import load_rounds, load_rule_book
from ciyou.web.added_wording import answer_blocks, shown_added
from ciyou.web.asking import Asked, ask, sentence
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route, disclose
from ciyou.web.visit_wording import MET_WORDS, RESULT_WORDS
from ciyou.web.wording import RELATIONS, SEXES, sentences

SHOWN_FIELDS = ("name", "sex", "birth_date", "relations", "facts", "leads")


@dataclass(frozen=True)
class ShownChild:
    """One child at the head of the form and in its results."""

    id: uuid.UUID
    name: str
    words: str
    why: str
    asks_result: bool
    seen: str
    result: str
    result_problem: str
    reason: str
    reason_problem: str
    no_need: str


@dataclass(frozen=True)
class ShownPart:
    """The questions about one person or the household, under a heading; `shared`: for whom, where there are several children."""

    heading: str
    shared: str
    questions: tuple[Asked, ...]


def show_visit(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The form of a visit to a child's household; POST records it."""
    form = _form(request.actor, child_id=child_id)
    if request.method != "POST":
        return _show(request, form, {}, {}, uuid.uuid4())
    typed = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    visit_id = _visit_id(typed)
    try:
        recorded = record_visit(request.actor, visit_id=visit_id, child_id=child_id, fields=typed)
    except FormProblems as problems:
        return _show(request, form, typed, problems.by_field, visit_id)
    except CiyouError as problem:
        return _show(request, form, typed, {"": problem.problems[0]}, visit_id)
    return redirect("visit_saved", visit_id=recorded.id)


def show_lead_visit(request: HttpRequest, lead_id: uuid.UUID) -> HttpResponse:
    """From a lead to the form of its child; of a record that leads to nobody to the form that looks for the child."""
    if leads_to_nobody(request.actor, lead_id=lead_id):
        return redirect("record", record_id=lead_id)
    form = _form(request.actor, lead_id=lead_id)
    return redirect("visit", child_id=form.child_id)


def save_no_change(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """One tap: visited today, everything is as it is on file."""
    form = _form(request.actor, child_id=child_id)
    visit_id = _visit_id(request.POST)
    try:
        recorded = record_no_change(request.actor, visit_id=visit_id, child_id=child_id)
    except CiyouError as problem:
        return _show(request, form, {}, {"": problem.problems[0]}, visit_id)
    return redirect("visit_saved", visit_id=recorded.id)


def show_saved(request: HttpRequest, visit_id: uuid.UUID) -> HttpResponse:
    """What a visit brought: what is decided now, and what remains to be done."""
    try:
        outcome = visit_outcome(request.actor, visit_id=visit_id)
    except VisitNotPossible as missing:
        raise Http404 from missing
    disclose(
        request,
        subject=str(visit_id),
        person_ids=[str(child.id) for child in outcome.children],
        fields=("name", "visit", "determination"),
        highest_class=outcome.highest_class,
    )
    lang = short_language()
    names = {str(child.id): child.name for child in outcome.children}
    content = {
        "outcome": outcome,
        "added": answer_blocks(outcome.added, names if len(names) > 1 else {}, lang),
        "children": [(child, RESULT_WORDS.get(child.result, ""), _decided(child, lang)) for child in outcome.children],
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/visit_saved.html", content)


def _form(actor: Actor, **which: uuid.UUID) -> VisitForm:
    try:
        return visit_form(actor, **which)
    except VisitNotPossible as missing:
        raise Http404 from missing


def _visit_id(fields: Mapping[str, str]) -> uuid.UUID:
    """The id that the form brought; a form without a readable one is a new visit."""
    try:
        return uuid.UUID(fields.get("visit_id", ""))
    except ValueError:
        return uuid.uuid4()


def _show(
    request: HttpRequest,
    form: VisitForm,
    typed: Mapping[str, str],
    problems: Mapping[str, Problem],
    visit_id: uuid.UUID,
) -> HttpResponse:
    lang, today = short_language(), timezone.localdate()
    disclose(
        request,
        subject=str(form.child_id),
        person_ids=_persons(form),
        fields=SHOWN_FIELDS,
        highest_class=highest_class_of(form),
    )
    content = {
        **form_content(request.actor, form, today, typed=typed, problems=problems),
        "visit_id": visit_id,
        "visited_on": typed.get("visited_on", today.isoformat()),
        "earliest": (today - dt.timedelta(days=DAYS_BACK)).isoformat(),
        "note": typed.get("note", ""),
        "field_problems": {name or "form": sentence(problem, lang) for name, problem in problems.items()},
        "problems": sentences(problems.values()),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/visit.html", content, status=422 if problems else 200)


def form_content(
    actor: Actor,
    form: VisitForm,
    today: dt.date,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, Problem] | None = None,
) -> dict[str, Any]:
    """What a form asks, in the reader's language: for the page, and for a phone that takes it along."""
    lang, said, wrong = short_language(), typed or {}, problems or {}
    further = [_part(part, form, said, wrong, lang) for part in form.further]
    return {
        "form": form,
        "children": [_child(actor, child, said, wrong, today, lang) for child in form.children],
        "parts": [_part(part, form, said, wrong, lang) for part in form.parts],
        "further": further,
        "added": shown_added(form, said, wrong, lang),
        "further_count": sum(len(part.questions) for part in further),
        "further_open": any(said.get(one.name) for part in further for one in part.questions),
        "known": [line for part in form.known for line in _known_lines(part, lang)],
        "met": [(code, MET_WORDS[code], said.get("met", "") == code) for code in MET],
        "results": [(code, RESULT_WORDS[code]) for code in RESULTS],
        "reasons": _reasons(NOT_FOUND_REASONS, lang),
        "no_needs": _reasons(NOT_IN_DIFFICULTY_REASONS, lang),
        "note_length": NOTE_LENGTH,
        "today": today.isoformat(),
    }


def _persons(form: VisitForm) -> list[str]:
    parents = [
        part.subject.person_id
        for part in (*form.parts, *form.further, *form.known)
        if part.subject.person_id is not None
    ]
    return [str(person) for person in dict.fromkeys((*(child.id for child in form.children), *parents))]


def highest_class_of(form: VisitForm) -> int:
    """The highest class of what a form says is on file."""
    on_file = (*form.questions, *(one for part in form.known for one in part.questions))
    return max((one.definition.sensitivity for one in on_file if one.known is not None), default=3)


def _child(
    actor: Actor,
    child: ChildOnForm,
    typed: Mapping[str, str],
    problems: Mapping[str, Problem],
    today: dt.date,
    lang: str,
) -> ShownChild:
    result_problem, reason_problem = problems.get(f"result:{child.id}"), problems.get(f"reason:{child.id}")
    return ShownChild(
        id=child.id,
        name=child.name or _("姓名不详"),
        words=_age_words(child, today),
        why=_why(actor, child, today, lang),
        asks_result=child.lead_id is not None,
        seen=typed.get(f"seen:{child.id}", ""),
        result=typed.get(f"result:{child.id}", ""),
        result_problem=sentence(result_problem, lang) if result_problem else "",
        reason=typed.get(f"reason:{child.id}", ""),
        reason_problem=sentence(reason_problem, lang) if reason_problem else "",
        no_need=typed.get(f"no_need:{child.id}", ""),
    )


def _reasons(reasons: Mapping[str, tuple[str, str]], lang: str) -> list[tuple[str, str]]:
    place = 1 if lang == "en" else 0
    return [(code, words[place]) for code, words in reasons.items()]


def _age_words(child: ChildOnForm, today: dt.date) -> str:
    words = [str(SEXES[child.sex])] if child.sex in SEXES else []
    if child.birth_date is not None:
        age = full_years(child.birth_date, today, rule=load_rule_book(division=child.division, as_of=today).age_rule)
        words.append(_("%(age)s 岁") % {"age": age})
    return _("，").join(words)


def _why(actor: Actor, child: ChildOnForm, today: dt.date, lang: str) -> str:
    """What the visit is to find out, in one sentence; of rules only those that the visitor may know of."""
    book = load_rule_book(division=child.division, as_of=today)
    rules = [book.by_code[code] for code in child.rules if code in book.by_code]
    names = [rule.name(lang) for rule in rules if rule.sensitivity <= ceiling_of(actor)]
    if names:
        return _("请查清是否属于或应享受：%(names)s。") % {"names": _("、").join(names[:3])}
    if child.checks:
        return _("这次复核要核对：%(names)s。") % {"names": _("、").join(_check_names(child, lang))}
    return _("请查清家里的情况有没有变化。")


def _check_names(child: ChildOnForm, lang: str) -> list[str]:
    kinds = load_rounds(division=child.division)
    found = {
        check.code: check.name(lang)
        for kind, code in child.checks
        if kind in kinds
        for check in kinds[kind].checks
        if check.code == code
    }
    return list(found.values())


def _part(
    part: FormPart, form: VisitForm, typed: Mapping[str, str], problems: Mapping[str, Problem], lang: str
) -> ShownPart:
    return ShownPart(
        heading=_heading(part.subject),
        shared=_shared(part.subject, form),
        questions=tuple(ask(question, typed, problems, lang) for question in part.questions),
    )


def _heading(subject: Subject) -> str:
    if subject.entity is Entity.HOUSEHOLD:
        return _("家庭")
    who = str(RELATIONS[subject.entity.value]) if subject.entity.value in RELATIONS else ""
    return " ".join(text for text in (who, subject.name or (_("（还没有登记）") if who else "")) if text)


def _shared(subject: Subject, form: VisitForm) -> str:
    names = {child.id: child.name for child in form.children}
    if len(names) < 2 or subject.entity is Entity.CHILD:
        return ""
    return _("、").join(names[child] for child in subject.child_ids if child in names)


def _known_lines(part: FormPart, lang: str) -> Iterable[tuple[str, str]]:
    for question in part.questions:
        asked = ask(question, {}, {}, lang)
        yield f"{_heading(part.subject)} · {question.definition.label(lang)}", asked.on_file


def _decided(child: VisitedOutcome, lang: str) -> dict[str, Any]:
    """What is decided of a child now: what it is or is due, and what is still open."""
    found = child.determination
    if found is None:
        return {"yes": [], "open": [], "state": ""}
    by_outcome = {outcome: [] for outcome in Outcome}
    for explained in found.explanations:
        by_outcome[explained.decision.outcome].append(explained.rule.name(lang))
    return {
        "yes": by_outcome[Outcome.YES],
        "open": by_outcome[Outcome.UNDETERMINED],
        "state": found.line.state,
    }


ROUTES = (
    Route("visits/child/<uuid:child_id>/", show_visit, "visit", Access.PERSONAL, ("GET", "HEAD", "POST"), Action.VISIT, Purpose.VERIFY),
    Route("visits/lead/<uuid:lead_id>/", show_lead_visit, "visit_lead", Access.PERSONAL, ("GET", "HEAD"), Action.VISIT, Purpose.VERIFY),
    Route("visits/child/<uuid:child_id>/no-change/", save_no_change, "visit_no_change", Access.PERSONAL, ("POST",), Action.VISIT, Purpose.VERIFY),
    Route("visits/<uuid:visit_id>/", show_saved, "visit_saved", Access.PERSONAL, ("GET", "HEAD"), Action.VISIT, Purpose.VERIFY),
)  # fmt: skip
