"""When somebody was last in contact with children, as far as visits, calls and tasks tell: for the machine that watches for silence."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.utils import timezone

from ciyou.apps.cases.models import Lead, LeadState, Task, TaskState, VisitedChild

Children = QuerySet | Collection[uuid.UUID]
"""Whose contacts are asked for: the ids of few, or a condition on persons that stands for many."""
CALLED = "called"
"""The reason with which a task ends by which somebody was reached on the phone."""
VISITED = "visited"
"""The reason with which an alert about a protected child ends when somebody was there: what is on record of that is not looked up."""


def visited_on(people: Children, *, since: dt.date) -> dict[uuid.UUID, dt.date]:
    """By child, the last day from `since` on on which somebody of its household was met, or a named worker noted so (two queries)."""
    rows = VisitedChild.objects.filter(person__in=people, visit__met_somebody=True, visit__visited_on__gte=since)
    found = dict(rows.order_by().values_list("person").annotate(Max("visit__visited_on")))
    for child, day in _noted(people, VISITED, since).items():
        found[child] = max(day, found.get(child, day))
    return found


def called_on(people: Children, *, since: dt.date) -> dict[uuid.UUID, dt.date]:
    """By child, the last day from `since` on on which somebody noted that it was reached on the phone (one query)."""
    return _noted(people, CALLED, since)


def _noted(people: Children, reason: str, since: dt.date) -> dict[uuid.UUID, dt.date]:
    rows = Task.objects.filter(person__in=people, state=TaskState.DONE, reason=reason)
    rows = rows.filter(ended_at__gte=_morning(since)).order_by()
    found = rows.values_list("person").annotate(last=Max("ended_at"))
    return {child: timezone.localdate(at) for child, at in found if child is not None}


def looked_into(people: Children) -> frozenset[uuid.UUID]:
    """Of these the children with an open lead: whoever verifies it has a clock of its own."""
    rows = Lead.objects.filter(person__in=people).exclude(state=LeadState.CLOSED)
    return frozenset(one for one in rows.values_list("person_id", flat=True) if one is not None)


@dataclass(frozen=True)
class Missed:
    """How many of the last visits met nobody, one after the other, and when the last of them was put on record."""

    count: int
    recorded_at: dt.datetime


def missed_in_a_row(people: Children, *, since: dt.date) -> dict[uuid.UUID, Missed]:
    """By child, the visits from `since` on that met nobody, up to the last one (one query); children without are left out."""
    rows = VisitedChild.objects.filter(person__in=people, visit__visited_on__gte=since)
    rows = rows.order_by("visit__visited_on", "visit__recorded_at", "id")
    missed: dict[uuid.UUID, Missed] = {}
    for child, met, at in rows.values_list("person_id", "visit__met_somebody", "visit__recorded_at").iterator(5000):
        before = missed.get(child)
        missed[child] = Missed(0 if met else (before.count if before else 0) + 1, at)
    return {child: one for child, one in missed.items() if one.count}


def _morning(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
