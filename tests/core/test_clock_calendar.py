"""Working days: weekends, holidays, make-up workdays and years whose calendar is not published."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ciyou.core.clock.calendar import CountedDay, WorkingCalendar
from ciyou.core.errors import ClockError

D = dt.date
# Part of the State Council's calendar of 2026, typed from the notice.
CALENDAR = WorkingCalendar(
    holidays=frozenset(
        [D(2026, 5, number) for number in range(1, 6)] + [D(2026, 6, number) for number in (19, 20, 21)]
    ),
    make_up_workdays=frozenset([D(2026, 5, 9), D(2026, 9, 20)]),
    published_years=frozenset([2026]),
)


def test_papers_complete_on_friday_are_pushed_by_wednesday():
    assert CALENDAR.add_working_days(D(2026, 6, 12), 3) == CountedDay(D(2026, 6, 17), False)


def test_a_holiday_in_between_moves_the_third_working_day():
    assert CALENDAR.add_working_days(D(2026, 4, 30), 3).date == D(2026, 5, 8)
    assert CALENDAR.add_working_days(D(2026, 6, 18), 3).date == D(2026, 6, 24)


def test_a_sunday_made_a_workday_counts():
    assert CALENDAR.is_working_day(D(2026, 9, 20))
    assert CALENDAR.add_working_days(D(2026, 9, 18), 3).date == D(2026, 9, 22)


def test_a_weekday_holiday_and_a_weekend_are_not_worked():
    assert not CALENDAR.is_working_day(D(2026, 5, 1))
    assert not CALENDAR.is_working_day(D(2026, 6, 13))


def test_a_count_that_reaches_an_unpublished_year_is_provisional():
    found = CALENDAR.add_working_days(D(2026, 12, 24), 15)
    assert found.provisional
    assert not CALENDAR.add_working_days(D(2026, 12, 23), 3).provisional


def test_the_last_days_of_december_stay_open_until_the_next_year_is_published():
    assert not CALENDAR.is_settled(D(2026, 12, 29))
    with_next = WorkingCalendar(CALENDAR.holidays, CALENDAR.make_up_workdays, frozenset([2026, 2027]))
    assert with_next.is_settled(D(2026, 12, 29))


def test_zero_working_days_is_the_day_itself():
    assert CALENDAR.add_working_days(D(2026, 5, 2), 0) == CountedDay(D(2026, 5, 2), False)


def test_a_negative_count_is_refused_with_a_sentence():
    with pytest.raises(ClockError, match=r"clock\.negative_count"):
        CALENDAR.add_working_days(D(2026, 5, 2), -1)


def test_the_next_working_day_skips_the_holiday():
    assert CALENDAR.next_working_day(D(2026, 5, 2)) == CountedDay(D(2026, 5, 6), False)
    assert CALENDAR.next_working_day(D(2026, 5, 6)) == CountedDay(D(2026, 5, 6), False)


@given(st.dates(D(2026, 1, 1), D(2027, 3, 1)), st.integers(1, 80))
def test_the_nth_working_day_is_worked_and_has_n_working_days_behind_it(start, count):
    found = CALENDAR.add_working_days(start, count)
    assert CALENDAR.is_working_day(found.date)
    assert CALENDAR.working_days_after(start, found.date) == count


@given(st.dates(D(2026, 1, 1), D(2026, 12, 1)), st.integers(0, 40), st.integers(0, 40))
def test_counting_in_two_steps_is_counting_at_once(start, first, second):
    once = CALENDAR.add_working_days(start, first + second)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(start, first).date, second).date == once.date
