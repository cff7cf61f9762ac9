"""Months as the tables and the core write them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from ciyou.core.awards.month import Month


@lru_cache(maxsize=8192)
def month_of(written: str | dt.date) -> Month:
    """A month from its first day or from 2026-11 (or 2026-11-01)."""
    return Month.of(written) if isinstance(written, dt.date) else Month(int(written[:4]), int(written[5:7]))


@lru_cache(maxsize=8192)
def day_of(month: Month) -> dt.date:
    """The first day of a month: how tables keep it."""
    return month.first_day
