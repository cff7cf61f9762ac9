"""The work about one child as its page shows it: the lead, the tasks with their owners and clocks, the last visits."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import F

from ciyou.apps.cases.models import Lead, LeadState, Task, TaskState, VisitedChild
from ciyou.apps.cases.shown_work import HOLD_CONFERENCE
from ciyou.core.access.actor import Actor
from ciyou.core.access.verdict import ceiling_of

VISITS_SHOWN = 3
SEES_DEPARTMENTS = 4
_OPEN_FIRST = (F("closed_at").desc(nulls_first=True), "-opened_at")


@dataclass(frozen=True)
class Owner:
    """Who holds a post: the post's id, the holder's name, and the post's division."""

    post_id: uuid.UUID
    name: str
    division: str


@dataclass(frozen=True)
class LeadOfChild:
    """The latest lead about a child; `state` new | assigned | visiting | reported | closed, `result` once it was reported."""

    id: uuid.UUID
    state: str
    why: str
    result: str
    returned_for: str
    owner: Owner | None
    opened_at: dt.datetime


@dataclass(frozen=True)
class TaskOfChild:
    """Something open about a child: a post's, or whoever's who holds `queue_role` there; `department` where one was asked."""

    kind: str
    subject_id: str
    owner: Owner | None
    queue_role: str
    department: str
    due_on: dt.date


@dataclass(frozen=True)
class ChildWork:
    """The latest lead, and what is open, the most urgent first."""

    lead: LeadOfChild | None
    tasks: tuple[TaskOfChild, ...]


def work_on_child(actor: Actor, *, child_id: uuid.UUID) -> ChildWork:
    """The work about a child that the caller may show to the actor (two queries)."""
    lead = Lead.objects.filter(person_id=child_id).select_related("post__user").order_by(*_OPEN_FIRST).first()
    return ChildWork(None if lead is None else _lead(lead), tasks_on_child(actor, child_id=child_id))


def tasks_on_child(actor: Actor, *, child_id: uuid.UUID) -> tuple[TaskOfChild, ...]:
    """What is open about a child that the caller may show to the actor, the most urgent first (one query).

    A village and a township are not told what is asked of a department, nor of a conference, not even that it is.
    """
    tasks = Task.objects.filter(person_id=child_id, state=TaskState.OPEN).order_by("due_on", "id")
    if ceiling_of(actor) < SEES_DEPARTMENTS:
        tasks = tasks.filter(department="").exclude(kind=HOLD_CONFERENCE)
    return tuple(_task(task) for task in tasks.select_related("post__user"))


def last_visits(*, child_id: uuid.UUID) -> tuple[tuple[uuid.UUID, dt.date], ...]:
    """The last visits to a child that the caller may show, the latest first: each with its day."""
    visits = VisitedChild.objects.filter(person_id=child_id).order_by("-visit__visited_on", "-id")
    return tuple(visits.values_list("visit_id", "visit__visited_on")[:VISITS_SHOWN])


def last_met(child_id: uuid.UUID) -> dt.date | None:
    """The last day on which somebody of a child's household was met; None where nobody was."""
    met = VisitedChild.objects.filter(person_id=child_id, visit__met_somebody=True)
    return met.order_by("-visit__visited_on").values_list("visit__visited_on", flat=True).first()


def was_confirmed(child_id: uuid.UUID) -> bool:
    """Whether a lead about a child was reviewed and found true."""
    return Lead.objects.filter(person_id=child_id, state=LeadState.CLOSED, result="confirmed").exists()


def _owner(row: Lead | Task) -> Owner | None:
    post = row.post
    return None if post is None else Owner(post.id, post.user.full_name, post.division)


def _lead(row: Lead) -> LeadOfChild:
    return LeadOfChild(row.id, row.state, row.why, row.result, row.returned_for, _owner(row), row.opened_at)


def _task(row: Task) -> TaskOfChild:
    return TaskOfChild(row.kind, row.subject_id, _owner(row), row.queue_role, row.department, row.due_on)
