"""The working days of the State Council's yearly calendar: holidays, make-up workdays, and what is not yet published."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ciyou.core.errors import ClockError, Place, Problem

_ONE_DAY = dt.timedelta(days=1)
_SATURDAY = 5
# A year's notice also moves the last days of the year before: 29 December 2018 was worked for 2019, 30 December 2023 was free.
_LAST_DAY_SETTLED_ALONE = (12, 28)


@dataclass(frozen=True)
class CountedDay:
    """A day found by counting. `provisional`: some day on the way is not yet settled by a published calendar."""

    date: dt.date
    provisional: bool


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked. Unpublished years know only weekends, so what is counted there is provisional.

    `holidays` are days off that the notices name, `make_up_workdays` the Saturdays and Sundays they make workdays,
    `published_years` the years whose notice is in the tables.
    """

    holidays: frozenset[dt.date]
    make_up_workdays: frozenset[dt.date]
    published_years: frozenset[int]

    def is_working_day(self, day: dt.date) -> bool:
        """Whether offices work on that day, as far as is published."""
        if day in self.make_up_workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def is_settled(self, day: dt.date) -> bool:
        """Whether published notices leave nothing open about that day."""
        if day.year not in self.published_years:
            return False
        return (day.month, day.day) <= _LAST_DAY_SETTLED_ALONE or day.year + 1 in self.published_years

    def add_working_days(self, start: dt.date, count: int) -> CountedDay:
        """The `count`-th working day after `start`; the day itself is not counted. With 0, `start` itself."""
        if count < 0:
            raise _negative_count()
        day, settled = start, True
        while count:
            day += _ONE_DAY
            settled = settled and self.is_settled(day)
            count -= self.is_working_day(day)
        return CountedDay(day, not settled)

    def working_days_after(self, start: dt.date, day: dt.date) -> int:
        """How many working days lie after `start`, up to and including `day`; 0 when `day` is not after it."""
        days = (dt.date.fromordinal(number) for number in range(start.toordinal() + 1, day.toordinal() + 1))
        return sum(map(self.is_working_day, days))

    def next_working_day(self, day: dt.date) -> CountedDay:
        """That day if it is worked, otherwise the first working day after it."""
        if self.is_working_day(day):
            return CountedDay(day, not self.is_settled(day))
        found = self.add_working_days(day, 1)
        return CountedDay(found.date, found.provisional or not self.is_settled(day))


def _negative_count() -> ClockError:
    return ClockError(
        Problem(
            Place(),
            "clock.negative_count",
            "工作日天数不能为负数；请给出 0 或正整数。",
            "A number of working days cannot be negative; give 0 or a positive integer.",
        )
    )
