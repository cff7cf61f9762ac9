"""Cells read fast say the same as cells read plainly; tables of characters are those of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ciyou.batch.rosters.cells import CellReader
from ciyou.batch.rosters.csv_lines import parse_lines
from ciyou.batch.rosters.tables import pinyin_table, simplify_table
from ciyou.core.linkage.addresses import parse_village
from ciyou.core.linkage.phones import clean_phone

READER = CellReader()
PLACES = st.lists(
    st.sampled_from(
        [
            "云溪",
            "县",
            "清河",
            "镇",
            "柳湾",
            "村",
            "委会",
            "社区",
            "居",
            "三组",
            "12号",
            "街道",
            "办",
            "乡",
            "新",
            "市",
            "区",
            "省",
            "盟",
            "旗",
            "州",
            "嘎查",
            "（",
            "）",
            "，",
            "道",
            "社",
            "１",
        ]
    ),
    max_size=10,
).map("".join)


@given(PLACES)
def test_an_address_without_its_tail_names_the_same_places(address):
    assert READER.read_addresses([address])[0] == parse_village(address)


@given(st.text("0123456789-+ １", max_size=14))
def test_telephones_read_fast_are_those_of_the_core(text):
    assert READER.phones[text].value == clean_phone(text)


@given(st.lists(st.lists(st.text("a,\"\n 中'\r", max_size=6), min_size=3, max_size=3), max_size=6))
def test_no_text_whatever_stops_the_reading_or_loses_a_line(rows):
    lines = [",".join(row).replace("\n", "").replace("\r", "") for row in rows]
    found = list(parse_lines(lines, ",", first=1, width=3))
    assert [number for number, _ in found] == sorted({number for number, _ in found})
    assert not lines or found[0][0] == 1


@pytest.mark.parametrize(("character", "syllable"), [("重", "zhong"), ("吕", "lv"), ("中", "zhong"), ("鑫", "xin")])
def test_each_character_has_one_reading_without_tone(character, syllable):
    assert pinyin_table()[character] == syllable


def test_traditional_characters_become_simplified_and_standard_ones_stay():
    assert "陳國棟".translate(simplify_table()) == "陈国栋"
    assert "李乾".translate(simplify_table()) == "李乾"


def test_what_is_remembered_is_bounded():
    for number in range(70_000):
        READER.phones[str(number)]
    assert len(READER.phones) <= 60_000
