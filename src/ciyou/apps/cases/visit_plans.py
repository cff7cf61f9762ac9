"""Regular visits: every child of the caseload has one open task for the next, moved at once when its tier, category or place changes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from ciyou.apps.assessments.selectors import standing_tiers
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.models import Lead, LeadState, Task, TaskState, VisitedChild
from ciyou.apps.cases.next_actions import VISIT, without_next_action
from ciyou.apps.cases.planning import VisitPlan, plan_visit
from ciyou.apps.cases.rounds import named_owner_of, owner_of
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks
from ciyou.apps.entitlements.list_conditions import categories_of
from ciyou.apps.registry.round_children import ChildInRound, children_in_care
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope
from ciyou.core.risk import NOT_ASSESSED, VisitInterval, shortest_interval
from ciyou.packs import load_visit_intervals

LEFT = "left_caseload"
UNNAMED = "no_named_worker"
_PART = 500
Owner = tuple[uuid.UUID | None, str, str]


class Cause(StrEnum):
    """Why a visit was planned, or planned anew."""

    TAKEN_IN = "taken_in"
    VISITED = "visited"
    TIER = "tier"
    CATEGORY = "category"
    PLACE = "place"
    PROTECTION = "protection"
    NIGHTLY = "nightly"


_NEW_OWNER = (Cause.PLACE, Cause.PROTECTION)
"""After these the visit goes to whoever is there now; work that was handed over stays where it is otherwise."""


@dataclass(frozen=True)
class Planned:
    """How many visits were planned new, moved, and withdrawn."""

    made: int = 0
    moved: int = 0
    withdrawn: int = 0

    def __add__(self, other: Planned) -> Planned:
        return Planned(self.made + other.made, self.moved + other.moved, self.withdrawn + other.withdrawn)


@dataclass(frozen=True)
class _Child:
    """What decides about one child's visit."""

    place: ChildInRound
    interval: VisitInterval
    visited_on: dt.date | None
    task: Task | None


def plan_visits(actor: Actor, child_ids: Iterable[uuid.UUID], *, cause: Cause, on: dt.date | None = None) -> Planned:
    """Bring the open visit of each of these children to what its tier, category and place ask for; twice does it once.

    In the caseload is whoever has a tier, or a category and no lead that is still looked into, or no next action at all. Who left it
    is visited no more. The machine reads and plans; `actor` is who caused it.
    """
    day, planned, ids = on or timezone.localdate(), Planned(), iter(sorted(set(child_ids)))
    while part := list(islice(ids, _PART)):
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            planned += _plan_part(actor, part, cause, day)
    return planned


def end_visits(child_ids: Iterable[str | uuid.UUID], reason: str) -> int:
    """The visits of these children are withdrawn: nobody goes there any more; how many."""
    return end_tasks(LOCAL_OPERATOR, kind=VISIT, subject_ids=[str(one) for one in child_ids], state=TaskState.WITHDRAWN, reason=reason)  # fmt: skip


def plan_after_visit(actor: Actor, child_ids: Collection[uuid.UUID], *, visited_on: dt.date) -> Planned:
    """Somebody of a household was met: the open visit of every child there is done, and the next is counted from that day."""
    with walled(LOCAL_OPERATOR):
        served = Task.objects.filter(kind=VISIT, state=TaskState.OPEN, person__in=list(child_ids))
        served = served.filter(started_on__lte=visited_on)
        end_tasks(actor, kind=VISIT, subject_ids=list(served.values_list("subject_id", flat=True)))
    return plan_visits(actor, child_ids, cause=Cause.VISITED)


def _plan_part(actor: Actor, ids: list[uuid.UUID], cause: Cause, on: dt.date) -> Planned:
    tasks = {row.person_id: row for row in _open_visits(ids).select_for_update()}
    staying = _children(ids, tasks)
    new = [child for child in staying.values() if child.task is None]
    moving = [child for child in staying.values() if child.task is not None and _differs(child, child.task, cause)]
    gone = [row.subject_id for person, row in tasks.items() if person not in staying]
    owners = _Owners(on)
    unnamed = [child for child in moving if _goes_on(child, cause) and owners.of(child.place) is None]
    moving = [child for child in moving if child not in unnamed]
    offered = [task for child in new if (task := _new_task(child, owners, cause, on)) is not None]
    open_tasks(actor, tasks=offered)
    for child in moving:
        _move(child, owners, cause, on)
    withdrawn = end_tasks(actor, kind=VISIT, subject_ids=gone, state=TaskState.WITHDRAWN, reason=LEFT)
    withdrawn += end_visits([child.place.id for child in unnamed], UNNAMED)
    planned = Planned(len(offered), len(moving), withdrawn)
    if planned != Planned():
        _log(actor, [task.person_id for task in offered] + [child.place.id for child in moving], cause, planned)
    return planned


def _open_visits(ids: Collection[uuid.UUID]):
    return Task.objects.filter(kind=VISIT, state=TaskState.OPEN, person__in=ids)


