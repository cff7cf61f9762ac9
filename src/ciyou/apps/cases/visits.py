"""Recording a visit: what a household said becomes facts, leads are reported on, and the determination is made again, all at once."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.added_answers import AddedAnswers, read_added
from ciyou.apps.cases.deciding_leads import refresh_deciding
from ciyou.apps.cases.leads import report_lead
from ciyou.apps.cases.models import Visit, VisitedChild
from ciyou.apps.cases.questions import Answer, FormProblems, Question, question_key, read_answers, valid_from
from ciyou.apps.cases.round_checks import answer_checks
from ciyou.apps.cases.visit_forms import VisitForm, VisitNotPossible, visit_form
from ciyou.apps.cases.visit_plans import plan_after_visit
from ciyou.apps.cases.visit_reports import NOBODY, VisitReport, read_report
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.services import NewStatement, ensure_parent, record_facts
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis
from ciyou.vault.fields import decrypt_text, encrypt_text

SOURCE = "visit"
HOLDS_BY_ROSTERS = ("entitled", "entitled_presumed")
"""Reasons of a lead that say: the rosters' facts already decide. A visit that finds them unchanged confirms such a lead."""

__all__ = (
    "FormProblems",
    "RecordedVisit",
    "VisitNotPossible",
    "record_no_change",
    "record_visit",
    "take_answers",
    "visit_form",
)


@dataclass(frozen=True)
class RecordedVisit:
    """A visit that is on record. `repeated`: it was already, the form came twice."""

    id: uuid.UUID
    child_ids: tuple[uuid.UUID, ...]
    facts: int
    repeated: bool = False


def record_visit(
    actor: Actor,
    *,
    visit_id: uuid.UUID,
    child_id: uuid.UUID,
    fields: Mapping[str, str],
    entered_on: dt.date | None = None,
    also: tuple[Question, ...] = (),
    form: VisitForm | None = None,
    said: Mapping[str, str] | None = None,
) -> RecordedVisit:
    """Record a visit from its form; `visit_id` is made by the form, so that a form sent twice is one visit.

    `entered_on`: the day it was written down, where that is not today (a phone without a network); `also` what was asked then and is
    asked no more; `form` the actor's form of this child, where the caller has just read it in the same transaction; `said` all that was
    said, where `fields` is without what clashes: the place's forms depend on it. Raises FormProblems with a sentence for each field that is wrong; nothing is recorded then.
    """
    _check_may(actor)
    if (earlier := _repeated(actor, visit_id)) is not None:
        return earlier
    form = form or visit_form(actor, child_id=child_id)
    today = entered_on or timezone.localdate()
    answers, problems = read_answers((*form.questions, *also), fields, here=form.division, today=today)
    report, wrong = read_report(form, fields, today=today)
    added, refused = read_added(form, fields if said is None else said, today=today, met=fields.get("met") != NOBODY)
    if problems or wrong or refused or report is None:
        raise FormProblems({**wrong, **problems, **refused})
    return _record(actor, visit_id, form, report, answers, no_change=False, added=added)


def record_no_change(
    actor: Actor,
    *,
    visit_id: uuid.UUID,
    child_id: uuid.UUID,
    visited_on: dt.date | None = None,
    unless: Collection[str] = (),
    form: VisitForm | None = None,
) -> RecordedVisit:
    """Record in one step that a household was visited (today, or on a day before) and that everything is as it is on file.

    What may change with time and a village may state counts as verified again, save the fields in `unless`. A lead ends by it only
    where the rosters' facts already decided; where something is still to be found out it stays open.
    """
    _check_may(actor)
    if (earlier := _repeated(actor, visit_id)) is not None:
        return earlier
    form = visit_form(actor, child_id=child_id)
    confirmed = [child for child in form.children if child.lead_id is not None and child.why in HOLDS_BY_ROSTERS]
    report = VisitReport(
        visited_on=visited_on or timezone.localdate(),
        met="guardian",
        seen={},
        results={child.id: ("confirmed", "") for child in confirmed},
        note="",
    )
    confirmed_facts = tuple(
        one for one in _as_on_file(form) if question_key(one.subject, one.definition.name) not in unless
    )
    return _record(actor, visit_id, form, report, confirmed_facts, no_change=True)


