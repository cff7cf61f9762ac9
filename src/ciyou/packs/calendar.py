"""The working calendar of the State Council's notices, from the tables of the `chinesecalendar` package."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import lru_cache

from chinese_calendar import constants

from ciyou.core.clock.calendar import WorkingCalendar

# Every notice names at least 20 days off; fewer in a year means that only a neighbor's notice reaches into it.
_FEWEST_DAYS_OFF = 20


@lru_cache(maxsize=1)
def load_working_calendar() -> WorkingCalendar:
    """All years that the installed tables know; a later year stays provisional until the package is updated."""
    holidays = frozenset(day for day in constants.holidays if type(day) is dt.date)
    per_year = Counter(day.year for day in holidays)
    return WorkingCalendar(
        holidays=holidays,
        make_up_workdays=frozenset(constants.workdays),
        published_years=frozenset(year for year, days in per_year.items() if days >= _FEWEST_DAYS_OFF),
    )
