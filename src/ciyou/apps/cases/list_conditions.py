"""What lists of children ask of the work about them: conditions on a queryset of persons, and cards for the rows of one page."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast, TruncDate

from ciyou.apps.cases.models import InquiryLetter, Lead, LeadState, Task, TaskState, Visit, VisitedChild
from ciyou.apps.registry.narrowing import Has, each_has


@dataclass(frozen=True)
class ListedWork:
    """The work about one child as a list shows it: when it was last visited, its open lead, and the next due day."""

    visited_on: dt.date | None = None
    lead_state: str = ""
    lead_result: str = ""
    post_id: uuid.UUID | None = None
    due_on: dt.date | None = None


def with_open_task(*, due_before: dt.date | None = None, with_departments: bool = True, has: Has = each_has) -> Q:
    """Persons about whom something is open; with `due_before`, overdue on that day."""
    return has(_open_tasks(due_before, with_departments))


def _open_tasks(due_before: dt.date | None, with_departments: bool) -> QuerySet[Task]:
    rows = Task.objects.filter(state=TaskState.OPEN, person__isnull=False)
    if due_before is not None:
        rows = rows.filter(due_on__lt=due_before)
    # What is asked of a department is not for the village to know, not even that it was asked.
    return rows if with_departments else rows.filter(department="")


def with_lead(state: str, *, has: Has = each_has) -> Q:
    """Persons with a lead in this state; `none` for those without any, `open` for one that is not closed."""
    rows = Lead.objects.all()
    if state == "none":
        return ~has(rows)
    return has(rows.exclude(state=LeadState.CLOSED) if state == "open" else rows.filter(state=state))


def not_visited_since(day: dt.date, *, has: Has = each_has) -> Q:
    """Persons whom no visit served on this day or later."""
    return ~has(VisitedChild.objects.filter(visit__visited_on__gte=day))


def listed_work(person_ids: Iterable[uuid.UUID], *, with_departments: bool = True) -> dict[uuid.UUID, ListedWork]:
    """The work about each of a page's persons (one query): visits, open tasks and leads side by side."""
    wanted = list(person_ids)
    visits = VisitedChild.objects.filter(person__in=wanted).order_by().values("person")
    tasks = _open_tasks(None, with_departments).filter(person__in=wanted).order_by().values("person")
    leads = Lead.objects.filter(person__in=wanted).order_by()
    rows = _alike(visits, "visit", day=Max("visit__visited_on")).union(
        _alike(tasks, "task", day=Min("due_on")),
        _alike(leads, "lead", day=TruncDate("opened_at"), state=F("state"), result=F("result"), post=F("post_id")),
        all=True,
    )
    found = {person: ListedWork() for person in wanted}
    for person, kind, day, state, result, post in sorted(rows, key=lambda row: row[2]):
        found[person] = replace(found[person], **_WORK[kind](day, state, result, post))
    return found


_WORK: Mapping[str, Callable[..., dict[str, Any]]] = {
    "visit": lambda day, state, result, post: {"visited_on": day},
    "task": lambda day, state, result, post: {"due_on": day},
    "lead": lambda day, state, result, post: {"lead_state": state, "lead_result": result, "post_id": post},
}


def _alike(rows: QuerySet, kind: str, **given: Any) -> QuerySet:
    """Rows of different tables under the same columns; what one does not have is empty."""
    # PostgreSQL takes the first query's columns for the type of all: an empty one needs its type said.
    nothing = {"state": Value(""), "result": Value(""), "post": Cast(Value(None), UUIDField())}
    columns = {"day": given["day"], **{name: given.get(name, empty) for name, empty in nothing.items()}}
    return rows.annotate(about=Value(kind), **{f"row_{name}": column for name, column in columns.items()}).values_list(
        "person_id", "about", "row_day", "row_state", "row_result", "row_post"
    )


def assignable_leads(people: QuerySet, *, limit: int) -> tuple[uuid.UUID, ...]:
    """The leads of these persons that nobody is visiting yet, most urgent first."""
    rows = Lead.objects.filter(person__in=people.values("pk"), state__in=(LeadState.NEW, LeadState.ASSIGNED))
    return tuple(rows.order_by("rank", "id").values_list("id", flat=True)[:limit])


