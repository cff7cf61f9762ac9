"""Time limits: when something is due and where it stands at 50, 100 and 150 percent."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ciyou.core.clock.calendar import CountedDay, WorkingCalendar
from ciyou.core.clock.limits import LimitKind, LimitUnit, Stage, TimeLimit, progress
from ciyou.core.errors import ClockError

D = dt.date
CALENDAR = WorkingCalendar(
    holidays=frozenset(D(2026, 5, number) for number in range(1, 6)),
    make_up_workdays=frozenset([D(2026, 5, 9)]),
    published_years=frozenset([2026]),
)


def limit(amount=3, unit=LimitUnit.WORKING_DAYS, **more):
    return TimeLimit(
        code="push_to_hukou_township",
        amount=amount,
        unit=unit,
        counted_from="papers_complete",
        zh="推送户籍地",
        en="Push to the hukou township",
        kind=LimitKind.STATUTORY,
        source="cross_province_notice",
        **more,
    )


def test_three_working_days_from_friday_end_on_wednesday():
    deadline = limit().due(D(2026, 6, 12), CALENDAR)
    assert (deadline.date, deadline.provisional) == (D(2026, 6, 17), False)


def test_three_working_days_over_the_may_holiday_end_on_8_may():
    assert limit().due(D(2026, 4, 30), CALENDAR).date == D(2026, 5, 8)


def test_small_emergency_aid_is_due_on_the_third_calendar_day_holiday_or_not():
    deadline = limit(3, LimitUnit.CALENDAR_DAYS).due(D(2026, 5, 1), CALENDAR)
    assert deadline.date == D(2026, 5, 4)


def test_a_limit_that_moves_off_days_off_ends_on_the_next_working_day():
    deadline = limit(3, LimitUnit.CALENDAR_DAYS, moves_off_days_off=True).due(D(2026, 5, 1), CALENDAR)
    assert deadline.date == D(2026, 5, 6)


def test_months_and_years_end_on_the_same_day_or_the_months_last():
    assert limit(6, LimitUnit.MONTHS).due(D(2026, 8, 31), CALENDAR).date == D(2027, 2, 28)
    assert limit(1, LimitUnit.YEARS).due(D(2024, 2, 29), CALENDAR).date == D(2025, 2, 28)


def test_a_deadline_in_an_unpublished_year_is_provisional():
    assert limit(15).due(D(2026, 12, 20), CALENDAR).provisional


@pytest.mark.parametrize(
    ("today", "stage", "used"),
    [
        (D(2026, 6, 1), Stage.RUNNING, 0),
        (D(2026, 6, 5), Stage.RUNNING, 4),
        (D(2026, 6, 8), Stage.HALF_USED, 5),
        (D(2026, 6, 14), Stage.HALF_USED, 9),
        (D(2026, 6, 15), Stage.DUE, 10),
        (D(2026, 6, 16), Stage.OVERDUE, 11),
        (D(2026, 6, 20), Stage.OVERDUE, 14),
        (D(2026, 6, 22), Stage.ESCALATED, 15),
    ],
)
def test_ten_working_days_from_1_june_pass_through_all_stages(today, stage, used):
    found = progress(limit(10).due(D(2026, 6, 1), CALENDAR), today=today, calendar=CALENDAR)
    assert (found.stage, found.used_days, found.all_days, found.percent) == (stage, used, 10, used * 10)


def test_the_dates_of_50_100_and_150_percent_can_be_planned_ahead():
    deadline = limit(10).due(D(2026, 6, 1), CALENDAR)
    assert deadline.date_at(50, CALENDAR) == CountedDay(D(2026, 6, 8), False)
    assert deadline.date_at(100, CALENDAR) == CountedDay(D(2026, 6, 15), False)
    assert deadline.date_at(150, CALENDAR) == CountedDay(D(2026, 6, 22), False)


def test_half_of_three_days_is_reached_on_the_second():
    assert limit(3).due(D(2026, 6, 12), CALENDAR).date_at(50, CALENDAR).date == D(2026, 6, 16)


@pytest.mark.parametrize(
    ("today", "stage", "used"),
    [(D(2026, 11, 27), Stage.DUE, 1), (D(2026, 11, 28), Stage.ESCALATED, 2)],
)
def test_one_day_that_counts_its_own_day_is_due_the_same_day_also_on_a_day_off(today, stage, used):
    deadline = limit(1, LimitUnit.DAYS_WITH_FIRST).due(D(2026, 11, 27), CALENDAR)
    found = progress(deadline, today=today, calendar=CALENDAR)
    assert (deadline.date, deadline.provisional) == (D(2026, 11, 27), False)
    assert (found.stage, found.used_days, found.all_days) == (stage, used, 1)
    assert [deadline.date_at(part, CALENDAR).date.day for part in (50, 100, 150)] == [27, 27, 28]


def test_the_half_of_a_limit_in_months_counts_calendar_days():
    deadline = limit(2, LimitUnit.MONTHS).due(D(2026, 7, 1), CALENDAR)  # 62 days
    assert deadline.date_at(50, CALENDAR).date == D(2026, 8, 1)


def test_a_saturday_after_the_last_friday_is_already_overdue():
    deadline = limit(4).due(D(2026, 6, 8), CALENDAR)
    assert deadline.date == D(2026, 6, 12)
    assert progress(deadline, today=D(2026, 6, 13), calendar=CALENDAR).stage is Stage.OVERDUE


def test_a_limit_of_no_days_is_refused_with_a_sentence():
    with pytest.raises(ClockError, match=r"clock\.limit_amount"):
        limit(0)


@given(st.dates(D(2026, 1, 1), D(2026, 12, 31)), st.integers(1, 40), st.sampled_from(LimitUnit), st.integers(0, 400))
def test_stage_and_planned_dates_agree(start, amount, unit, later):
    deadline = limit(amount, unit).due(start, CALENDAR)
    today = start + dt.timedelta(days=later)
    stage = progress(deadline, today=today, calendar=CALENDAR).stage
    assert (stage in (Stage.OVERDUE, Stage.ESCALATED)) == (today > deadline.date)
    if today >= deadline.date_at(50, CALENDAR).date:
        assert stage is not Stage.RUNNING
    else:
        assert stage is Stage.RUNNING
    assert (stage is Stage.ESCALATED) == (today > deadline.date and today >= deadline.date_at(150, CALENDAR).date)
