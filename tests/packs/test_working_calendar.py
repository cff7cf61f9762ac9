"""The State Council's calendar as the installed tables give it."""

import datetime as dt

from ciyou.packs.calendar import load_working_calendar

D = dt.date


def test_the_spring_festival_of_2026_is_not_worked_and_its_make_up_saturday_is():
    calendar = load_working_calendar()
    assert not calendar.is_working_day(D(2026, 2, 17))
    assert calendar.is_working_day(D(2026, 2, 14))
    assert calendar.add_working_days(D(2026, 2, 13), 3).date == D(2026, 2, 25)


def test_published_years_are_found_in_the_tables_and_later_years_are_provisional():
    calendar = load_working_calendar()
    assert {2019, 2025, 2026} <= calendar.published_years
    beyond = max(calendar.published_years) + 1
    assert calendar.add_working_days(D(beyond, 3, 2), 5).provisional
    assert not calendar.add_working_days(D(2025, 9, 26), 3).provisional
