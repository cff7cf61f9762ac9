"""What has to come to an end: of each kind of loop how many stand where, and whether each open one has an owner and a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate
from django.utils.timezone import get_current_timezone_name

from ciyou.apps.assessments.selectors import every_assessment
from ciyou.apps.cases.given import Given, IsHidden, Question, parameters, written
from ciyou.apps.cases.models import CheckState, ChildCheck, InquiryLetter, Lead, LeadState, LetterState, Task, TaskState
from ciyou.apps.cases.shown_work import NAME_WORKER, OF_REFERRALS
from ciyou.apps.entitlements.list_conditions import every_case_decision
from ciyou.apps.registry.hex_ids import dashed_id
from ciyou.core.access.actor import DivisionScope
from ciyou.core.access.verdict import RESTRICTED

_TOLD_ELSEWHERE = OF_REFERRALS | {NAME_WORKER}
_HAS_CLOCK, _HAS_OWNER, _IS_LATE = 1, 2, 4
_OWNED = Q(post__isnull=False) | ~Q(queue_role="") | ~Q(department="")


@dataclass(frozen=True)
class LoopKind:
    """One kind of loop: all its rows, which of them are `open`, and the columns (or expressions) that tell of one.

    `place` is its division, `child` the person whom it is about ("": nobody's file), `since` when it began. The open work about it is
    found by its `subjects`: the columns whose ids its tasks carry, and where others carry them too by its `works`, the kinds. Rows of class 5 are never among them.
    """

    code: str
    rows: QuerySet
    open: Q
    since: Combinable
    state: Combinable = field(default_factory=lambda: F("state"))
    place: str = "division"
    child: str = "person"
    subjects: tuple[str, ...] = ("id",)
    works: tuple[str, ...] = ()


@dataclass(frozen=True)
class LoopState:
    """How many of one kind stand in one state; of those that are open, how many nobody owns, have no day, or are late, and the oldest.

    `place`: of tasks one place that has such a one; "" of loops.
    """

    kind: str
    state: str
    count: int
    open: int
    ownerless: int
    clockless: int
    overdue: int
    oldest: dt.date | None
    place: str = ""


def loop_kinds() -> tuple[LoopKind, ...]:
    """The kinds of this room and of those below it."""
    letters = InquiryLetter.objects.filter(sensitivity__lt=RESTRICTED)
    return (
        LoopKind("lead", Lead.objects.all(), ~Q(state=LeadState.CLOSED), TruncDate("opened_at")),
        LoopKind(
            "letter",
            letters,
            Q(state__in=(LetterState.DRAFT, LetterState.SENT)),
            TruncDate("drafted_at"),
            child="child",
        ),
        LoopKind("check", ChildCheck.objects.all(), Q(state=CheckState.DUE), TruncDate("round__opened_at")),
        LoopKind("risk", every_assessment(), Q(state="proposed"), F("assessed_on")),
        LoopKind("case_decision", every_case_decision(), Q(state="drafted"), TruncDate("drafted_at")),
    )


def count_loops(
    kinds: Callable[[], Sequence[LoopKind]], scope: DivisionScope, *, hidden: Iterable[UUID], today: dt.date
) -> tuple[LoopState, ...]:
    """Every kind by state in one query, of nobody who is `hidden`. Behind the machine's wall."""
    found: dict[tuple[str, str], LoopState] = {}
    question = _of_loops(kinds, get_current_timezone_name())
    for kind, state, standing, count, day in _asked(question, scope, hidden, today):
        one = LoopState(kind, state, count, 0, 0, 0, 0, None)
        if standing is not None:  # it is open
            ownerless, clockless = (0 if standing & has else count for has in (_HAS_OWNER, _HAS_CLOCK))
            one = replace(one, open=count, ownerless=ownerless, clockless=clockless, oldest=_day(day))
            one = replace(one, overdue=count if standing & _IS_LATE else 0)
        found[kind, state] = _both(found[kind, state], one) if (kind, state) in found else one
    return tuple(found.values())


def count_tasks(scope: DivisionScope, *, hidden: Iterable[UUID], today: dt.date) -> tuple[LoopState, ...]:
    """The same of tasks by their kind, those about referrals and about unnamed protected files aside; the day on which one is due is part of it: none is without a clock.

    Work that names no child is among them, also where it turns out to be about somebody protected.
    """
    by_place: dict[tuple[str, ...], LoopState] = {}
    for kind, state, *numbers, day, place in _asked(_of_tasks(), scope, hidden, today):
        if kind not in _TOLD_ELSEWHERE:
            count, opened, ownerless, clockless, overdue = numbers
            one = LoopState(kind, state, count, opened, ownerless, clockless, overdue, _day(day), place)
            key = (kind, state, place)
            by_place[key] = _both(by_place[key], one) if key in by_place else one
    found: dict[tuple[str, ...], LoopState] = {}
    for (kind, state, _), one in by_place.items():
        if one.count:
            found[kind, state] = _both(found[kind, state], one) if (kind, state) in found else one
    return tuple(found.values())


def _both(one: LoopState, other: LoopState) -> LoopState:
    days = [day for day in (one.oldest, other.oldest) if day is not None]
    return LoopState(
        kind=one.kind,
        state=one.state,
        count=one.count + other.count,
        open=one.open + other.open,
        ownerless=one.ownerless + other.ownerless,
        clockless=one.clockless + other.clockless,
        overdue=one.overdue + other.overdue,
        oldest=min(days, default=None),
        place=min(one.place, other.place),
    )


def _day(found: dt.date | str | None) -> dt.date | None:
    return None if found is None else dt.date.fromisoformat(str(found))


def _asked(question: Question, scope: DivisionScope, hidden: Iterable[UUID], today: dt.date) -> list[tuple[Any, ...]]:
    sql, params = question
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters(params, scope=scope, today=today, hidden=hidden))
        return list(cursor.fetchall())


