"""The rule book says everything that stands in the packs, in both languages, and never a code where words belong."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from ciyou.core.rules.reciting import Said
from ciyou.core.rules.words import Phrase
from ciyou.packs import load_rule_titles
from ciyou.packs.loading import load_packs
from ciyou.packs.rulebook import (
    count_by_measure,
    list_dates,
    list_parameters,
    list_places,
    list_sources,
    load_index,
    load_rule_page,
    place_words,
    text_here,
)

DAY = dt.date(2026, 11, 26)
HAN = re.compile(r"[\u3400-\u9fff]")
CODE = re.compile(r"[a-z]+_[a-z_]+")


def told(said: Said) -> list[str]:
    """Every line of a text with its depth, in English."""
    found = []

    def add(one, depth):
        found.append("  " * depth + one.words.en)
        for part in one.parts:
            add(part, depth + 1)

    add(said, 0)
    return found


def phrases(value):
    """Every phrase in a page, whatever it stands in."""
    if isinstance(value, Phrase):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from phrases(one)
    elif hasattr(value, "__dataclass_fields__") and type(value).__module__.startswith("ciyou."):
        for name in value.__dataclass_fields__:
            yield from phrases(getattr(value, name))


def test_an_amount_is_read_aloud_line_by_line_with_the_values_of_its_place():
    text = text_here("orphan_living_allowance", division="350104", as_of=dt.date(2026, 6, 1))
    assert told(text.amount) == [
        "Child: the local orphan rate",
        "  The first case that applies",
        "    If: Child: Raised in a child welfare institution: yes",
        "      Then: Monthly standard of an orphan in an institution (¥2,335.00)",
        "    Otherwise",
        "      Monthly standard of an orphan living in society (¥1,891.00)",
    ]


def test_a_place_that_widens_tiers_or_switches_off_a_rule_is_told_beside_the_nation():
    page = load_rule_page("de_facto_living_allowance", as_of=DAY)
    assert [(text.place.en, text.change) for text in page.texts] == [("Nation", "new"), ("Jilin", "tier")]
    assert page.paying.places == (Phrase("全国", "Nation"), Phrase("重庆市", "Chongqing"))
    free_year = load_rule_page("free_last_preschool_year", as_of=DAY)
    assert [(text.place.en, text.change) for text in free_year.texts] == [("Nation", "new"), ("Tibet", "off")]
    assert text_here("free_last_preschool_year", division="54", as_of=DAY) is None


def test_an_earlier_text_is_told_with_the_law_of_its_own_time():
    page = load_rule_page("senior_high_grant", as_of=DAY)
    assert all(text.condition is not None for text in page.texts)
    not_in_force = [line for text in page.texts for line in told(text.condition) if "not in force" in line]
    assert not_in_force == []


def test_a_rule_says_which_rules_it_uses_and_which_use_it():
    orphan = load_rule_page("orphan", as_of=DAY)
    assert "orphan_living_allowance" in {one.code for one in orphan.used_by}
    assert "orphan" in {one.code for one in load_rule_page("orphan_living_allowance", as_of=DAY).uses}


def test_accepted_findings_stand_with_the_rule_they_are_about():
    findings = load_rule_page("premium_subsidy_full", as_of=DAY).accepted
    assert [one.what.en for one in findings] == ["Imprecise"]
    assert told(findings[0].covers)[0] == "Any of these"


def test_a_weak_value_is_shown_and_never_taken_for_the_answer():
    entry = next(one for one in list_parameters() if one.key == "dibao_at_residence")
    assert [(line.place.en, line.standing.value) for line in entry.lines] == [("Shenzhen", "suggests")]
    assert "place of residence" in entry.ask.en


def test_every_rule_every_parameter_and_every_document_is_in_the_book():
    pack_set = load_packs()
    index = load_index()
    assert {line.code for entry in index.measures for line in entry.lines} == set(load_rule_titles())
    assert {one.key for one in list_parameters()} == set(pack_set.table.definitions)
    assert {one.source.id for one in list_sources()} == set(pack_set.documents)
    assert {one.code for one in list_places()} == {pack.code for pack in pack_set.packs}
    days = {version.valid_from for pack in pack_set.packs for rule in pack.rules.values() for version in rule.versions}
    assert days <= {one.day for one in list_dates()}
    assert sum(cases for _rules, _texts, cases in count_by_measure().values()) == index.cases


def test_every_version_of_every_text_and_every_row_is_told():
    pack_set = load_packs()
    for code in load_rule_titles():
        written = sum(len(pack.rules[code].versions) for pack in pack_set.packs if code in pack.rules)
        assert len(load_rule_page(code, as_of=DAY).texts) == written, code
    assert sum(len(one.lines) for one in list_parameters()) == len(pack_set.table.rows)


@pytest.mark.parametrize("code", sorted(load_rule_titles()))
def test_both_languages_are_complete_and_no_code_stands_for_words(code):
    said = list(phrases(load_rule_page(code, as_of=DAY)))
    assert said
    # Documents are cited by their own numbers and titles, which exist in Chinese only; everything else is in both languages.
    cited = [HAN.sub("", one.en) for one in said if "号" in one.en or "（" in one.en]
    english = [one.en for one in said if not HAN.search(one.en)]
    assert [one for one in said if not one.zh or not one.en] == []
    assert [text for text in (*english, *cited) if CODE.search(text)] == []
    assert [one.zh for one in said if CODE.search(one.zh)] == []


def test_places_are_called_by_name_and_else_by_the_name_of_the_wider_place():
    assert place_words("").en == "Nation"
    assert place_words("140106000000").en == "Taiyuan 140106"
    assert place_words("430902").en == "Yiyang 430902"
    assert place_words("62").zh == "甘肃省"
    assert place_words("990101").en == "division 990101"
