"""Which days a task has: from its clock, its place and the day on which it began."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from ciyou.core.clock.limits import ESCALATION, HALF, WHOLE
from ciyou.core.errors import Place, Problem, RecordError
from ciyou.core.risk import VisitInterval, due_day
from ciyou.packs import load_clocks
from ciyou.packs.calendar import load_working_calendar
from ciyou.packs.clocks import Clock, DuePlan

_COUNTY_DIGITS = 6


def clock_of(kind: str, division: str) -> Clock:
    """The clock of a kind of work in a place; raises RecordError when the packs have none."""
    clock = load_clocks(division=division).get(kind)
    if clock is None:
        raise RecordError(
            Problem(
                Place(),
                "task.no_clock",
                f"规则包里没有“{kind}”的时限；请在 packs/cn/clocks 中补上。",
                f"The packs have no clock for “{kind}”; add it in packs/cn/clocks.",
            )
        )
    return clock


@lru_cache(maxsize=4096)
def plan_task(kind: str, division: str, start: dt.date) -> DuePlan:
    """The days of a task of this kind that begins on a day."""
    return clock_of(kind, division).plan(start, load_working_calendar())


@dataclass(frozen=True)
class VisitPlan:
    """A regular visit as it is planned: by which row of the intervals, why it was planned now, since when, and its days."""

    row: str
    interval_days: int
    cause: str
    since: dt.date
    days: DuePlan


def plan_visit(interval: VisitInterval, *, cause: str, since: dt.date, today: dt.date) -> VisitPlan:
    """The days of the visit that follows one made (or a plan begun) on `since`; one that should have been is due today."""
    due = due_day(interval, since=since, today=today)
    start = due - dt.timedelta(days=interval.days)
    half, late = (start + dt.timedelta(days=-(-interval.days * used // WHOLE)) for used in (HALF, ESCALATION))
    days = DuePlan(statutory_on=None, promised_on=due, due_on=due, half_on=half, escalate_on=late, provisional=False)
    return VisitPlan(interval.code, interval.days, cause, since, days)


def plan_until(start: dt.date, until: dt.date) -> DuePlan:
    """The days of work that a person has given a last day, from `start` on: half of the time used, all of it, and one and a half."""
    length = max((until - start).days, 1)
    half, late = (start + dt.timedelta(days=-(-length * used // WHOLE)) for used in (HALF, ESCALATION))
    return DuePlan(
        statutory_on=None, promised_on=until, due_on=until, half_on=half, escalate_on=late, provisional=False
    )


def working_days_left(due_on: dt.date, today: dt.date) -> int:
    """Working days from tomorrow up to and including the due day; 0 on the day itself, negative once it is over."""
    calendar = load_working_calendar()
    if due_on >= today:
        return calendar.working_days_after(today, due_on)
    return -calendar.working_days_after(due_on, today)