@cache
def _of_tasks() -> Question:
    rows = Task.objects.filter(division__gte=Given("first"), division__lt=Given("end")).order_by()
    ended = rows.exclude(state=TaskState.OPEN)
    # A few rows that are taken off again cost less than a look at every row of a hundred thousand, whether it is one of them.
    parts = (_ended_tasks(ended, 1), _ended_tasks(ended.filter(IsHidden("person")), -1))
    return written(_open_tasks(rows.exclude(IsHidden("person"))).union(*parts, all=True))


def _open_tasks(rows: QuerySet[Task]) -> QuerySet:
    """What is open, by place: in the order of its index, which holds all that is asked for."""
    opened = rows.filter(state=TaskState.OPEN).values("kind", "state", "division")
    counted = opened.annotate(
        number=Count("*"),
        ownerless=Count("kind", filter=~_OWNED),
        clockless=Count("kind", filter=Q(due_on=None)),
        overdue=Count("kind", filter=Q(due_on__lt=Given("today", DateField()))),
        oldest=Min("started_on"),
    )
    return counted.values_list(
        "kind", "state", "number", "number", "ownerless", "clockless", "overdue", "oldest", "division"
    )


def _ended_tasks(rows: QuerySet[Task], sign: int) -> QuerySet:
    """How many ended, by place: in the order of their index, so that no database sorts them."""
    none, no_day = Value(0), Value(None, output_field=DateField())
    counted = rows.values("kind", "state", "division").annotate(number=Value(sign) * Count("*"))
    return counted.values_list("kind", "state", "number", none, none, none, none, no_day, "division")


@cache
def _of_loops(kinds: Callable[[], Sequence[LoopKind]], _zone: str) -> Question:
    """All kinds as one question; where a day begins stands in it."""
    first, *others = [_counted(kind) for kind in kinds()]
    return written(first.union(*others, all=True))


def _counted(kind: LoopKind) -> QuerySet:
    rows = kind.rows.filter(**{f"{kind.place}__gte": Given("first"), f"{kind.place}__lt": Given("end")})
    if kind.child:
        rows = rows.exclude(IsHidden(kind.child))
    standing = Case(When(kind.open, then=Coalesce(_standing(kind), 0)), output_field=IntegerField())
    named = rows.order_by().annotate(loop_kind=Value(kind.code), loop_state=kind.state, loop_standing=standing)
    # The moment is made a day once for all of them: on SQLite that is Python, and took as long as the rest.
    moment = kind.since.get_source_expressions()[0] if isinstance(kind.since, TruncDate) else kind.since
    oldest = TruncDate(Min(moment)) if isinstance(kind.since, TruncDate) else Min(moment)
    return named.values_list("loop_kind", "loop_state", "loop_standing").annotate(count=Count("pk"), oldest=oldest)


def _standing(kind: LoopKind) -> Subquery:
    """What the open work about a row has, in one look at it; null where there is none."""
    about = Q()
    for column in kind.subjects:
        about |= Q(subject_id=dashed_id(OuterRef(column)))
    if kind.works:
        about &= Q(kind__in=kind.works)
    owned = Max(Case(When(_OWNED, then=_HAS_OWNER), default=0))
    late = Max(Case(When(due_on__lt=Given("today", DateField()), then=_IS_LATE), default=0))
    work = Task.objects.filter(about, state=TaskState.OPEN).order_by().values("state")
    return Subquery(work.annotate(standing=_HAS_CLOCK + owned + late).values("standing"))
