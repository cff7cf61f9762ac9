"""Reading what was decided case by case: of one child, and one decision, each as far as the actor may see it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.entitlements.case_answers import decided_by_rules, differing_of
from ciyou.apps.entitlements.case_deciding import CaseContent, case_not_found, open_case
from ciyou.apps.entitlements.models import CaseDecision, CaseState, Determination
from ciyou.apps.registry.refusals import PersonNotFound
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.verdict import RESTRICTED, ceiling_of
from ciyou.core.rules.book import Rule
from ciyou.core.rules.interpreter import Outcome
from ciyou.packs import load_rule_book

SENSITIVE = 4


@dataclass(frozen=True)
class CaseView:
    """One decision as it is shown. `stands` drafted | counts | due | refused | ended; `due`: its time is over, and nobody has decided yet.

    `differs`: what the rules, by now certain, say instead ("" where nothing differs). `own`: the actor drafted it.
    """

    id: uuid.UUID
    child_id: uuid.UUID
    rule: str
    holds: bool
    first: dt.date
    until: dt.date
    ended_on: dt.date | None
    stands: str
    content: CaseContent
    evidence: tuple[str, ...]
    drafted_by: str
    drafted_on: dt.date
    decided_by: str
    decided_on: dt.date | None
    version: int
    own: bool
    differs: str


@dataclass(frozen=True)
class CaseFile:
    """What was decided of a child case by case, newest first, and the rules that people may decide now."""

    child: PersonCard
    cases: tuple[CaseView, ...]
    open_rules: tuple[Rule, ...]


def cases_of_child(actor: Actor, *, child_id: uuid.UUID) -> CaseFile:
    """A child's decisions; raises PersonNotFound for one that the actor may not know of. Class 4: nothing for lower roles."""
    child = get_person(actor, person_id=child_id, purpose=Purpose.SERVE)
    if ceiling_of(actor) < SENSITIVE:
        return CaseFile(child, (), ())
    current = Determination.objects.filter(person_id=child.id, current=True).first()
    differing = {} if current is None else {one.case.id: one.outcome.value for one in differing_of(current)}
    rows = CaseDecision.objects.filter(person_id=child.id).order_by("-drafted_at")
    cases = tuple(_view(actor, row, differing) for row in rows)
    if current is None:
        return CaseFile(child, cases, ())
    decided = decided_by_rules(current)
    book = load_rule_book(division=child.division, as_of=timezone.localdate())
    still_open = [
        rule
        for rule in book.rules
        if rule.sensitivity < RESTRICTED and rule.code in decided and decided[rule.code].outcome is Outcome.UNDETERMINED
    ]
    return CaseFile(child, cases, tuple(still_open))


def one_case(actor: Actor, *, case_id: uuid.UUID) -> tuple[PersonCard, CaseView]:
    """One decision and its child; raises CaseNotFound where there is none for the actor."""
    row = CaseDecision.objects.filter(id=case_id, division__gte=actor.scope.first, division__lt=actor.scope.end).first()
    if row is None:
        raise case_not_found()
    try:
        found = cases_of_child(actor, child_id=row.person_id)
    except PersonNotFound as missing:
        raise case_not_found() from missing
    case = next((one for one in found.cases if one.id == row.id), None)
    if case is None:
        raise case_not_found()
    return found.child, case


@dataclass(frozen=True)
class DecidedByPeople:
    """For a mark beside a rule: people decided it case by case, until a day; `due`: that day is over."""

    case_id: uuid.UUID
    until: dt.date
    due: bool
    differs: bool


def marks_of_child(actor: Actor, *, child_id: uuid.UUID) -> dict[str, DecidedByPeople]:
    """By rule of a child that the caller may show, what people decided: that it is not the engine's answer is no secret of class 4."""
    rows = CaseDecision.objects.filter(person_id=child_id, state=CaseState.DECIDED)
    standing = list(rows)
    if not standing:
        return {}
    current = Determination.objects.filter(person_id=child_id, current=True).first()
    differing = set() if current is None else {one.case.id for one in differing_of(current)}
    today = timezone.localdate()
    return {
        row.rule: DecidedByPeople(row.id, row.until, row.until <= today, str(row.id) in differing) for row in standing
    }


def _view(actor: Actor, row: CaseDecision, differing: dict[str, str]) -> CaseView:
    return CaseView(
        id=row.id,
        child_id=row.person_id,
        rule=row.rule,
        holds=row.holds,
        first=row.first,
        until=row.until,
        ended_on=row.ended_on,
        stands=_stands(row),
        content=open_case(row),
        evidence=tuple(row.evidence),
        drafted_by=row.drafted_by,
        drafted_on=timezone.localdate(row.drafted_at),
        decided_by=row.decided_by,
        decided_on=timezone.localdate(row.decided_at) if row.decided_at else None,
        version=row.version,
        own=row.drafted_by == actor.id,
        differs=differing.get(str(row.id), "") if row.state == CaseState.DECIDED else "",
    )


def _stands(row: CaseDecision) -> str:
    if row.state != CaseState.DECIDED:
        return str(row.state)
    return "due" if row.until <= timezone.localdate() else "counts"