def count_leads(people: QuerySet) -> list[tuple[str, str, int]]:
    """Of a queryset of persons: state of the lead, its division, and how many persons."""
    rows = Lead.objects.filter(person__in=people.values("pk"))
    counted = rows.values("state", "division").annotate(count=Count("person", distinct=True)).order_by()
    return [(row["state"], row["division"], row["count"]) for row in counted]


def count_overdue(people: QuerySet, *, today: dt.date) -> list[tuple[str, int]]:
    """Of a queryset of persons: division, and for how many something is overdue."""
    rows = _open_tasks(today, True).filter(person__in=people.values("pk"))
    counted = rows.values("division").annotate(count=Count("person", distinct=True)).order_by()
    return [(row["division"], row["count"]) for row in counted]


def without_difficulty(before: dt.date) -> QuerySet:
    """Ids of persons all of whose leads were closed as not in difficulty before a day, and about whom nothing is open or was asked."""
    refused = Lead.objects.filter(result="not_in_difficulty", state=LeadState.CLOSED, closed_at__date__lt=before)
    other = Lead.objects.filter(person=OuterRef("person")).exclude(
        result="not_in_difficulty", state=LeadState.CLOSED, closed_at__date__lt=before
    )
    tasks = Task.objects.filter(person=OuterRef("person"), state=TaskState.OPEN)
    letters = InquiryLetter.objects.filter(Q(child=OuterRef("person")) | Q(about=OuterRef("person")))
    found = refused.filter(person__isnull=False).exclude(Exists(other)).exclude(Exists(tasks)).exclude(Exists(letters))
    return found.values("person").distinct()


def due_days(*, kind: str, subject_ids: Iterable[str]) -> dict[str, dt.date]:
    """Until when each of these subjects' tasks of a kind has time, open or ended."""
    rows = Task.objects.filter(kind=kind, subject_id__in=list(subject_ids)).order_by("created_at")
    return dict(rows.values_list("subject_id", "due_on"))


def with_shared_visit(people: QuerySet) -> Q:
    """Persons one of whose visits served a child outside this queryset too: its record holds what was said of both."""
    others = VisitedChild.objects.filter(visit=OuterRef("visit")).exclude(person__in=people.values("pk"))
    return Q(pk__in=VisitedChild.objects.filter(Exists(others)).values("person"))


def forget_empty_visits() -> int:
    """Destroy visits that serve no child any more, after the files of all their children were destroyed; how many."""
    return Visit.objects.filter(children=None).delete()[0]


def open_dues(subject_ids: Iterable[str]) -> dict[str, dt.date]:
    """Until when the open work about each of these subjects has time, the earliest of several."""
    rows = Task.objects.filter(subject_id__in=list(subject_ids), state=TaskState.OPEN).order_by("-due_on")
    return dict(rows.values_list("subject_id", "due_on"))


def overdue_subjects(today: dt.date) -> QuerySet:
    """The subjects of the open tasks whose time is over on a day."""
    return Task.objects.filter(state=TaskState.OPEN, due_on__lt=today)


@dataclass(frozen=True)
class OpenClock:
    """A running clock about a subject: of which kind, since when, until when by law and by promise."""

    kind: str
    started_on: dt.date
    statutory_on: dt.date | None
    promised_on: dt.date | None


def open_clocks(subject_id: str) -> tuple[OpenClock, ...]:
    """The running clocks about one subject, the first to end first. For answering an applicant: no person, no name."""
    rows = Task.objects.filter(subject_id=subject_id, state=TaskState.OPEN).order_by("due_on", "id")
    return tuple(OpenClock(*row) for row in rows.values_list("kind", "started_on", "statutory_on", "promised_on"))


def clocks_by_subject(subject_ids: Iterable[str]) -> dict[str, tuple[OpenClock, ...]]:
    """The running clocks about many subjects, in one query; a subject without any is not there."""
    rows = Task.objects.filter(subject_id__in=list(subject_ids), state=TaskState.OPEN).order_by("due_on", "id")
    found: dict[str, tuple[OpenClock, ...]] = {}
    for subject, *clock in rows.values_list("subject_id", "kind", "started_on", "statutory_on", "promised_on"):
        found[subject] = (*found.get(subject, ()), OpenClock(*clock))
    return found
