"""Months that are over: the clock of "more than six months" (超过6个月), with month ends clamped."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from ciyou.core.errors import ClockError, Place, Problem

_ONE_DAY = dt.timedelta(days=1)
_MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class MonthRule:
    """On which day a month counts as over.

    By default on the day after the same day of a later month: the day of the event is not counted (《民法典》 art. 201), and
    "more than" needs the last day to have passed. `begins_same_day` is the other published reading: on that very day.
    """

    begins_same_day: bool = False


_DEFAULT = MonthRule()


def add_months(day: dt.date, count: int) -> dt.date:
    """The same day `count` months later (earlier if negative), or the last day of a shorter month."""
    year, month = _month_after(day, count)
    return dt.date(year, month, min(day.day, _days_in(year, month)))


def months_over(since: dt.date, day: dt.date, *, rule: MonthRule = _DEFAULT) -> int:
    """How many full months counted from `since` are over on `day`; below 0 the counting has not begun."""
    last = _last_counted_day(day, rule)
    months = (last.year - since.year) * _MONTHS_PER_YEAR + last.month - since.month
    clamped = min(since.day, _days_in(last.year, last.month))
    return months if clamped <= last.day else months - 1


def date_months_over(since: dt.date, count: int, *, rule: MonthRule = _DEFAULT) -> dt.date:
    """The first day on which `count` months counted from `since` are over."""
    same_day = add_months(since, count)
    if rule.begins_same_day:
        return same_day
    if same_day == dt.date.max:
        raise _outside_calendar()
    return same_day + _ONE_DAY


def months_cutoff(day: dt.date, count: int, *, rule: MonthRule = _DEFAULT) -> dt.date:
    """The latest beginning for which at least `count` months are over on `day`.

    `months_over(since, day) >= count` holds exactly when `since <= months_cutoff(day, count)`, for every date `since`.
    """
    last = _last_counted_day(day, rule)
    year, month = _month_after(last, -count)
    longest = _days_in(year, month)
    # On the last day of a month every day of the earlier month has its turn, also those the shorter month lacks.
    if last.day == _days_in(last.year, last.month):
        return dt.date(year, month, longest)
    return dt.date(year, month, min(last.day, longest))


def _last_counted_day(day: dt.date, rule: MonthRule) -> dt.date:
    if rule.begins_same_day:
        return day
    if day == dt.date.min:
        raise _outside_calendar()
    return day - _ONE_DAY


def _month_after(day: dt.date, count: int) -> tuple[int, int]:
    year, month = divmod(day.year * _MONTHS_PER_YEAR + day.month - 1 + count, _MONTHS_PER_YEAR)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise _outside_calendar()
    return year, month + 1


def _days_in(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _outside_calendar() -> ClockError:
    return ClockError(
        Problem(
            Place(),
            "clock.outside_calendar",
            "按月推算的日期超出公历可表示的范围；请检查日期和月数。",
            "A date computed from months lies outside the calendar; check the date and the number of months.",
        )
    )
