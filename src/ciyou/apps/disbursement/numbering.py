"""The numbers that payments and batches carry in files: county, month, series and a counter.

They leave the house, so that a series stands in them as digits: its name would tell finance why a child is paid.
"""

from __future__ import annotations

import hashlib

from ciyou.apps.disbursement.models import MonthRun

SERIES_DIGITS = {
    "children_living": "01",
    "children_living_restricted": "02",
    "disability_subsidies": "03",
    "dibao": "04",
    "tekun": "05",
}
_OWN = 8


def payment_number(run: MonthRun, sequence: int) -> str:
    """The number of a payment; no two payments have the same."""
    return f"{numbers_begin(run)}{sequence:06d}"


def batch_number(run: MonthRun, number: int) -> str:
    """The number of one hand-over."""
    return f"{numbers_begin(run)}{number}"


def numbers_begin(run: MonthRun) -> str:
    """What every number of a run begins with."""
    return f"{run.county[:6]}-{run.month:%Y%m}-{series_digits(run.series)}-"


def series_digits(series: str) -> str:
    """The digits of a series; one that a place added has as many as keep it apart from every other."""
    return SERIES_DIGITS.get(series) or str(int(hashlib.sha256(series.encode()).hexdigest(), 16))[-_OWN:]
