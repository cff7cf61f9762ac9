"""What an officer must do, most serious first: their own work, what waits in their queue, and what others let run late."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from ciyou.apps.cases.escalation import told_to
from ciyou.apps.cases.models import Lead, Task, TaskState
from ciyou.core.access.actor import Actor
from ciyou.core.access.verdict import ceiling_of

SHOWN = 30
COLLAPSED = frozenset({"assign_lead", "confirm_determination"})
"""Kinds that are worked on as a list: they stand as one line with their number."""
_PERSONAL = 3


@dataclass(frozen=True)
class WorkItem:
    """One task. `name` is empty where there is no person, or its file is protected (`restricted`). `stage` 0 | 50 | 100 | 150."""

    id: uuid.UUID
    kind: str
    subject_id: str
    division: str
    person_id: uuid.UUID | None
    name: str
    sex: str
    birth_date: dt.date | None
    restricted: bool
    post_id: uuid.UUID | None
    started_on: dt.date
    statutory_on: dt.date | None
    due_on: dt.date
    half_on: dt.date
    provisional: bool
    why: str = ""
    lead_state: str = ""
    returned_for: str = ""


@dataclass(frozen=True)
class WorkGroup:
    """All tasks of one kind: how many, how many overdue, when the first is due, and the first of them one by one."""

    kind: str
    total: int
    overdue: int
    first_due: dt.date
    items: tuple[WorkItem, ...]


@dataclass(frozen=True)
class Today:
    """An officer's day: own work by kind, the most serious first, and by kind what others below let run over its time."""

    groups: tuple[WorkGroup, ...]
    others: tuple[WorkGroup, ...]

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)

    @property
    def person_ids(self) -> tuple[str, ...]:
        """Everybody whom it names."""
        items = [item for group in (*self.groups, *self.others) for item in group.items]
        return tuple(dict.fromkeys(str(item.person_id) for item in items if item.person_id and not item.restricted))

    @property
    def divisions(self) -> frozenset[str]:
        """The places it names."""
        return frozenset(item.division for group in (*self.groups, *self.others) for item in group.items)

    @property
    def post_ids(self) -> frozenset[uuid.UUID]:
        """The posts whose work came up."""
        return frozenset(item.post_id for group in self.others for item in group.items if item.post_id)


def tasks_of(actor: Actor) -> QuerySet[Task]:
    """The open tasks that are the actor's to do: of its post, or of whoever holds its role in that place."""
    open_tasks = Task.objects.filter(state=TaskState.OPEN)
    if actor.department:
        return _in_scope(actor, open_tasks).filter(department=actor.department)
    queued = Q(
        post=None, queue_role=actor.role, department="", division__gte=actor.scope.first, division__lt=actor.scope.end
    )
    return open_tasks.filter(queued | Q(post=actor.post_id or None, post__isnull=False))


def late_below(actor: Actor) -> QuerySet[Task]:
    """Other people's open tasks that came up to the actor because their time is used."""
    return _in_scope(actor, Task.objects.filter(state=TaskState.OPEN)).filter(told_to(actor.role))


def today(actor: Actor, *, on: dt.date) -> Today:
    """What the actor must do today, by kind, the most serious first (at most five queries)."""
    own, others = tasks_of(actor), late_below(actor)
    return Today(_groups(actor, own, on, collapse=True), _groups(actor, others, on, collapse=False))


def _in_scope(actor: Actor, tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)


def _groups(actor: Actor, tasks: QuerySet[Task], on: dt.date, *, collapse: bool) -> tuple[WorkGroup, ...]:
    counted = (
        tasks.order_by()
        .values("kind")
        .annotate(
            total=Count("id"),
            overdue=Coalesce(Count("id", filter=Q(due_on__lt=on)), 0),
            first=Min("due_on"),
        )
    )
    rows = sorted(counted, key=lambda row: (row["overdue"] == 0, row["first"], row["kind"]))
    if not rows:
        return ()
    items = _items(actor, tasks, {row["kind"] for row in rows} - (COLLAPSED if collapse else frozenset()))
    return tuple(
        WorkGroup(
            row["kind"],
            row["total"],
            row["overdue"],
            row["first"],
            tuple(item for item in items if item.kind == row["kind"]),
        )
        for row in rows
    )


def _items(actor: Actor, tasks: QuerySet[Task], kinds: Iterable[str]) -> tuple[WorkItem, ...]:
    wanted = list(kinds)
    if not wanted:
        return ()
    rows = list(tasks.filter(kind__in=wanted).select_related("person").order_by("due_on", "id")[:SHOWN])
    leads = {str(lead.id): lead for lead in Lead.objects.filter(id__in=_uuids(rows))}
    shows_people = ceiling_of(actor) >= _PERSONAL
    return tuple(_item(task, leads.get(task.subject_id), shows_people) for task in rows)


def _uuids(rows: Iterable[Task]) -> list[uuid.UUID]:
    return [uuid.UUID(task.subject_id) for task in rows if task.kind.endswith("_lead") and _is_uuid(task.subject_id)]


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _item(task: Task, lead: Lead | None, shows_people: bool) -> WorkItem:
    person = task.person if shows_people else None
    restricted = person is not None and person.restricted
    named = None if restricted else person
    return WorkItem(
        id=task.id,
        kind=task.kind,
        subject_id=task.subject_id,
        division=task.division,
        person_id=person.id if person else None,
        name=named.name if named else "",
        sex=named.sex if named else "",
        birth_date=named.birth_date if named else None,
        restricted=restricted,
        post_id=task.post_id,
        started_on=task.started_on,
        statutory_on=task.statutory_on,
        due_on=task.due_on,
        half_on=task.half_on,
        provisional=task.provisional,
        why=lead.why if lead else "",
        lead_state=lead.state if lead else "",
        returned_for=lead.returned_for if lead else "",
    )
