"""Ages and months as formulas over dates written yyyymmdd: the definitions of `core.clock`, term by term."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import z3

from ciyou.core.clock.ages import birth_cutoff
from ciyou.core.clock.months import months_cutoff
from ciyou.core.rules.book import RuleBook

_ONE_DAY = dt.timedelta(days=1)


def age_at_least(born: Any, years: int, book: RuleBook) -> Any:
    """Whether somebody born on this day is at least so old; raises ClockError for an age before the calendar."""
    return born <= _number(birth_cutoff(book.as_of, years, rule=book.age_rule))


def months_at_least(since: Any, count: int, book: RuleBook) -> Any:
    """Whether so many months are over since this day; raises ClockError for a count before the calendar."""
    return since <= _number(months_cutoff(book.as_of, count, rule=book.month_rule))


def full_years_term(born: Any, book: RuleBook) -> Any:
    """The age as a number, for an age that is compared with another unknown."""
    rule = book.age_rule
    last = book.as_of - _ONE_DAY if rule.begins_day_after else book.as_of
    if not rule.leap_day_on_1_march and not calendar.isleap(last.year):
        born = z3.If(born % 10_000 == 229, born - 1, born)
    return (_number(last) - born) / 10_000


def months_over_term(since: Any, parts: tuple[Any, ...], book: RuleBook) -> Any:
    """The full months that are over, as a number; `parts` are the date's year, month and day where they are at hand."""
    last = book.as_of if book.month_rule.begins_same_day else book.as_of - _ONE_DAY
    year, month, day = parts or (since / 10_000, since / 100 % 100, since % 100)
    longest = calendar.monthrange(last.year, last.month)[1]
    months = (last.year - year) * 12 + last.month - month
    clamped = z3.If(day <= longest, day, z3.IntVal(longest))
    return z3.If(clamped <= last.day, months, months - 1)


def _number(day: dt.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
