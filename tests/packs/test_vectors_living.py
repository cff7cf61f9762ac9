"""The worked vectors of the fact sheet on who a child is and what it lives on, against the shipped packs; (1)–(3) stand with the awards."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.core.facts.state import FactState
from ciyou.core.rules.interpreter import decide_all
from ciyou.packs import load_clocks, load_rule_book, read_facts
from ciyou.packs.calendar import load_working_calendar

TODAY = dt.date(2026, 6, 1)
FUJIAN, HANGZHOU = "350104", "330106"
ABLE = {
    **dict.fromkeys(("dead", "declared_dead", "declared_missing", "severely_ill", "imprisoned", "in_detox"), False),
    **dict.fromkeys(("confined", "lost_contact", "guardianship_revoked", "deported"), False),
    "disability_type": "none",
    "disability_grade": 0,
}
DEAD = {"dead": True}
CHILD = {"birth_date": "2014-05-05", "dead": False, "adopted": False, "parents_untraceable": False}


def decide(facts, *, division=FUJIAN, as_of=TODAY):
    book = load_rule_book(division=division, as_of=as_of)
    return decide_all(book, FactState.on(as_of, read_facts(facts, book.vocabulary)))


def outcome(rule, facts, **when):
    return decide(facts, **when)[rule].outcome


# -- vector 4: “severely disabled” is a different set in every programme ------------------------------------------------------
def test_vector_4_a_father_of_grade_3_physical_disability_beside_a_dead_mother_is_not_severely_disabled():
    father = {**ABLE, "disability_type": "limb", "disability_grade": 3}
    assert outcome("de_facto_unattended", {"child": CHILD, "father": father, "mother": DEAD}) == "no"


def test_vector_4_a_father_of_grade_4_intellectual_disability_beside_a_dead_mother_is_severely_disabled():
    father = {**ABLE, "disability_type": "intellectual", "disability_grade": 4}
    assert outcome("de_facto_unattended", {"child": CHILD, "father": father, "mother": DEAD}) == "yes"


@pytest.mark.parametrize(("grade", "expected"), [(3, "yes"), (4, "no")])
def test_vector_4_dibao_as_a_household_of_one_needs_grade_3_of_an_intellectual_disability(grade, expected):
    child = {**CHILD, "severely_ill": False, "disability_type": "intellectual", "disability_grade": grade}
    assert outcome("single_person_dibao", {"child": child, "household": {"near_dibao": True}}) == expected


# -- vector 5: the sixth month must be over --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("accepted", "asked_on", "expected"),
    [
        ("2026-01-31", dt.date(2026, 7, 31), "no"),
        ("2026-01-31", dt.date(2026, 8, 1), "yes"),
        ("2025-08-31", dt.date(2026, 2, 28), "no"),  # the last day of a shorter month stands for the 31st
        ("2025-08-31", dt.date(2026, 3, 1), "yes"),
    ],
)
def test_vector_5_lost_contact_counts_from_the_day_after_six_months(accepted, asked_on, expected):
    father = {**ABLE, "lost_contact": {"value": True, "since": accepted}}
    facts = {"child": CHILD, "father": father, "mother": DEAD}
    assert outcome("de_facto_unattended", facts, as_of=asked_on) == expected


# -- vector 6: the two subsidies for the disabled ----------------------------------------------------------------------------------
GRADE_1 = {"disability_type": "limb", "disability_grade": 1, "needs_long_term_care": True, "work_injury_nursing": False}


def test_vector_6_an_orphan_of_grade_1_has_the_nursing_subsidy_and_not_the_living_subsidy():
    child = {**CHILD, **GRADE_1, "recognized_tekun": False, "receives_full_child_allowance": True}
    found = decide({"child": child, "father": DEAD, "mother": DEAD, "household": {"dibao": True}})
    assert found["disability_living_subsidy"].outcome == "no"
    assert found["disability_nursing_subsidy"].outcome == "yes"


def test_vector_6_a_tekun_child_of_grade_1_has_neither():
    child = {**CHILD, **GRADE_1, "recognized_tekun": True, "receives_full_child_allowance": False}
    found = decide({"child": child, "father": ABLE, "mother": ABLE, "household": {"dibao": True}})
    assert found["disability_living_subsidy"].outcome == "no"
    assert found["disability_nursing_subsidy"].outcome == "no"


# -- vector 8: who is a migrant or left-behind child ---------------------------------------------------------------------------------
def test_vector_8_seven_months_in_another_district_of_the_same_city_make_no_migrant_child():
    child = {**CHILD, "hukou_division": "350203", "residence_division": "350206", "away_since": "2025-10-15"}
    assert outcome("migrant", {"child": child}, division="350206") == "no"
    from_elsewhere = {**child, "hukou_division": "360102"}
    assert outcome("migrant", {"child": from_elsewhere}, division="350206") == "yes"


@pytest.mark.parametrize(("as_of", "expected"), [(dt.date(2030, 5, 4), "yes"), (dt.date(2030, 5, 5), "no")])
def test_vector_8_at_sixteen_a_child_leaves_both_lists_and_stays_a_child_for_all_else(as_of, expected):
    away = {"working_away": True}
    migrant = {**CHILD, "hukou_division": "360102", "residence_division": "350206", "away_since": "2029-01-01"}
    left = {**CHILD, "hukou_division": FUJIAN, "residence_division": FUJIAN}
    assert outcome("migrant", {"child": migrant}, division="350206", as_of=as_of) == expected
    assert outcome("left_behind", {"child": left, "father": away, "mother": away}, as_of=as_of) == expected
    assert outcome("dibao_member", {"child": left, "household": {"dibao": True}}, as_of=as_of) == "yes"


# -- vector 12: small, fast emergency aid -----------------------------------------------------------------------------------------------
EMERGENCY = {
    "child": {**CHILD, "hukou_division": "520103", "residence_division": HANGZHOU},
    "household": {"emergency": True},
}


def test_vector_12_aid_to_a_child_from_elsewhere_is_capped_by_a_month_of_dibao_where_the_emergency_is():
    found = decide(EMERGENCY, division=HANGZHOU)["fast_emergency_aid"]
    assert (found.outcome, found.ceiling_fen) == ("yes", 125_900)
    assessed = {**EMERGENCY, "household": {"emergency": True, "emergency_need_fen": 500_000}}
    assert decide(assessed, division=HANGZHOU)["fast_emergency_aid"].amount_fen == 125_900


def test_vector_12_it_is_due_three_calendar_days_after_the_emergency_was_registered():
    clock = load_clocks(division=HANGZHOU)["fast_emergency_aid"]
    friday = dt.date(2026, 9, 25)  # before the days off of the National Day
    for day in (friday, dt.date(2026, 9, 30)):
        plan = clock.plan(day, load_working_calendar())
        assert (plan.due_on, plan.statutory_on) == (day + dt.timedelta(days=3),) * 2


def test_before_its_publication_there_is_no_such_aid():
    assert "fast_emergency_aid" not in load_rule_book(division=HANGZHOU, as_of=dt.date(2026, 1, 28)).by_code
