"""What people decided case by case, as the engine and the room that pays take it: shown to nobody as it is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from ciyou.apps.audit.wall import walled
from ciyou.apps.entitlements.archive import book_now
from ciyou.apps.entitlements.contents import open_content
from ciyou.apps.entitlements.models import CaseDecision, CaseState, Determination
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.facts.state import FactState
from ciyou.core.rules.interpreter import Decision, decide_all
from ciyou.core.rules.settling import CaseAnswer, Differing, differing_cases

COUNTED = (CaseState.DECIDED, CaseState.ENDED)


def case_answers(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[CaseAnswer, ...]]:
    """By child, what people decided of it and for which days, in the engine's order; most children have none."""
    rows = CaseDecision.objects.filter(person__in=list(person_ids), state__in=COUNTED)
    found: dict[uuid.UUID, list[CaseAnswer]] = {}
    for row in rows:
        until = row.until if row.ended_on is None else min(row.until, row.ended_on)
        if row.first < until:
            found.setdefault(row.person_id, []).append(CaseAnswer(row.rule, row.holds, row.first, until, str(row.id)))
    return {child: tuple(sorted(cases)) for child, cases in found.items()}


def decided_by_rules(row: Determination) -> dict[str, Decision]:
    """What the rules alone say on the facts of a determination, without what people decided."""
    content = open_content(row.id, row.content)
    if not content.cases:
        return dict(content.decisions)
    book = book_now(division=row.division, as_of=row.as_of)
    return decide_all(book, FactState.on(row.as_of, content.statements))


def differing_of(row: Determination) -> tuple[Differing, ...]:
    """Of a determination the cases that people decided one way and the rules, by now certain, decide the other."""
    cases = open_content(row.id, row.content).cases
    return differing_cases(decided_by_rules(row), cases, row.as_of) if cases else ()


@dataclass(frozen=True)
class CaseToReview:
    """A decision that a person has to look at: whose, where, and the day on which it ends or ended."""

    id: uuid.UUID
    child_id: uuid.UUID
    division: str
    until: dt.date


def cases_to_review(day: dt.date) -> tuple[CaseToReview, ...]:
    """The standing decisions that end on or before a day: for the work about them, shown to nobody."""
    with walled(LOCAL_OPERATOR):
        rows = CaseDecision.objects.filter(state=CaseState.DECIDED, until__lte=day).order_by("until", "id")
        return tuple(CaseToReview(*row) for row in rows.values_list("id", "person_id", "division", "until"))


def cases_differing(child_ids: Collection[str]) -> tuple[CaseToReview, ...]:
    """Of these children the standing decisions that the rules, by now certain, contradict: for the work about them."""
    with walled(LOCAL_OPERATOR):
        standing = CaseDecision.objects.filter(person__in=list(child_ids), state=CaseState.DECIDED)
        by_id = {str(row.id): row for row in standing}
        if not by_id:
            return ()
        whose = {row.person_id for row in by_id.values()}
        current = Determination.objects.filter(person__in=whose, current=True)
        differing = [one.case.id for row in current for one in differing_of(row)]
    found = [by_id[one] for one in differing if one in by_id]
    return tuple(CaseToReview(row.id, row.person_id, row.division, row.until) for row in found)


def cases_made_since(child_ids: Collection[str], since: dt.datetime) -> tuple[CaseToReview, ...]:
    """Of these children the standing decisions that people made since a moment: for the work about them, shown to nobody."""
    with walled(LOCAL_OPERATOR):
        rows = CaseDecision.objects.filter(
            person__in=list(child_ids), state=CaseState.DECIDED, decided_at__gte=since
        ).order_by("decided_at", "id")
        return tuple(CaseToReview(*row) for row in rows.values_list("id", "person_id", "division", "until"))


def standing_among(case_ids: Collection[str]) -> frozenset[str]:
    """Those of these decisions that still stand, over or not."""
    with walled(LOCAL_OPERATOR):
        rows = CaseDecision.objects.filter(id__in=list(case_ids), state=CaseState.DECIDED)
        return frozenset(str(found) for found in rows.values_list("id", flat=True))
