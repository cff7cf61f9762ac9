"""What an officer must do, most serious first: their own work, what waits in their queue, and what others let run late."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Value

from ciyou.apps.cases.escalation import told_to
from ciyou.apps.cases.models import Lead, Task, TaskState
from ciyou.apps.registry.scoping import by_named_worker
from ciyou.core.access.actor import Actor
from ciyou.core.access.verdict import ceiling_of
from ciyou.packs.alerts import KINDS as ALERTS

SHOWN = 30
COLLAPSED = frozenset({"assign_lead", "confirm_determination", "check_in_round", "see_to_expiry", *ALERTS})
"""Kinds that are worked on as a list: they stand as one line with their number."""
LEAD_KINDS = frozenset({"assign_lead", "verify_lead", "review_lead", "decide_inquiry"})
_PERSONAL = 3


@dataclass(frozen=True)
class WorkItem:
    """One task. `name` is empty where there is no person, or its file is protected (`restricted`); `within_reach`: the actor
    may open that file. `stage` 0 | 50 | 100 | 150.
    """

    id: uuid.UUID
    kind: str
    subject_id: str
    division: str
    person_id: uuid.UUID | None
    name: str
    sex: str
    birth_date: dt.date | None
    restricted: bool
    within_reach: bool
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
    return Task.objects.filter(_own(actor), state=TaskState.OPEN)


def waiting_tasks(
    actors: Iterable[Actor], *, today: dt.date
) -> tuple[int, dt.date, dt.datetime, dt.datetime | None] | None:
    """Of the open tasks of somebody in several posts: how many, the first due day, when the newest was opened, and when the newest of
    those that were opened for the same day; None for none (one query)."""
    own = Q(pk__in=())
    for actor in actors:
        own |= _own(actor)
    same_day = Q(due_on=F("started_on"), due_on__lte=today)
    found = Task.objects.filter(own, state=TaskState.OPEN).aggregate(
        total=Count("id"),
        first=Min("due_on"),
        newest=Max("created_at"),
        urgent=Max("created_at", filter=same_day),
    )
    return (found["total"], found["first"], found["newest"], found["urgent"]) if found["total"] else None


def late_below(actor: Actor) -> QuerySet[Task]:
    """Other people's open tasks that came up to the actor because their time is used."""
    return Task.objects.filter(_late(actor), state=TaskState.OPEN)


def today(actor: Actor, *, on: dt.date, named: frozenset[uuid.UUID] | None = None) -> Today:
    """What the actor must do today, by kind, the most serious first (at most four queries).

    `named`: those of whose case the actor is a named worker (`named_today`), where the caller knows them.
    """
    counts = _counts(actor, on)
    own_kinds = {row["kind"] for row in counts if row["own"]} - COLLAPSED
    late_kinds = {row["kind"] for row in counts if not row["own"]}
    own = _first(tasks_of(actor), own_kinds, actor)
    late = _first(late_below(actor), late_kinds, actor)
    leads = Lead.objects.in_bulk(_leads_of([*own, *late]))
    known = frozenset(one.person_id for one in (*own, *late) if one.named) if named is None else named
    shown = _Shown(ceiling_of(actor) >= _PERSONAL, known)
    groups = {
        is_own: _groups([row for row in counts if row["own"] == is_own], rows, leads, shown)
        for is_own, rows in ((True, own), (False, late))
    }
    return Today(groups[True], groups[False])


def _own(actor: Actor) -> Q:
    return _mine(actor) | _queued(actor)


def _mine(actor: Actor) -> Q:
    return Q(post=actor.post_id or None, post__isnull=False)


def _queued(actor: Actor) -> Q:
    if actor.department:
        return _inside(actor) & Q(department=actor.department)
    return _inside(actor) & Q(post=None, queue_role=actor.role, department="")


def _late(actor: Actor) -> Q:
    return _inside(actor) & told_to(actor.role)


def _inside(actor: Actor) -> Q:
    return Q(division__gte=actor.scope.first, division__lt=actor.scope.end)


def _counts(actor: Actor, on: dt.date) -> list[dict[str, Any]]:
    """By kind, own work and what came up: how many, how many overdue, and the first due day; the most serious first."""
    # Three parts of one question, each of which an index answers alone; asked as one condition they are read row by row.
    mine, queued = _mine(actor), _queued(actor)
    parts = (mine, True), (queued & ~mine, True), (_late(actor) & ~mine & ~queued, False)
    first, *others = [_counted(condition, on, own) for condition, own in parts]
    found: dict[tuple[bool, str], dict[str, Any]] = {}
    for own, kind, total, overdue, due in first.union(*others, all=True):
        row = found.setdefault((own, kind), {"own": own, "kind": kind, "total": 0, "overdue": 0, "first": due})
        row.update(total=row["total"] + total, overdue=row["overdue"] + overdue, first=min(row["first"], due))
    return sorted(found.values(), key=lambda row: (row["overdue"] == 0, row["first"], row["kind"]))


def _counted(condition: Q, on: dt.date, own: bool) -> QuerySet:
    rows = Task.objects.filter(condition, state=TaskState.OPEN).order_by()
    return rows.values_list(Value(own), "kind").annotate(
        total=Count("*"), overdue=Count("kind", filter=Q(due_on__lt=on)), first=Min("due_on")
    )


def _first(tasks: QuerySet[Task], kinds: set[str], actor: Actor) -> list[Task]:
    """The first of them, each with whether the actor is a named worker (`named`)."""
    if not kinds:
        return []
    # Ids first, from the index alone; whole rows only of those that are shown.
    chosen = tasks.filter(kind__in=kinds).order_by("due_on", "id").values("pk")[:SHOWN]
    rows = Task.objects.filter(pk__in=chosen).select_related("person").annotate(named=by_named_worker(actor))
    return list(rows.order_by("due_on", "id"))


def _groups(
    counts: list[dict[str, Any]], tasks: list[Task], leads: Mapping[uuid.UUID, Lead], shown: _Shown
) -> tuple[WorkGroup, ...]:
    items = [_item(task, _lead_of(task, leads), shown) for task in tasks]
    return tuple(
        WorkGroup(
            row["kind"],
            row["total"],
            row["overdue"],
            row["first"],
            tuple(item for item in items if item.kind == row["kind"]),
        )
        for row in counts
    )


def _leads_of(tasks: Iterable[Task]) -> list[uuid.UUID]:
    return [found for task in tasks if (found := _lead_id(task)) is not None]


def _lead_of(task: Task, leads: Mapping[uuid.UUID, Lead]) -> Lead | None:
    found = _lead_id(task)
    return leads.get(found) if found is not None else None


def _lead_id(task: Task) -> uuid.UUID | None:
    if task.kind not in LEAD_KINDS:
        return None
    try:
        return uuid.UUID(task.subject_id)
    except ValueError:
        return None


@dataclass(frozen=True)
class _Shown:
    """Whether an actor sees persons at all, and which protected files it may open."""

    people: bool
    protected: frozenset[uuid.UUID]


def _item(task: Task, lead: Lead | None, shown: _Shown) -> WorkItem:
    person = task.person if shown.people else None
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
        within_reach=person is not None and (not restricted or person.id in shown.protected),
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
