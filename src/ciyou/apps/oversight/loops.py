"""The report of loops: of everything that has to come to an end how much stands where, none of it open without an owner and a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.db.models import Case, Q, Value, When
from django.db.models.functions import TruncDate

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards import loops as awards
from ciyou.apps.care import loops as care
from ciyou.apps.cases import loops as cases
from ciyou.apps.cases.loops import LoopKind, LoopState, count_loops, count_tasks
from ciyou.apps.cases.next_actions import without_next_action
from ciyou.apps.cases.shown_work import OF_CARE
from ciyou.apps.crossing import loops as crossing
from ciyou.apps.disbursement import loops as disbursement
from ciyou.apps.exchange import loops as exchange
from ciyou.apps.fieldwork import loops as fieldwork
from ciyou.apps.oversight.models import BreakGlass, Complaint, RequestState, SubjectRequest
from ciyou.apps.oversight.refusals import check_may
from ciyou.apps.partners import loops as partners
from ciyou.apps.plans import loops as plans
from ciyou.apps.registry.scoping import never_counted
from ciyou.apps.schooling import loops as schooling
from ciyou.apps.training import loops as training
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope
from ciyou.core.access.roles import Action, may_do
from ciyou.core.indicators.suppression import Cell, suppress_column
from ciyou.packs import load_limits

_ROOMS = (cases, plans, partners, schooling, training, care, fieldwork, awards, crossing, disbursement, exchange)


@dataclass(frozen=True)
class LoopFigure:
    """One kind: how many in each state, how many are open, and of these without owner, without clock, and late.

    `oldest`: since when the oldest open one runs; None where none is open, or where that is not told. `place`: of tasks one place of the
    area that has such a one, whose pack has its name; "" of loops.
    """

    kind: str
    states: Mapping[str, Cell]
    open: Cell
    ownerless: Cell
    clockless: Cell
    overdue: Cell
    oldest: dt.date | None
    place: str = ""


@dataclass(frozen=True)
class LoopReport:
    """Loops by kind, tasks by kind (none for those who see only figures), and the children without a next action. `exact`: nothing is withheld."""

    loops: tuple[LoopFigure, ...]
    tasks: tuple[LoopFigure, ...]
    without_next: Cell
    threshold: int
    exact: bool

    @property
    def amiss(self) -> int:
        """How much is open that nobody owns or that has no day, and how many children have no next action, as far as it is told."""
        cells = [cell for one in (*self.loops, *self.tasks) for cell in (one.ownerless, one.clockless)]
        return sum(cell.count or 0 for cell in (*cells, self.without_next))


def loop_kinds() -> tuple[LoopKind, ...]:
    """Every kind of loop, in the order in which the report tells of them."""
    reviewed = Case(When(reviewed_at=None, then=Value("open")), default=Value("done"))
    answered = Case(When(answered_at=None, then=Value("open")), default=Value("done"))
    own = (
        LoopKind("subject_request", SubjectRequest.objects.all(), Q(state=RequestState.OPEN), TruncDate("recorded_at")),
        LoopKind("break_glass", BreakGlass.objects.all(), Q(reviewed_at=None), TruncDate("at"), state=reviewed),
        LoopKind(
            "complaint", Complaint.objects.all(), Q(answered_at=None), TruncDate("made_at"), state=answered, child=""
        ),
    )
    return (*(kind for room in _ROOMS for kind in room.loop_kinds()), *own)


def read_loops(actor: Actor, *, today: dt.date) -> LoopReport:
    """The report of the actor's area. Who hands out work there reads every number; who sees only figures, none that is small.

    Of work that by its kind tells of a child who is not well nobody reads a small number. Protected files and whatever is of class 5 are
    in no number, except that of work from a phone that names no child: about whom it is stands only under its seal. Raises AccessDenied.
    """
    check_may(actor, Action.SEE_FIGURES)
    found = report_loops(actor.scope, today=today, exact=may_do(actor.role, Action.ASSIGN))
    return replace(found, tasks=tuple(_discreet(one, found.threshold) for one in found.tasks))


def _discreet(task: LoopFigure, threshold: int) -> LoopFigure:
    """Work that tells of a child by its kind: nothing of it where any number is small."""
    cells = (*task.states.values(), task.open, task.ownerless, task.clockless, task.overdue)
    if task.kind not in OF_CARE or not any(0 < (cell.count or 0) < threshold for cell in cells):
        return task
    nothing = Cell(None)
    return LoopFigure(
        task.kind, dict.fromkeys(task.states, nothing), nothing, nothing, nothing, nothing, None, task.place
    )


def report_loops(scope: DivisionScope, *, today: dt.date, exact: bool) -> LoopReport:
    """The same for the machine, of any area."""
    threshold = load_limits()["small_cell"].value
    with walled(LOCAL_OPERATOR):
        hidden = never_counted()
        loops = count_loops(loop_kinds, scope, hidden=hidden, today=today)
        tasks = count_tasks(scope, hidden=hidden, today=today) if exact else ()
        lost = without_next_action(area=scope).filter(restricted=False)
        without = lost.filter(division__gte=scope.first, division__lt=scope.end).count()
    order = [kind.code for kind in loop_kinds()]
    told = _exactly if exact else _withholding(threshold)
    return LoopReport(
        loops=told(sorted(loops, key=lambda one: (order.index(one.kind), one.state))),
        tasks=_exactly(sorted(tasks, key=lambda one: (one.kind, not one.open, one.state))),
        without_next=Cell(without if exact or not 0 < without < threshold else None),
        threshold=threshold,
        exact=exact,
    )


def _exactly(states: Sequence[LoopState]) -> tuple[LoopFigure, ...]:
    return tuple(_figure(kind, found, lambda whole, part: Cell(part)) for kind, found in _by_kind(states))


def _withholding(threshold: int) -> Callable[[Sequence[LoopState]], tuple[LoopFigure, ...]]:
    def told(whole: int, part: int) -> Cell:
        small = any(0 < count < threshold for count in (whole, part, whole - part))
        return Cell(None if small else part)

    def figures(states: Sequence[LoopState]) -> tuple[LoopFigure, ...]:
        return tuple(_withheld(_figure(kind, found, told), found, threshold) for kind, found in _by_kind(states))

    return figures


def _withheld(figure: LoopFigure, found: Sequence[LoopState], threshold: int) -> LoopFigure:
    """States withheld where they are small; what is open is told only where every open state is."""
    column = suppress_column({one.state: one.count for one in found}, threshold=threshold)
    hidden = any(one.open and column.cells[one.state].withheld for one in found) or figure.open.withheld
    nothing = Cell(None)
    if not hidden:
        return LoopFigure(figure.kind, column.cells, figure.open, figure.ownerless, figure.clockless, figure.overdue, figure.oldest)  # fmt: skip
    return LoopFigure(figure.kind, column.cells, nothing, nothing, nothing, nothing, None)


def _by_kind(states: Iterable[LoopState]) -> list[tuple[str, list[LoopState]]]:
    return [(kind, list(found)) for kind, found in groupby(states, key=lambda one: one.kind)]


def _figure(kind: str, found: Sequence[LoopState], told: Callable[[int, int], Cell]) -> LoopFigure:
    opened = sum(one.open for one in found)
    days = [one.oldest for one in found if one.oldest is not None]
    return LoopFigure(
        kind=kind,
        states={one.state: Cell(one.count) for one in found},
        open=told(opened, opened),
        ownerless=told(opened, sum(one.ownerless for one in found)),
        clockless=told(opened, sum(one.clockless for one in found)),
        overdue=told(opened, sum(one.overdue for one in found)),
        oldest=min(days, default=None),
        place=min((one.place for one in found), default=""),
    )
