"""Months, and the first and last month of an award."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.core.awards.month import Month, months_from
from ciyou.core.awards.turning import (
    CountedFrom,
    StartMonth,
    StartRule,
    StopMonth,
    first_payable_month,
    last_payable_month,
)
from ciyou.core.errors import ClockError

NOVEMBER = Month(2026, 11)
CONFIRMED = {CountedFrom.DECISION: dt.date(2026, 12, 31), CountedFrom.APPLICATION: dt.date(2026, 11, 30)}


def test_a_month_knows_its_days_and_its_neighbors():
    assert Month.of(dt.date(2024, 2, 10)).last_day == dt.date(2024, 2, 29)
    assert (NOVEMBER.plus(2), NOVEMBER.plus(-11), str(NOVEMBER)) == (Month(2027, 1), Month(2025, 12), "2026-11")
    assert Month.parse(" 2026-11 ") == NOVEMBER < Month(2027, 1)
    assert [str(month) for month in months_from(NOVEMBER, Month(2027, 1))] == ["2026-11", "2026-12", "2027-01"]
    assert months_from(NOVEMBER, Month(2026, 10)) == ()


@pytest.mark.parametrize("written", ["2026-13", "2026-00", "2026/11", "2026-1", "0000-01", "", "十一月"])
def test_what_is_no_month_is_refused_with_what_to_write(written):
    with pytest.raises(ClockError) as refused:
        Month.parse(written)
    assert refused.value.problems[0].code == "clock.month"


@pytest.mark.parametrize(
    ("counted_from", "month", "first"),
    [
        (CountedFrom.DECISION, StartMonth.NEXT_MONTH, "2027-01"),
        (CountedFrom.DECISION, StartMonth.SAME_MONTH, "2026-12"),
        (CountedFrom.APPLICATION, StartMonth.NEXT_MONTH, "2026-12"),
        (CountedFrom.APPLICATION, StartMonth.SAME_MONTH, "2026-11"),
    ],
)
def test_the_first_month_follows_from_the_place_and_the_day_that_counts(counted_from, month, first):
    assert str(first_payable_month(StartRule(counted_from, month), CONFIRMED)) == first


def test_a_start_without_its_day_is_refused():
    with pytest.raises(ClockError) as refused:
        first_payable_month(StartRule(CountedFrom.FACT, StartMonth.NEXT_MONTH), CONFIRMED)
    assert refused.value.problems[0].code == "clock.no_start_day"


def test_the_last_month_is_the_one_before_or_the_one_of_the_event_or_not_written_anywhere():
    found = dt.date(2026, 11, 1)
    assert last_payable_month(StopMonth.SAME_MONTH, found) == Month(2026, 10)
    assert last_payable_month(StopMonth.NEXT_MONTH, found) == NOVEMBER
    assert last_payable_month(StopMonth.ASK_PLACE, found) is None