def take_answers(
    actor: Actor, *, visit_id: uuid.UUID, child_id: uuid.UUID, fields: Mapping[str, str], questions: Iterable[Question]
) -> int:
    """Record answers of a visit that is on record, which somebody chose over what stood; how many facts were new.

    Raises RecordError where there is no such visit, FormProblems where an answer is wrong.
    """
    _check_may(actor)
    visit = Visit.objects.filter(id=visit_id).first()
    if visit is None:
        raise RecordError(_no_visit())
    form = visit_form(actor, child_id=child_id)
    answers, problems = read_answers(questions, fields, here=form.division, today=timezone.localdate())
    if problems:
        raise FormProblems(problems)
    children = tuple(child.id for child in form.children)
    with transaction.atomic():
        # It is found out now which of the two holds: since today, and what stood stays true for the days before.
        facts = _record_answers(actor, visit_id, answers, timezone.localdate())
        with walled(LOCAL_OPERATOR):
            determine_children(actor, child_ids=children, as_of=timezone.localdate(), cause=SOURCE)
            refresh_deciding(children)
        record_action(
            actor,
            action="take_answers",
            subject=str(visit_id),
            persons=[str(child) for child in children],
            details={"facts": facts},
            highest_class=3,
        )
    return facts


def _check_may(actor: Actor) -> None:
    if not may_do(actor.role, Action.VISIT):
        raise AccessDenied(
            Problem(
                Place(),
                "visit.role",
                "您的岗位不做走访。请由儿童主任、督导员或县级工作人员记录。",
                "Your post does not visit. Let a child director, a supervisor or an officer of the county record it.",
            )
        )


def _repeated(actor: Actor, visit_id: uuid.UUID) -> RecordedVisit | None:
    visit = Visit.objects.filter(id=visit_id).first()
    if visit is None:
        return None
    if str(visit.post_id) != actor.post_id:
        raise RecordError(_number_taken())
    children = VisitedChild.objects.filter(visit=visit).order_by("id").values_list("person_id", flat=True)
    return RecordedVisit(visit.id, tuple(children), 0, repeated=True)


def _as_on_file(form: VisitForm) -> tuple[Answer, ...]:
    """What is on file, as if it had just been said."""
    asked = [question for part in form.known for question in part.questions]
    every = [one for question in asked for one in (question, *question.attributes)]
    return tuple(Answer(one.subject, one.definition, one.known.value) for one in every if one.known is not None)


def _record(
    actor: Actor,
    visit_id: uuid.UUID,
    form: VisitForm,
    report: VisitReport,
    answers: tuple[Answer, ...],
    *,
    no_change: bool,
    added: tuple[AddedAnswers, ...] = (),
) -> RecordedVisit:
    try:
        with transaction.atomic():
            _write_visit(actor, visit_id, form, report, no_change=no_change, added=added)
            facts = _record_answers(actor, visit_id, answers, report.visited_on)
            _report_leads(actor, form, report)
            children = tuple(child.id for child in form.children)
            changed = frozenset() if no_change else _children_changed(form, answers)
            answer_checks(actor, children, visit_id=visit_id, visited_on=report.visited_on, changed=changed)
            # The machine reads whole files, also what the visitor may not see; it shows nothing of them.
            with walled(LOCAL_OPERATOR):
                determine_children(actor, child_ids=children, as_of=timezone.localdate(), cause=SOURCE)
                refresh_deciding(children)
            if report.met_somebody:
                plan_after_visit(actor, children, visited_on=report.visited_on)
            record_action(
                actor,
                action="record_no_change" if no_change else "record_visit",
                subject=str(visit_id),
                persons=[str(child) for child in children],
                details={"facts": facts, "children": len(children), "leads": len(report.results)},
                highest_class=max((3, *(one.sensitivity for one in added))),
            )
    except IntegrityError:
        # The same form a second time, at the same moment: the first is committed by now.
        if (earlier := _repeated(actor, visit_id)) is not None:
            return earlier
        raise
    return RecordedVisit(visit_id, children, facts)


