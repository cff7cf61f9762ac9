"""Divisions, addresses and telephone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ciyou.core.errors import CiyouError
from ciyou.core.linkage.addresses import AddressReading, parse_village
from ciyou.core.linkage.divisions import (
    NATION,
    clean_division,
    contains,
    enclosing_divisions,
    half_open_range,
    significant_digits,
)
from ciyou.core.linkage.phones import clean_phone


def test_a_division_of_any_length_becomes_12_digits():
    assert clean_division("513322") == "513322000000"
    assert clean_division(" '５１３３２２ ") == "513322000000"
    assert clean_division("513322.0") == "513322000000"
    assert clean_division("513322001002") == "513322001002"


@pytest.mark.parametrize("written", ["", None, "5133221", "05133", "甘孜", "990000", "000000", "1"])
def test_what_is_no_division_is_none(written):
    assert clean_division(written) is None


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("510000", 2),
        ("513300", 4),
        ("513322", 6),
        ("513322001000", 9),
        ("513322001002", 12),
        ("441900003000", 9),
        (NATION, 0),
    ],
)
def test_a_division_says_as_much_as_its_significant_digits(code, digits):
    assert significant_digits(code) == digits


def test_the_range_of_a_division_holds_exactly_what_lies_in_it():
    assert half_open_range("513322") == ("513322000000", "513323000000")
    assert half_open_range("51") == ("510000000000", "520000000000")
    assert half_open_range("659999999999") == ("659999999999", "660000000000")


def test_a_county_lies_in_its_city_and_province_but_not_in_the_next():
    assert contains("513300", "513322001002")
    assert contains("510000000000", "513322")
    assert contains(NATION, "513322")
    assert not contains("513322", "513300")
    assert not contains("513323", "513322001000")


def test_the_enclosing_divisions_go_from_the_smallest_to_the_nation():
    assert enclosing_divisions("513322001000") == (
        "513322001000", "513322000000", "513300000000", "510000000000", NATION,
    )  # fmt: skip


def test_a_code_of_the_wrong_length_is_refused_with_a_sentence():
    with pytest.raises(CiyouError, match=r"division\.code"):
        significant_digits("5133221")


codes = st.builds(
    lambda province, rest, level: f"{province}{rest:010d}"[:level].ljust(12, "0"),
    st.integers(11, 82),
    st.integers(0, 9_999_999_999),
    st.sampled_from([2, 4, 6, 9, 12]),
)


@given(codes, codes)
def test_range_and_containment_say_the_same(scope, code):
    low, high = half_open_range(scope)
    assert (low <= code < high) == contains(scope, code)


@given(codes)
def test_every_division_lies_in_all_that_enclose_it(code):
    assert all(contains(around, code) for around in enclosing_divisions(code))
    assert clean_division(code) == code


@pytest.mark.parametrize(
    ("address", "town", "village"),
    [
        ("四川省泸定县新桥乡枣树坪村委会5社", "新桥乡", "枣树坪村"),
        ("泸定县双河镇胜利村村委会小组", "双河镇", "胜利村"),
        ("幸福村10组", None, "幸福村"),
        ("泸定县太平镇下坝村６组３号", "太平镇", "下坝村"),
        ("贵州省镇远县舞阳镇新村", "舞阳镇", "新村"),
        ("江西省景德镇市浮梁县鹅湖镇桃岭村", "鹅湖镇", "桃岭村"),
        ("山东省青岛市李沧区李村街道东山社区居委会", "李村街道", "东山社区"),
        ("山东省济南市市中区泺源街道青年桥社区", "泺源街道", "青年桥社区"),
        ("福建省厦门市湖里区江头街道办事处园山社区", "江头街道", "园山社区"),
        ("内蒙古自治区锡林郭勒盟东乌珠穆沁旗乌里雅斯太镇巴彦图嘎嘎查", "乌里雅斯太镇", "巴彦图嘎嘎查"),
        ("四川省甘孜藏族自治州乡城县青山乡团结村4队", "青山乡", "团结村"),
        ("浙江省桐乡市乌镇镇民合村", "乌镇镇", "民合村"),
        ("四川省泸定县", None, None),
        ("", None, None),
    ],
)
def test_township_and_village_are_found_by_their_words(address, town, village):
    assert parse_village(address) == AddressReading(town, village)


@given(st.text("省市县区镇乡村街道社委会居旗中山河新一二123", max_size=40))
def test_any_address_is_read_without_an_error(address):
    found = parse_village(address)
    assert found.town is None or found.town in address


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("13812345678.0", "13812345678"),
        ("0836-3123456", "08363123456"),
        ("(010)62345678", "01062345678"),
        ("无、13812345678/13912345678", "13812345678"),
        ("13333333333", None),
        ("12345", None),
        ("", None),
        (None, None),
    ],
)
def test_the_first_telephone_number_of_a_cell_is_read(written, digits):
    assert clean_phone(written) == digits
