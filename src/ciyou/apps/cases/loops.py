"""What has to come to an end: of each kind of loop how many stand where, and whether each open one has an owner and a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import BooleanField, Case, Count, DateField, Exists, F, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate

from ciyou.apps.assessments.selectors import every_assessment
from ciyou.apps.cases.models import CheckState, ChildCheck, InquiryLetter, Lead, LeadState, LetterState, Task, TaskState
from ciyou.apps.cases.shown_work import NAME_WORKER, OF_REFERRALS
from ciyou.apps.entitlements.list_conditions import every_case_decision
from ciyou.apps.registry.hex_ids import dashed_id
from ciyou.apps.registry.scoping import never_counted
from ciyou.core.access.actor import DivisionScope
from ciyou.core.access.verdict import RESTRICTED

_TOLD_ELSEWHERE = OF_REFERRALS | {NAME_WORKER}
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


def count_loops(kinds: Sequence[LoopKind], scope: DivisionScope, *, today: dt.date) -> tuple[LoopState, ...]:
    """Every kind by state in one query, of nobody who is protected. Behind the machine's wall."""
    hidden = never_counted()
    first, *others = [_counted(kind, scope, hidden, today) for kind in kinds]
    return tuple(LoopState(*row) for row in first.union(*others, all=True))


def count_tasks(scope: DivisionScope, *, today: dt.date) -> tuple[LoopState, ...]:
    """The same of tasks by their kind, those about referrals and about unnamed protected files aside; the day on which one is due is part of it: none is without a clock.

    Work that names no child is among them, also where it turns out to be about somebody protected.
    """
    rows, hidden = Task.objects.filter(division__gte=scope.first, division__lt=scope.end).order_by(), never_counted()
    ended = rows.exclude(state=TaskState.OPEN)
    counted = _open_tasks(rows.exclude(person__in=hidden), today).union(
        # A few rows that are taken off again cost less than a look at every row of a hundred thousand, whether it is one of them.
        _ended_tasks(ended, 1), _ended_tasks(ended.filter(person__in=hidden), -1), all=True
    )  # fmt: skip
    found: dict[tuple[str, str, str], LoopState] = {}
    for row in counted:
        one = LoopState(*row)
        if one.kind not in _TOLD_ELSEWHERE:
            before = found.get((one.kind, one.state, one.place))
            found[one.kind, one.state, one.place] = replace(one, count=one.count + (before.count if before else 0))
    return _of_all_places(one for one in found.values() if one.count)


def _of_all_places(states: Iterable[LoopState]) -> tuple[LoopState, ...]:
    found: dict[tuple[str, str], LoopState] = {}
    for one in states:
        rest = found.get((one.kind, one.state), replace(one, count=0))
        found[one.kind, one.state] = replace(one, count=one.count + rest.count, place=min(one.place, rest.place))
    return tuple(found.values())


def _open_tasks(rows: QuerySet[Task], today: dt.date) -> QuerySet:
    opened = rows.filter(state=TaskState.OPEN).values_list("kind", "state")
    return opened.annotate(
        count=Count("*"),
        opened=Count("*"),
        ownerless=Count("kind", filter=~_OWNED),
        clockless=Count("kind", filter=Q(due_on=None)),
        overdue=Count("kind", filter=Q(due_on__lt=today)),
        oldest=Min("started_on"),
        place=Min("division"),
    )


def _ended_tasks(rows: QuerySet[Task], sign: int) -> QuerySet:
    """How many ended, by place: in the order of their index, so that no database sorts them."""
    none, no_day = Value(0), Value(None, output_field=DateField())
    counted = rows.values("kind", "state", "division").annotate(number=Value(sign) * Count("*"))
    return counted.values_list("kind", "state", "number", none, none, none, none, no_day, "division")


def _counted(kind: LoopKind, scope: DivisionScope, hidden: Iterable[object], today: dt.date) -> QuerySet:
    about = Q()
    for column in kind.subjects:
        about |= Q(subject_id=dashed_id(OuterRef(column)))
    if kind.works:
        about &= Q(kind__in=kind.works)
    work = Task.objects.filter(about, state=TaskState.OPEN)
    rows = kind.rows.filter(**{f"{kind.place}__gte": scope.first, f"{kind.place}__lt": scope.end})
    if kind.child:
        rows = rows.exclude(**{f"{kind.child}__in": list(hidden)})
    opened = Q(loop_open=True)
    named = rows.order_by().annotate(
        loop_kind=Value(kind.code),
        loop_state=kind.state,
        loop_open=Case(When(kind.open, then=True), default=False, output_field=BooleanField()),
        loop_owned=Exists(work.filter(_OWNED)),
        loop_timed=Exists(work),
        loop_late=Exists(work.filter(due_on__lt=today)),
    )
    return named.values_list("loop_kind", "loop_state").annotate(
        count=Count("pk"),
        opened=Count("pk", filter=opened),
        ownerless=Count("pk", filter=opened & Q(loop_owned=False)),
        clockless=Count("pk", filter=opened & Q(loop_timed=False)),
        overdue=Count("pk", filter=opened & Q(loop_late=True)),
        oldest=Min(kind.since, filter=opened),
    )
