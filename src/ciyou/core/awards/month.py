"""Calendar months: what money is due for."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

from ciyou.core.errors import ClockError, Place, Problem

_WRITTEN = re.compile(r"(\d{4})-(\d{2})")
_PER_YEAR = 12


class _YearAndMonth(NamedTuple):
    year: int
    month: int


class Month(_YearAndMonth):
    """One calendar month; months are in the order of time. A tuple, because a province compares millions of them."""

    __slots__ = ()

    def __new__(cls, year: int, month: int) -> Month:
        if not (dt.MINYEAR <= year <= dt.MAXYEAR and 1 <= month <= _PER_YEAR):
            raise _no_month()
        return super().__new__(cls, year, month)

    @classmethod
    def of(cls, day: dt.date) -> Month:
        """The month in which a day lies."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, written: str) -> Month:
        """A month written 2026-11; raises ClockError otherwise."""
        match = _WRITTEN.fullmatch(written.strip())
        if match is None:
            raise _no_month()
        return cls(int(match.group(1)), int(match.group(2)))

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def plus(self, count: int) -> Month:
        """The month `count` months later (earlier if negative)."""
        year, month = divmod(self.year * _PER_YEAR + self.month - 1 + count, _PER_YEAR)
        return Month(year, month + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@lru_cache(maxsize=4096)
def months_from(first: Month, last: Month) -> tuple[Month, ...]:
    """Every month from `first` to `last`, both included; none when `last` comes before."""
    count = (last.year - first.year) * _PER_YEAR + last.month - first.month + 1
    return tuple(first.plus(step) for step in range(count))


def _no_month() -> ClockError:
    return ClockError(
        Problem(
            Place(),
            "clock.month",
            "月份应写成 2026-11 这样的年和月；请更正。",
            "A month is written as year and month, such as 2026-11; correct it.",
        )
    )
