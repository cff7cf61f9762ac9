"""Dates in rosters: many forms are read, nothing uncertain is guessed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ciyou.core.linkage.dates import DateFlag, DateForm, read_date

D = dt.date(2013, 9, 17)


@pytest.mark.parametrize(
    "written",
    [
        "2013-09-17", "20130917", "2013/9/17", "2013年9月17日", "2013.09.17", "２０１３－０９－１７", "2013-9-17", " 2013-09-17 ",
        "2013-09-17 00:00:00", "2013-09-17T00:00:00", "2013/9/17 0:00", "'2013-09-17", "2013 年 9 月 17 日", "20130917.0",
        "41534", "41534.0", "二〇一三年九月十七日", "二零一三年九月十七日", "17/09/2013", "9/17/2013",
    ],
)  # fmt: skip
def test_one_day_in_all_its_forms(written):
    assert (read_date(written).flag, read_date(written).date) == (DateFlag.VALID, D)


def test_spreadsheet_serials_are_read_only_between_1930_and_2050():
    assert read_date("10959").date == dt.date(1930, 1, 1)
    assert read_date("55153").date == dt.date(2050, 12, 31)
    assert read_date("10958").flag is DateFlag.MALFORMED
    assert read_date("55154").flag is DateFlag.MALFORMED
    assert read_date("41534").form is DateForm.SPREADSHEET_SERIAL


def test_chinese_numerals_to_thirty_one():
    assert read_date("二〇〇八年十二月三十一日").date == dt.date(2008, 12, 31)
    assert read_date("一九九八年十月二十日").date == dt.date(1998, 10, 20)
    assert read_date("二〇二四年元月十日").date == dt.date(2024, 1, 10)
    assert read_date("二〇二四年二一十月十日").flag is DateFlag.MALFORMED


def test_day_and_month_first_is_ambiguous_unless_only_one_is_a_date():
    found = read_date("03/04/2013")
    assert (found.flag, found.date) == (DateFlag.AMBIGUOUS, None)
    assert found.candidates == (dt.date(2013, 3, 4), dt.date(2013, 4, 3))
    assert read_date("04/04/2013").date == dt.date(2013, 4, 4)


@pytest.mark.parametrize("written", ["13-09-17", "99.1.2", "08年1月2日"])
def test_two_digit_years_are_ambiguous(written):
    assert read_date(written).flag is DateFlag.AMBIGUOUS


@pytest.mark.parametrize("written", ["2013-02-30", "2013-13-05", "20131305", "1899-12-31", "1900-01-01", "30/30/2013"])
def test_impossible_days_are_not_repaired(written):
    assert (read_date(written).flag, read_date(written).date) == (DateFlag.IMPOSSIBLE, None)


@pytest.mark.parametrize("written", ["2013-09", "2013年9月", "2013", "201309", "2013-09-00", "20130000", "2013.9"])
def test_a_date_without_its_day_is_partial(written):
    assert read_date(written).flag is DateFlag.PARTIAL


@pytest.mark.parametrize("written", ["农历2013年8月13日", "二〇一三年腊月初八", "2013年闰四月5日"])
def test_lunar_dates_are_not_read_as_solar(written):
    assert (read_date(written).flag, read_date(written).date) == (DateFlag.LUNAR, None)


@pytest.mark.parametrize("written", ["", None, "无", "不详", "-", "0000-00-00", "null"])
def test_nothing_is_missing(written):
    assert read_date(written).flag is DateFlag.MISSING


@pytest.mark.parametrize("written", ["abc", "2013-9/17", "九月十七日", "1234", "123456789"])
def test_other_texts_are_malformed_or_partial_but_never_a_date(written):
    assert read_date(written).date is None


@given(st.dates(dt.date(1900, 1, 2), dt.date(2100, 12, 31)))
def test_every_day_reads_back_in_every_form(day):
    forms = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y.%m.%d}",
        f"{day.isoformat()} 00:00:00",
        day.isoformat().translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ]
    assert {read_date(form).date for form in forms} == {day}


@given(st.text(max_size=20))
def test_any_text_is_read_without_an_error_and_only_valid_has_a_date(text):
    found = read_date(text)
    assert (found.date is not None) == (found.flag is DateFlag.VALID)
