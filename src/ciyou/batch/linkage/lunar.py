"""Dates of birth that were meant in the farmers' calendar."""

from __future__ import annotations

import datetime as dt

from borax.calendars.lunardate import LunarDate


def solar_of(day: object) -> dt.date | None:
    """The solar date of year, month and day read as lunar ones; None where that calendar has no such day."""
    if not isinstance(day, dt.date):
        return None
    try:
        solar: dt.date = LunarDate(day.year, day.month, day.day).to_solar_date()
    except (ValueError, IndexError):
        return None
    return solar
