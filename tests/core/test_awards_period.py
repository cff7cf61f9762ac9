"""Periods: how they are written, and which months they hold."""

from __future__ import annotations

import pytest

from ciyou.core.awards.month import Month
from ciyou.core.awards.period import Period, PeriodKind
from ciyou.core.errors import ClockError


@pytest.mark.parametrize(
    ("written", "kind", "first", "last"),
    [
        ("2026-11", PeriodKind.MONTH, Month(2026, 11), Month(2026, 11)),
        ("2026-Q1", PeriodKind.QUARTER, Month(2026, 1), Month(2026, 3)),
        ("2026-Q4", PeriodKind.QUARTER, Month(2026, 10), Month(2026, 12)),
        ("2026", PeriodKind.YEAR, Month(2026, 1), Month(2026, 12)),
    ],
)
def test_a_period_is_read_as_it_is_written(written, kind, first, last):
    period = Period.parse(written)
    assert (period.kind, period.first, period.last) == (kind, first, last)
    assert str(period) == written


@pytest.mark.parametrize("written", ["", "2026-Q5", "2026-13", "26", "2026-1", "2026-q1", "0000"])
def test_what_is_no_period_is_refused_with_how_to_write_one(written):
    with pytest.raises(ClockError) as refused:
        Period.parse(written)
    assert refused.value.problems[0].code == "clock.period"
    assert "2026-Q4" in refused.value.problems[0].en


def test_the_quarter_of_a_month_begins_with_its_first():
    assert str(Period.of_quarter(Month(2026, 8))) == "2026-Q3"
    assert len(Period.of_year(Month(2026, 8)).months) == 12
