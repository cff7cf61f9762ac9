"""Work with an owner and a clock: opened and ended by the services that cause it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, post_cards
from ciyou.apps.cases.escalation import escalate_due, escalate_tasks
from ciyou.apps.cases.models import Task, TaskState
from ciyou.apps.cases.planning import VisitPlan, plan_task
from ciyou.core.access.actor import Actor
from ciyou.packs.clocks import DuePlan

__all__ = (
    "NewTask",
    "end_task",
    "end_tasks",
    "escalate_due",
    "escalate_tasks",
    "open_task",
    "open_tasks",
    "posts_of_open",
)

REASON_LENGTH = 400
_BATCH = 500


@dataclass(frozen=True)
class NewTask:
    """A task about to be opened: about a subject, in a place, for a post, or for whoever holds a role there (or a department).

    `days`: of work that a person has given a last day; else its clock says them.
    """

    kind: str
    subject_id: str
    division: str
    person_id: uuid.UUID | None = None
    post_id: uuid.UUID | None = None
    queue_role: str = ""
    department: str = ""
    started_on: dt.date | None = None
    visit: VisitPlan | None = None
    days: DuePlan | None = None


def open_task(  # noqa: PLR0913  # the words every room opens its tasks with
    actor: Actor,
    *,
    kind: str,
    subject_id: str,
    division: str,
    person_id: uuid.UUID | None = None,
    post_id: uuid.UUID | None = None,
    queue_role: str = "",
    department: str = "",
    started_on: dt.date | None = None,
) -> uuid.UUID:
    """Open a task, its clock running from `started_on` (default: today); one that is open already about this subject stays.

    Called inside the transaction of the service that causes it, which also leaves the record in the log.
    """
    task = NewTask(kind, str(subject_id), division, person_id, post_id, queue_role, department, started_on)
    open_tasks(actor, tasks=(task,))
    return Task.objects.values_list("id", flat=True).get(kind=kind, subject_id=str(subject_id), state=TaskState.OPEN)


def open_tasks(actor: Actor, *, tasks: Iterable[NewTask]) -> int:
    """Open many tasks; those that are open already stay as they are. Returns how many were offered."""
    wanted = list(tasks)
    posts = post_cards([task.post_id for task in wanted if task.post_id is not None])
    rows = [_row(task, posts) for task in wanted]
    # The constraint on open tasks decides: of two openings of one task at the same moment one is left out.
    Task.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BATCH)
    return len(rows)


def _row(task: NewTask, posts: dict[uuid.UUID, PostCard]) -> Task:
    visit = task.visit
    started = visit.since if visit else task.started_on or timezone.localdate()
    plan = (visit.days if visit else task.days) or plan_task(task.kind, task.division, started)
    card = posts.get(task.post_id) if task.post_id is not None else None
    return Task(
        kind=task.kind,
        person_id=task.person_id,
        subject_id=task.subject_id,
        division=task.division,
        post_id=task.post_id,
        queue_role=task.queue_role or (card.role if card else ""),
        department=task.department,
        started_on=started,
        statutory_on=plan.statutory_on,
        promised_on=plan.promised_on,
        due_on=plan.due_on,
        half_on=plan.half_on,
        escalate_on=plan.escalate_on,
        provisional=plan.provisional,
        plan_row=visit.row if visit else "",
        plan_days=visit.interval_days if visit else None,
        plan_cause=visit.cause if visit else "",
        created_at=timezone.now(),
    )


def posts_of_open(kinds: Collection[str], subject_id: str) -> dict[str, uuid.UUID | None]:
    """By kind, whose post the open task about a subject is; None where it is of a role's queue or a department's."""
    rows = Task.objects.filter(kind__in=list(kinds), subject_id=subject_id, state=TaskState.OPEN)
    return dict(rows.values_list("kind", "post_id"))


def open_about(kind: str, subject: object) -> Exists:
    """A condition for rows of another room: an open task of a kind is about it; `subject`: the expression of its id as text."""
    return Exists(Task.objects.filter(kind=kind, state=TaskState.OPEN, subject_id=subject))


def open_elsewhere(tasks: Iterable[NewTask]) -> list[str]:
    """What those of these tasks are about that are open already, but in another place: for the machine."""
    wanted = {(task.kind, task.subject_id): task.division for task in tasks}
    subjects = [subject for _kind, subject in wanted]
    found = []
    for start in range(0, len(subjects), _BATCH):
        rows = Task.objects.filter(subject_id__in=subjects[start : start + _BATCH], state=TaskState.OPEN)
        found += rows.values_list("kind", "subject_id", "division")
    return [subject for kind, subject, place in found if wanted.get((kind, subject), place) != place]


def subjects_of_open(kind: str) -> frozenset[str]:
    """What the open tasks of a kind are about, wherever they are: for the machine."""
    return frozenset(Task.objects.filter(kind=kind, state=TaskState.OPEN).values_list("subject_id", flat=True))


def end_task(actor: Actor, *, kind: str, subject_id: str, state: str = TaskState.DONE, reason: str = "") -> int:
    """End the open task about a subject: done, refused or withdrawn; returns how many ended (0: there was none)."""
    return end_tasks(actor, kind=kind, subject_ids=(str(subject_id),), state=state, reason=reason)


def end_tasks(
    actor: Actor, *, kind: str, subject_ids: Sequence[str], state: str = TaskState.DONE, reason: str = ""
) -> int:
    """End the open tasks of one kind about many subjects."""
    ended = 0
    for start in range(0, len(subject_ids), _BATCH):
        batch = subject_ids[start : start + _BATCH]
        ended += Task.objects.filter(kind=kind, subject_id__in=batch, state=TaskState.OPEN).update(
            state=state,
            reason=reason[:REASON_LENGTH],
            ended_at=timezone.now(),
            ended_by=actor.id,
            version=F("version") + 1,
        )
    return ended