def _write_visit(
    actor: Actor,
    visit_id: uuid.UUID,
    form: VisitForm,
    report: VisitReport,
    *,
    no_change: bool,
    added: tuple[AddedAnswers, ...],
) -> None:
    content = {
        "met": report.met,
        "seen": {str(child): seen for child, seen in report.seen.items()},
        "results": {str(child): list(result) for child, result in report.results.items()},
        "note": report.note,
        "added": [asdict(one) for one in added],
    }
    Visit.objects.create(
        id=visit_id,
        post_id=actor.post_id,
        division=form.division,
        visited_on=report.visited_on,
        no_change=no_change,
        met_somebody=report.met_somebody,
        content=encrypt_text(keyring(), json.dumps(content, ensure_ascii=False), context=_context(visit_id)),
        recorded_at=timezone.now(),
    )
    VisitedChild.objects.bulk_create(
        VisitedChild(
            visit_id=visit_id,
            person_id=child.id,
            lead_id=child.lead_id,
            result=report.results.get(child.id, ("", ""))[0],
        )
        for child in form.children
    )


def open_visit_content(visit: Visit) -> dict[str, object]:
    """Who was met, what came of each child, the note, and the answers to what the place asks in addition."""
    found: dict[str, object] = json.loads(decrypt_text(keyring(), visit.content, context=_context(visit.id)))
    return found


def _context(visit_id: uuid.UUID) -> str:
    return f"cases.visit:{visit_id}"


def _record_answers(actor: Actor, visit_id: uuid.UUID, answers: tuple[Answer, ...], day: dt.date) -> int:
    """Each answer at whom it is about: a child, a parent (a file is opened for one without), or every child of a household."""
    said: dict[uuid.UUID, list[NewStatement]] = {}
    for answer in answers:
        for person_id, name in _where(actor, answer):
            since = valid_from(answer, answers, day)
            said.setdefault(person_id, []).append(NewStatement(name, answer.value, Basis.VERIFIED, since))
    return sum(
        record_facts(actor, person_id=person_id, statements=statements, source=SOURCE, reference=str(visit_id))
        for person_id, statements in said.items()
    )


def _children_changed(form: VisitForm, answers: tuple[Answer, ...]) -> frozenset[uuid.UUID]:
    """The children of whom something was said that is not on file so."""
    on_file = {
        (one.subject.key, one.definition.name): one.known.value
        for question in form.questions
        for one in (question, *question.attributes)
        if one.known is not None
    }
    new = (said for said in answers if on_file.get((said.subject.key, said.definition.name)) != said.value)
    return frozenset(child for said in new for child in said.subject.child_ids)


def _where(actor: Actor, answer: Answer) -> Iterable[tuple[uuid.UUID, str]]:
    subject, name = answer.subject, answer.definition.name
    if subject.entity is Entity.HOUSEHOLD:
        return [(child, f"household.{name}") for child in subject.child_ids]
    if subject.person_id is not None:
        return [(subject.person_id, name)]
    return [(ensure_parent(actor, child_id=child, kind=subject.entity.value), name) for child in subject.child_ids]


def _report_leads(actor: Actor, form: VisitForm, report: VisitReport) -> None:
    for child in form.children:
        result, reason = report.results.get(child.id, ("", ""))
        if child.lead_id is not None and result:
            report_lead(actor, lead_id=child.lead_id, result=result, reason=reason)


def _no_visit() -> Problem:
    return Problem(
        Place(),
        "visit.unknown",
        "没有这次走访的记录。请从列表重新进入。",
        "There is no record of this visit. Come in again from the list.",
    )


def _number_taken() -> Problem:
    return Problem(
        Place(),
        "visit.number_taken",
        "这张走访表已被别人使用。请重新打开走访表再填写。",
        "This visit form was already used by somebody else. Open the form anew and fill it in.",
    )
