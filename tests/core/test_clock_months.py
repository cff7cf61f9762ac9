"""Months that are over: "more than six months" and clamped month ends."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ciyou.core.clock.months import MonthRule, add_months, date_months_over, months_cutoff, months_over
from ciyou.core.errors import ClockError

D = dt.date
dates = st.dates(D(1950, 1, 1), D(2100, 12, 31))
rules = st.builds(MonthRule, begins_same_day=st.booleans())
inclusive = MonthRule(begins_same_day=True)


def test_six_months_after_31_january_are_over_on_1_august():
    accepted = D(2026, 1, 31)
    assert months_over(accepted, D(2026, 7, 31)) == 5
    assert months_over(accepted, D(2026, 8, 1)) == 6
    assert date_months_over(accepted, 6) == D(2026, 8, 1)


def test_the_inclusive_reading_counts_the_same_day():
    assert months_over(D(2026, 1, 31), D(2026, 7, 31), rule=inclusive) == 6
    assert months_over(D(2026, 1, 31), D(2026, 7, 30), rule=inclusive) == 5
    assert date_months_over(D(2026, 1, 31), 6, rule=inclusive) == D(2026, 7, 31)


def test_a_month_end_that_a_shorter_month_lacks_is_clamped():
    assert add_months(D(2025, 8, 31), 6) == D(2026, 2, 28)
    assert add_months(D(2023, 8, 31), 6) == D(2024, 2, 29)
    assert months_over(D(2025, 8, 31), D(2026, 2, 28)) == 5
    assert months_over(D(2025, 8, 31), D(2026, 3, 1)) == 6


def test_months_can_be_added_across_years_and_backwards():
    assert add_months(D(2025, 11, 15), 3) == D(2026, 2, 15)
    assert add_months(D(2026, 1, 31), -2) == D(2025, 11, 30)
    assert add_months(D(2026, 1, 31), 0) == D(2026, 1, 31)


def test_the_day_of_the_event_itself_is_not_counted():
    assert months_over(D(2026, 1, 10), D(2026, 1, 10)) == -1
    assert months_over(D(2026, 1, 10), D(2026, 1, 11)) == 0
    assert months_over(D(2026, 1, 10), D(2026, 1, 10), rule=inclusive) == 0


def test_the_cutoff_of_six_months_is_the_last_beginning_that_counts():
    assert months_cutoff(D(2026, 8, 1), 6) == D(2026, 1, 31)
    assert months_cutoff(D(2026, 7, 31), 6) == D(2026, 1, 30)
    assert months_cutoff(D(2026, 3, 1), 6) == D(2025, 8, 31)
    assert months_cutoff(D(2025, 9, 1), 6) == D(2025, 2, 28)


@given(dates, dates, st.integers(-5, 240), rules)
@example(D(2026, 1, 31), D(2026, 7, 31), 6, MonthRule())
@example(D(2024, 2, 29), D(2025, 2, 28), 12, inclusive)
@example(D(2025, 8, 29), D(2026, 3, 1), 6, MonthRule())
def test_months_over_cutoff_and_date_say_the_same(since, day, count, rule):
    over = months_over(since, day, rule=rule) >= count
    assert over == (since <= months_cutoff(day, count, rule=rule))
    assert over == (day >= date_months_over(since, count, rule=rule))


@given(dates, st.integers(-3, 3), st.integers(1, 60), rules)
def test_the_three_agree_around_the_threshold(since, offset, count, rule):
    day = add_months(since, count) + dt.timedelta(days=offset)
    over = months_over(since, day, rule=rule) >= count
    assert over == (since <= months_cutoff(day, count, rule=rule))
    assert over == (day >= date_months_over(since, count, rule=rule))


def test_months_outside_the_calendar_are_refused_with_a_sentence():
    with pytest.raises(ClockError, match=r"clock\.outside_calendar"):
        months_cutoff(D(2025, 9, 1), 12 * 3000)
