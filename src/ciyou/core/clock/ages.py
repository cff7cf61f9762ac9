"""Ages in full years (周岁), the day on which one is reached, and the date of birth that separates two ages."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from ciyou.core.errors import ClockError, Place, Problem

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class AgeRule:
    """How the law reads birthdays: does an age begin on the birthday or the day after, and when is 29 February in other years."""

    begins_day_after: bool = False
    leap_day_on_1_march: bool = True


_DEFAULT = AgeRule()


def full_years(birth_date: dt.date, day: dt.date, *, rule: AgeRule = _DEFAULT) -> int:
    """How many years old a person born on `birth_date` is on `day`.

    A whole number, rounded down also before birth: below 0 the counting has not begun. The arithmetic is that of
    (yyyymmdd − yyyymmdd) div 10000, so that batch engines agree in every case.
    """
    last = _last_complete_day(day, rule)
    years = last.year - birth_date.year
    return years if _birthday_in(birth_date, last.year, rule) <= last else years - 1


def date_of_age(birth_date: dt.date, years: int, *, rule: AgeRule = _DEFAULT) -> dt.date:
    """The first day on which the person is `years` old; raises ClockError when it lies outside the calendar."""
    year = birth_date.year + years
    if not dt.MINYEAR <= year < dt.MAXYEAR:
        raise _outside_calendar()
    birthday = _birthday_in(birth_date, year, rule)
    return birthday + _ONE_DAY if rule.begins_day_after else birthday


def birth_cutoff(day: dt.date, years: int, *, rule: AgeRule = _DEFAULT) -> dt.date:
    """The latest date of birth of those who are at least `years` old on `day`.

    `full_years(b, day) >= years` holds exactly when `b <= birth_cutoff(day, years)`, for every date of birth b.
    Raises ClockError when that date lies outside the calendar.
    """
    last = _last_complete_day(day, rule)
    year = last.year - years
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise _outside_calendar()
    if (last.month, last.day) == (2, 29) and not calendar.isleap(year):
        return dt.date(year, 2, 28)
    turns_on_28 = not rule.leap_day_on_1_march and (last.month, last.day) == (2, 28) and not calendar.isleap(last.year)
    if turns_on_28 and calendar.isleap(year):
        return dt.date(year, 2, 29)
    return dt.date(year, last.month, last.day)


def _last_complete_day(day: dt.date, rule: AgeRule) -> dt.date:
    if not rule.begins_day_after:
        return day
    if day == dt.date.min:
        raise _outside_calendar()
    return day - _ONE_DAY


def _birthday_in(birth_date: dt.date, year: int, rule: AgeRule) -> dt.date:
    if (birth_date.month, birth_date.day) == (2, 29) and not calendar.isleap(year):
        return dt.date(year, 3, 1) if rule.leap_day_on_1_march else dt.date(year, 2, 28)
    return birth_date.replace(year=year)


def _outside_calendar() -> ClockError:
    return ClockError(
        Problem(
            Place(),
            "clock.outside_calendar",
            "按年龄推算的日期超出公历可表示的范围；请检查日期和年数。",
            "A date computed from an age lies outside the calendar; check the date and the number of years.",
        )
    )
