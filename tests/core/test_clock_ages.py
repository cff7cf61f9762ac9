"""Ages in full years: birthdays, leap days and the cutoffs that batch engines use."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ciyou.core.clock.ages import AgeRule, birth_cutoff, date_of_age, full_years
from ciyou.core.errors import ClockError

D = dt.date
dates = st.dates(D(1890, 1, 1), D(2140, 12, 31))
rules = st.builds(AgeRule, begins_day_after=st.booleans(), leap_day_on_1_march=st.booleans())
day_after = AgeRule(begins_day_after=True)
on_28_february = AgeRule(leap_day_on_1_march=False)


def test_a_child_turns_eighteen_on_the_birthday():
    assert full_years(D(2008, 5, 20), D(2026, 5, 19)) == 17
    assert full_years(D(2008, 5, 20), D(2026, 5, 20)) == 18
    assert date_of_age(D(2008, 5, 20), 18) == D(2026, 5, 20)


def test_under_the_other_reading_a_child_turns_eighteen_the_day_after_the_birthday():
    assert full_years(D(2008, 5, 20), D(2026, 5, 20), rule=day_after) == 17
    assert full_years(D(2008, 5, 20), D(2026, 5, 21), rule=day_after) == 18
    assert date_of_age(D(2008, 5, 20), 18, rule=day_after) == D(2026, 5, 21)


def test_a_child_of_29_february_turns_eighteen_on_1_march():
    assert full_years(D(2008, 2, 29), D(2026, 2, 28)) == 17
    assert full_years(D(2008, 2, 29), D(2026, 3, 1)) == 18
    assert date_of_age(D(2008, 2, 29), 18) == D(2026, 3, 1)
    assert date_of_age(D(2008, 2, 29), 16) == D(2024, 2, 29)


def test_a_place_may_read_29_february_as_28_february():
    assert full_years(D(2008, 2, 29), D(2026, 2, 28), rule=on_28_february) == 18
    assert date_of_age(D(2008, 2, 29), 18, rule=on_28_february) == D(2026, 2, 28)


def test_year_boundaries_are_not_birthdays():
    assert full_years(D(2008, 12, 31), D(2026, 1, 1)) == 17


def test_a_newborn_is_zero_and_a_future_child_below_zero():
    assert full_years(D(2026, 5, 20), D(2026, 5, 20)) == 0
    assert full_years(D(2026, 5, 20), D(2026, 5, 19)) == -1


def test_cutoff_of_adults_is_the_same_day_eighteen_years_before():
    assert birth_cutoff(D(2025, 9, 1), 18) == D(2007, 9, 1)
    assert birth_cutoff(D(2025, 9, 1), 18, rule=day_after) == D(2007, 8, 31)


def test_cutoff_leaves_out_the_leap_day_until_1_march():
    assert birth_cutoff(D(2026, 2, 28), 18) == D(2008, 2, 28)
    assert birth_cutoff(D(2026, 2, 28), 18, rule=on_28_february) == D(2008, 2, 29)
    assert birth_cutoff(D(2024, 2, 29), 18) == D(2006, 2, 28)
    assert birth_cutoff(D(2026, 3, 1), 18, rule=day_after) == D(2008, 2, 28)


@given(dates, dates, st.integers(-3, 130), rules)
@example(D(2008, 2, 29), D(2026, 2, 28), 18, AgeRule())
@example(D(2008, 2, 29), D(2026, 2, 28), 18, on_28_february)
@example(D(2008, 2, 29), D(2026, 3, 1), 18, AgeRule(True, False))
@example(D(2006, 3, 1), D(2024, 2, 29), 18, AgeRule())
def test_age_cutoff_and_date_of_age_say_the_same(birth, day, years, rule):
    old_enough = full_years(birth, day, rule=rule) >= years
    assert old_enough == (birth <= birth_cutoff(day, years, rule=rule))
    assert old_enough == (day >= date_of_age(birth, years, rule=rule))


@given(st.integers(1900, 2100), st.integers(0, 40), rules, st.sampled_from([-1, 0, 1, 2]))
def test_around_the_end_of_february_all_three_still_agree(birth_year, years, rule, offset):
    day = D(birth_year + years, 2, 28) + dt.timedelta(days=offset)
    for birth in (D(birth_year, 2, 27) + dt.timedelta(days=number) for number in range(5)):
        old_enough = full_years(birth, day, rule=rule) >= years
        assert old_enough == (birth <= birth_cutoff(day, years, rule=rule))
        assert old_enough == (day >= date_of_age(birth, years, rule=rule))


@pytest.mark.parametrize("years", [3000, -9000])
def test_dates_outside_the_calendar_are_refused_with_a_sentence(years):
    with pytest.raises(ClockError, match=r"clock\.outside_calendar"):
        birth_cutoff(D(2025, 9, 1), years)
    with pytest.raises(ClockError, match=r"clock\.outside_calendar"):
        date_of_age(D(2025, 9, 1), -years * 3)