def _children(ids: list[uuid.UUID], tasks: Mapping[uuid.UUID | None, Task]) -> dict[uuid.UUID, _Child]:
    """Of these children those of the caseload, with the interval that holds for each."""
    places, tiers, categories = children_in_care(ids), standing_tiers(ids), categories_of(ids)
    looked_into = set(
        Lead.objects.filter(person__in=ids).exclude(state=LeadState.CLOSED).values_list("person", flat=True)
    )
    # Its own visit keeps a child in the list of visits for as long as nobody has anything else to do about it.
    lost = set(without_next_action(besides=VISIT).filter(id__in=ids).values_list("id", flat=True))
    visited = _visited(ids)
    found = {}
    for child, place in places.items():
        known = child in tiers or (child in categories and child not in looked_into)
        rules = categories.get(child, frozenset())
        rows = load_visit_intervals(division=place.division).values()
        # A tier that the place has no longer is no tier of its: until somebody assesses anew, the child is visited as one not assessed.
        interval = shortest_interval(rows, tier=tiers.get(child, NOT_ASSESSED), rules=rules) or shortest_interval(
            rows, tier=NOT_ASSESSED, rules=rules
        )
        if (known or child in lost) and interval is not None:
            found[child] = _Child(place, interval, visited.get(child), tasks.get(child))
    return found


def _visited(ids: list[uuid.UUID]) -> dict[uuid.UUID, dt.date]:
    """By child, the last day on which somebody of its household was met."""
    rows = VisitedChild.objects.filter(person__in=ids, visit__met_somebody=True).order_by()
    return dict(rows.values_list("person").annotate(Max("visit__visited_on")))


def _since(child: _Child, on: dt.date) -> dt.date:
    """The day from which the interval counts: the last visit, else the day on which the child was taken in."""
    began = child.task.started_on if child.task else None
    return max((day for day in (child.visited_on, began) if day is not None), default=on)


def _differs(child: _Child, task: Task, cause: Cause) -> bool:
    """Whether the open visit is not what holds now: another interval, a later visit, or an owner of another place."""
    if (task.plan_row, task.plan_days) != (child.interval.code, child.interval.days):
        return True
    later = child.visited_on is not None and child.visited_on > task.started_on
    return later or _goes_on(child, cause)


def _goes_on(child: _Child, cause: Cause) -> bool:
    """Whether the open visit is not for whoever has it any more."""
    outside = child.task is not None and not DivisionScope.of(child.task.division).holds(child.place.division)
    return cause in _NEW_OWNER or outside


class _Owners:
    """Who goes to a child, each village looked up once."""

    def __init__(self, on: dt.date) -> None:
        self.on = on
        self.found: dict[str, Owner] = {}

    def of(self, place: ChildInRound) -> Owner | None:
        if place.restricted:
            return named_owner_of(place.id, place.division, self.on)
        if place.division not in self.found:
            self.found[place.division] = owner_of(place.division, self.on)
        return self.found[place.division]


def _new_task(child: _Child, owners: _Owners, cause: Cause, on: dt.date) -> NewTask | None:
    owner = owners.of(child.place)
    if owner is None:
        return None
    post, role, division = owner
    why = Cause.TAKEN_IN if cause is Cause.NIGHTLY else cause
    plan = plan_visit(child.interval, cause=why, since=_since(child, on), today=on)
    return NewTask(
        VISIT, str(child.place.id), division, person_id=child.place.id, post_id=post, queue_role=role, visit=plan
    )


def _move(child: _Child, owners: _Owners, cause: Cause, on: dt.date) -> None:
    task = child.task
    assert task is not None  # only what is open is moved
    plan = plan_visit(child.interval, cause=cause, since=_since(child, on), today=on)
    changes: dict[str, object] = {"plan_cause": cause.value}
    if (plan.row, plan.interval_days, plan.since) != (task.plan_row, task.plan_days, task.started_on):
        changes |= _days(plan)
    if _goes_on(child, cause) and (owner := owners.of(child.place)) is not None:
        post, role, division = owner
        changes |= {"post_id": post, "queue_role": role or "child_director", "division": division}
    Task.objects.filter(id=task.id, state=TaskState.OPEN).update(**changes, version=F("version") + 1)


def _days(plan: VisitPlan) -> dict[str, object]:
    """The new days of a moved visit; what was told about the old ones is told anew."""
    return {
        "plan_row": plan.row,
        "plan_days": plan.interval_days,
        "started_on": plan.since,
        "promised_on": plan.days.promised_on,
        "due_on": plan.days.due_on,
        "half_on": plan.days.half_on,
        "escalate_on": plan.days.escalate_on,
        "stage_told": 0,
        "escalated_to": "",
    }


def _log(actor: Actor, children: Iterable[uuid.UUID | None], cause: Cause, planned: Planned) -> None:
    record_action(
        actor,
        action="plan_visits",
        persons=[str(one) for one in children if one],
        details={"cause": cause.value, "made": planned.made, "moved": planned.moved, "withdrawn": planned.withdrawn},
        highest_class=3,
    )


@dataclass(frozen=True)
class NextVisit:
    """The open regular visit of a child: by when, by which row of the pack's intervals, and why it was planned so last."""

    due_on: dt.date
    row: str
    interval_days: int | None
    cause: str


def open_visits(child_id: uuid.UUID) -> QuerySet[Task]:
    """The open regular visit of a child, as a task."""
    return Task.objects.filter(kind=VISIT, state=TaskState.OPEN, person_id=child_id)


def next_visit(child_id: uuid.UUID) -> NextVisit | None:
    """The open regular visit of a child that the caller may show; None where none is planned."""
    task = open_visits(child_id).first()
    return None if task is None else NextVisit(task.due_on, task.plan_row, task.plan_days, task.plan_cause)
