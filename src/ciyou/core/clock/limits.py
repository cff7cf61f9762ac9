"""Time limits of the law and of promises: when something is due, how much of the time is used, what is to happen then."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from ciyou.core.clock.calendar import CountedDay, WorkingCalendar
from ciyou.core.clock.months import add_months
from ciyou.core.errors import ClockError, Place, Problem

_MONTHS_PER_YEAR = 12
HALF, WHOLE, ESCALATION = 50, 100, 150
"""The percentages of a limit at which something happens."""


class LimitUnit(StrEnum):
    """What a limit counts. Days are counted from the day after the event; `days_with_first` from its own day: 1 is the same day."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    DAYS_WITH_FIRST = "days_with_first"
    MONTHS = "months"
    YEARS = "years"


class LimitKind(StrEnum):
    """Whether the law sets the limit or an authority promises it; a promise is never longer than the law."""

    STATUTORY = "statutory"
    PROMISED = "promised"


class Stage(StrEnum):
    """Where a running limit stands; the last day itself is `due`, only the day after it is `overdue`."""

    RUNNING = "running"
    HALF_USED = "half_used"
    DUE = "due"
    OVERDUE = "overdue"
    ESCALATED = "escalated"


@dataclass(frozen=True)
class TimeLimit:
    """One limit as a pack states it.

    `counted_from` is the code of the event that starts it, `source` the id of a source of the pack.
    `moves_off_days_off`: a last day that is a day off moves to the next working day (《民法典》 art. 203); not so for
    emergency limits.
    """

    code: str
    amount: int
    unit: LimitUnit
    counted_from: str
    zh: str
    en: str
    kind: LimitKind
    source: str
    moves_off_days_off: bool = False

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ClockError(
                Problem(
                    Place(),
                    "clock.limit_amount",
                    f"时限“{self.code}”的数量必须至少为 1；请改正。",
                    f"The amount of time limit “{self.code}” must be at least 1; correct it.",
                )
            )

    def due(self, start: dt.date, calendar: WorkingCalendar) -> Deadline:
        """The deadline of something whose clock started on `start`."""
        found = self._end(start, calendar)
        if self.moves_off_days_off:
            moved = calendar.next_working_day(found.date)
            found = CountedDay(moved.date, found.provisional or moved.provisional)
        return Deadline(self, start, found.date, found.provisional)

    def _end(self, start: dt.date, calendar: WorkingCalendar) -> CountedDay:
        match self.unit:
            case LimitUnit.WORKING_DAYS:
                return calendar.add_working_days(start, self.amount)
            case LimitUnit.CALENDAR_DAYS:
                return CountedDay(start + dt.timedelta(days=self.amount), False)
            case LimitUnit.DAYS_WITH_FIRST:
                return CountedDay(start + dt.timedelta(days=self.amount - 1), False)
            case LimitUnit.MONTHS:
                return CountedDay(add_months(start, self.amount), False)
            case LimitUnit.YEARS:
                return CountedDay(add_months(start, self.amount * _MONTHS_PER_YEAR), False)


@dataclass(frozen=True)
class Deadline:
    """The last day of a limit. `provisional`: it passes through days whose calendar is not published; plan it again then."""

    limit: TimeLimit
    start: dt.date
    date: dt.date
    provisional: bool

    def date_at(self, percent: int, calendar: WorkingCalendar) -> CountedDay:
        """The first day on which `percent` of the time is used; 100 is the deadline itself.

        Working-day limits count in working days, all others in calendar days; fractions round up.
        """
        if percent == WHOLE:
            return CountedDay(self.date, self.provisional)
        days = -(-self._length(calendar) * percent // WHOLE)
        if self.limit.unit is LimitUnit.WORKING_DAYS:
            return calendar.add_working_days(self.start, days)
        return CountedDay(self.start + dt.timedelta(days=days - self._first), self.provisional)

    def used(self, today: dt.date, calendar: WorkingCalendar) -> int:
        """Days used up to and including `today`: working days for working-day limits, else calendar days."""
        if self.limit.unit is LimitUnit.WORKING_DAYS:
            return calendar.working_days_after(self.start, today)
        return max(0, (today - self.start).days + self._first)

    @property
    def _first(self) -> int:
        """1 where the day of the event is the first of the limit's days."""
        return 1 if self.limit.unit is LimitUnit.DAYS_WITH_FIRST else 0

    def _length(self, calendar: WorkingCalendar) -> int:
        return self.used(self.date, calendar)


@dataclass(frozen=True)
class Progress:
    """How far a deadline's time is used: days used of all days, both in the limit's own days."""

    deadline: Deadline
    used_days: int
    all_days: int
    stage: Stage

    @property
    def percent(self) -> int:
        """Rounded down; may exceed 100."""
        return self.used_days * WHOLE // self.all_days


def progress(deadline: Deadline, *, today: dt.date, calendar: WorkingCalendar) -> Progress:
    """Where a deadline stands today."""
    used = deadline.used(today, calendar)
    everything = deadline.used(deadline.date, calendar)
    return Progress(deadline, used, everything, _stage(deadline, used * WHOLE, everything, today))


def _stage(deadline: Deadline, used_hundredfold: int, everything: int, today: dt.date) -> Stage:
    if today > deadline.date:
        return Stage.ESCALATED if used_hundredfold >= everything * ESCALATION else Stage.OVERDUE
    if used_hundredfold >= everything * WHOLE:
        return Stage.DUE
    return Stage.HALF_USED if used_hundredfold >= everything * HALF else Stage.RUNNING
