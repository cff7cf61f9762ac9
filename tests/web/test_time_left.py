"""How much time is left is told in the days in which the clock runs."""

from __future__ import annotations

import datetime as dt

from ciyou.web.work_wording import clock_left, days_left

FRIDAY = dt.date(2026, 11, 27)


def test_a_limit_in_calendar_days_counts_the_weekend():
    assert clock_left("fast_emergency_aid", dt.date(2026, 11, 30), FRIDAY) == "还剩 3 天（11月30日前）"
    assert clock_left("complete_emergency_aid", dt.date(2026, 11, 30), FRIDAY) == "还剩 1 个工作日（11月30日前）"


def test_a_kind_without_a_clock_is_told_in_working_days():
    assert clock_left("nothing_of_the_kind", dt.date(2026, 11, 30), FRIDAY) == "还剩 1 个工作日（11月30日前）"


def test_the_last_day_and_every_day_after_it():
    assert days_left(FRIDAY, FRIDAY) == "今天到期"
    assert days_left(dt.date(2026, 11, 21), FRIDAY) == "已超期 6 天（应于11月21日办结）"
