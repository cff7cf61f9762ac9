"""Until when what, and at which end: the running clock of a crossing, read as the machine so that both ends see the other's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.list_conditions import OpenClock, clocks_by_subject
from ciyou.apps.cases.planning import plan_task
from ciyou.apps.crossing.models import WITH_THE_COUNTER, Crossing, CrossingState
from ciyou.apps.crossing.steps import COUNTER, PLACE, URGE
from ciyou.core.access.actor import LOCAL_OPERATOR

CHECK = "check_application"


@dataclass(frozen=True)
class RunningClock:
    """Which end owes what (`kind`, a clock), since when, until when: by law (None: nothing is said), and the earlier of law and promise."""

    end: str
    kind: str
    started_on: dt.date
    statutory_on: dt.date | None
    due_on: dt.date

    def is_late(self, today: dt.date) -> bool:
        """Whether its time is over."""
        return self.due_on < today


def end_of(row: Crossing) -> str:
    """The end that has it now; "" once it is closed."""
    if row.state in WITH_THE_COUNTER:
        return COUNTER
    return PLACE if row.state in (CrossingState.SENT, CrossingState.ACCEPTED) else ""


def clock_now(row: Crossing) -> RunningClock | None:
    """The clock of one crossing; see `clocks_now`."""
    return clocks_now((row,))[row.id]


def clocks_now(rows: Iterable[Crossing]) -> dict[uuid.UUID, RunningClock | None]:
    """By crossing the clock that ends first; None once it is closed, or while no work is open on it. One query for all.

    What was sent and not yet acknowledged owes the check by law already: the earlier of both days counts.
    """
    wanted = list(rows)
    subjects = {row.id: _subjects(row) for row in wanted}
    with walled(LOCAL_OPERATOR):
        known = clocks_by_subject(one for named in subjects.values() for one in named)
    return {
        row.id: _first(row, [one for subject in subjects[row.id] for one in known.get(subject, ())]) for row in wanted
    }


def _subjects(row: Crossing) -> list[str]:
    end = end_of(row)
    if not end:
        return []
    return [str(row.id)] + ([str(row.application_id)] if row.application_id and end == PLACE else [])


def _first(row: Crossing, open_now: list[OpenClock]) -> RunningClock | None:
    end = end_of(row)
    found = [one for one in open_now if one.kind != URGE]
    running = [_running(end, one.kind, row, one.started_on) for one in found]
    if not running:
        return None
    first = min(running, key=lambda one: one.due_on)
    if row.state == CrossingState.SENT and row.sent_on is not None:
        law = plan_task(CHECK, row.handled_in, row.sent_on).statutory_on
        due = min(first.due_on, law) if law else first.due_on
        return RunningClock(end, first.kind, row.sent_on, law, due)
    return first


def _running(end: str, kind: str, row: Crossing, started_on: dt.date) -> RunningClock:
    place = row.received_in if end == COUNTER else row.handled_in
    plan = plan_task(kind, place, started_on)
    return RunningClock(end, kind, started_on, plan.statutory_on, plan.due_on)
