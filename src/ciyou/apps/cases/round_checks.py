"""What rounds still ask of children, and what answers it: a visit. What nobody answers goes up; it stops no money."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable

from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.cases.models import CheckState, ChildCheck, TaskState
from ciyou.apps.cases.tasks import end_tasks
from ciyou.core.access.actor import Actor
from ciyou.core.facts.definition import Entity
from ciyou.packs import load_rounds
from ciyou.packs.rounds import RoundCheck

CHECK = "check_in_round"
"""The kind of the task about one child in a round, and its clock."""
Key = tuple[Entity, str]


def due_checks(child_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[ChildCheck]]:
    """What rounds still ask of children that the caller may show, by child, the earliest due first (one query)."""
    found: dict[uuid.UUID, list[ChildCheck]] = {}
    rows = ChildCheck.objects.filter(person__in=list(child_ids), state=CheckState.DUE).select_related("round")
    for row in rows.order_by("due_on", "id"):
        found.setdefault(row.person_id, []).append(row)
    return found


def checks_of(row: ChildCheck) -> tuple[RoundCheck, ...]:
    """The checks of the packs that concern a child in a round; one that the packs have no longer is left out."""
    kind = load_rounds(division=row.round.division).get(row.round.kind)
    return () if kind is None else tuple(check for check in kind.checks if check.code in row.checks)


def facts_of(row: ChildCheck) -> tuple[Key, ...]:
    """The facts that a child's checks ask, each once."""
    return tuple(dict.fromkeys(key for check in checks_of(row) for key in check.facts))


def answer_checks(
    actor: Actor,
    child_ids: Collection[uuid.UUID],
    *,
    visit_id: uuid.UUID,
    visited_on: dt.date,
    changed: frozenset[uuid.UUID],
) -> int:
    """A visit answers what rounds ask of these children, if it was made since the round was opened; how many. Inside its transaction."""
    rows = [
        row
        for due in due_checks(child_ids).values()
        for row in due
        if timezone.localdate(row.round.opened_at) <= visited_on
    ]
    for row in rows:
        state = CheckState.CHANGED if row.person_id in changed else CheckState.SAME
        _still_due(row.id).update(state=state, visit_id=visit_id, answered_by=actor.id, answered_at=timezone.now())
    end_tasks(actor, kind=CHECK, subject_ids=[str(row.id) for row in rows])
    return len(rows)


def leave_round(actor: Actor, rows: Iterable[ChildCheck], reason: str) -> int:
    """These children leave their rounds, with a reason; their tasks are withdrawn."""
    ids = [row.id for row in rows]
    left = ChildCheck.objects.filter(id__in=ids, state=CheckState.DUE).update(
        state=CheckState.LEFT, left_for=reason, answered_at=timezone.now()
    )
    end_tasks(actor, kind=CHECK, subject_ids=[str(one) for one in ids], state=TaskState.WITHDRAWN, reason=reason)
    return left


def _still_due(check_id: uuid.UUID) -> QuerySet[ChildCheck]:
    return ChildCheck.objects.filter(id=check_id, state=CheckState.DUE)
