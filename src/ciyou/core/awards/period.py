"""A month, a quarter or a year: what figures and statistics are told for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ciyou.core.awards.month import Month, months_from
from ciyou.core.errors import ClockError, Place, Problem

_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_YEAR = re.compile(r"\d{4}")


class PeriodKind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Period:
    """A calendar month, quarter or year, by its first and last month."""

    kind: PeriodKind
    first: Month
    last: Month

    @classmethod
    def of_month(cls, month: Month) -> Period:
        """One month."""
        return cls(PeriodKind.MONTH, month, month)

    @classmethod
    def of_quarter(cls, month: Month) -> Period:
        """The quarter in which a month lies."""
        first = Month(month.year, month.month - (month.month - 1) % 3)
        return cls(PeriodKind.QUARTER, first, first.plus(2))

    @classmethod
    def of_year(cls, month: Month) -> Period:
        """The year in which a month lies."""
        return cls(PeriodKind.YEAR, Month(month.year, 1), Month(month.year, 12))

    @classmethod
    def parse(cls, written: str) -> Period:
        """A period written 2026-11, 2026-Q4 or 2026; raises ClockError otherwise."""
        text = written.strip()
        quarter = _QUARTER.fullmatch(text)
        try:
            if quarter is not None:
                return cls.of_quarter(Month(int(quarter.group(1)), 3 * int(quarter.group(2))))
            if _YEAR.fullmatch(text):
                return cls.of_year(Month(int(text), 1))
            return cls.of_month(Month.parse(text))
        except ClockError as wrong:
            raise _no_period() from wrong

    @property
    def months(self) -> tuple[Month, ...]:
        return months_from(self.first, self.last)

    def __str__(self) -> str:
        if self.kind is PeriodKind.MONTH:
            return str(self.first)
        year = f"{self.first.year:04}"
        return year if self.kind is PeriodKind.YEAR else f"{year}-Q{self.last.month // 3}"


def _no_period() -> ClockError:
    return ClockError(
        Problem(
            Place(),
            "clock.period",
            "时段应写成 2026-11（月）、2026-Q4（季度）或 2026（年）；请更正。",
            "A period is written 2026-11 (month), 2026-Q4 (quarter) or 2026 (year); correct it.",
        )
    )
