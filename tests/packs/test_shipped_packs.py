"""The shipped law: what holds where and when, worked out by hand from the published rows."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import FactState
from ciyou.core.rules.book import Standing
from ciyou.core.rules.interpreter import decide_all
from ciyou.packs import (
    load_documents,
    load_packs,
    load_parameter_rows,
    load_rule_book,
    load_rule_titles,
    load_statistics,
    load_vocabulary,
    overlay_key,
    pack_version,
    parameters_for,
    read_facts,
)
from ciyou.packs.checking import check_packs

TODAY = dt.date(2026, 6, 1)
CATEGORIES = {
    "orphan",
    "de_facto_unattended",
    "hiv_infected",
    "dibao_member",
    "near_dibao_member",
    "rigid_expenditure_member",
    "tekun",
    "disabled",
    "severely_ill",
    "left_behind",
    "migrant",
    "family_poverty",
    "guardianship_missing",
    "hiv_affected",
    "tekun_possible",
}
ENTITLEMENTS = {
    "orphan_living_allowance",
    "de_facto_living_allowance",
    "hiv_living_allowance",
    "single_person_dibao",
    "disability_living_subsidy",
    "disability_nursing_subsidy",
    "premium_subsidy_full",
    "premium_subsidy_fixed",
    "insurance_enrolment",
    "insurance_without_waiting",
    "medical_assistance",
    "medical_second_assistance",
    "major_illness_insurance_tilt",
    "tomorrow_plan",
    "rehabilitation_aid",
    "rehabilitation_items_aid",
    "compulsory_schooling",
    "free_last_preschool_year",
    "preschool_aid",
    "compulsory_living_aid",
    "senior_high_grant",
    "vocational_grant",
    "senior_high_waiver",
    "vocational_waiver",
    "orphan_study_grant",
    "special_education_funding",
    "home_delivered_schooling",
    "living_allowance_after_18",
    "tekun_support",
    "fast_emergency_aid",
    "temporary_aid_for_costs",
    "temporary_aid_recognized_family",
    "rental_housing_referral",
    "dibao_at_residence",
}


def _yuan(key, division, day, *, known_on=None):
    value = parameters_for(division=division, as_of=day, known_on=known_on)[key].value
    return None if value is None else value / 100


def test_the_shipped_packs_have_no_mistakes():
    report = check_packs()
    assert [problem.text("en") for problem in report.problems] == []
    assert report.cases > 300
    assert report.uses.idle == (), "written down and read by nothing: read it in a rule, or say what it informs"
    assert len(report.uses.decide) > len(report.uses.inform)


def test_all_agreed_rules_are_in_the_book():
    book = load_rule_book(division="35", as_of=TODAY)
    assert set(book.by_code) == CATEGORIES | ENTITLEMENTS


def test_every_rule_of_every_place_has_a_name_wherever_it_is_told():
    titles = load_rule_titles()
    of_places = {code for pack in load_packs().packs for code in pack.rules}
    assert of_places == set(titles)
    assert all(titles[code].name("zh") and titles[code].name("en") for code in of_places)
    assert titles["continued_study_grant"].name("en").startswith("Study grant after 18")


def test_each_rule_comes_after_the_rules_it_needs():
    seen = set()
    for rule in load_rule_book(division="35", as_of=TODAY).rules:
        assert set(rule.needs) <= seen
        seen.add(rule.code)


def test_hiv_rules_are_restricted():
    book = load_rule_book(division="35", as_of=TODAY)
    assert {code for code, rule in book.by_code.items() if rule.sensitivity == 5} == {
        "hiv_infected",
        "hiv_affected",
        "hiv_living_allowance",
    }


def test_no_decision_but_its_own_reads_the_hiv_fact():
    book = load_rule_book(division="35", as_of=TODAY)
    assert {rule.code for rule in book.rules if "hiv_infected" in rule.needs} == {"hiv_living_allowance"}


@pytest.mark.parametrize("name", ["imprisoned", "in_detox", "confined", "imprisoned.term_months", "in_detox.since"])
def test_the_village_is_never_asked_about_custody(name):
    assert load_vocabulary().get(Entity.MOTHER, name).askable == ("department",)


def test_the_village_is_never_asked_about_hiv():
    assert load_vocabulary().get(Entity.CHILD, "hiv_infected").askable == ("department",)


@pytest.mark.parametrize(
    ("day", "yuan"),
    [
        (dt.date(2024, 6, 30), 1700),
        (dt.date(2024, 7, 1), 1792),
        (dt.date(2025, 6, 30), 1792),
        (dt.date(2025, 7, 1), 1891),
    ],
)
def test_fujian_scattered_standard_changes_on_the_published_days(day, yuan):
    assert _yuan("orphan_scattered_standard", "350104", day) == yuan


def test_sichuan_retroactive_notice_gives_arrears_of_1500_for_ten_months():
    paid_on = dt.date(2024, 11, 1)
    months = [dt.date(2024, month, 1) for month in range(1, 11)]
    now = [_yuan("orphan_scattered_standard", "511902", month) for month in months]
    then = [1200] * 10
    assert sum(now) - sum(then) == 1500
    assert _yuan("orphan_scattered_standard", "511902", months[0], known_on=paid_on) is None


def test_day_of_issue_is_kept_with_a_retroactive_row():
    (row,) = [row for row in load_parameter_rows("orphan_scattered_standard") if row.source.id == "sc_2024_124"]
    assert row.issued_on == dt.date(2024, 11, 13) > row.valid_from


def test_a_city_may_pay_more_than_the_provincial_minimum_but_not_less():
    assert _yuan("orphan_institution_standard", "440305", dt.date(2024, 3, 1)) == 2560
    assert _yuan("orphan_scattered_standard", "511902", dt.date(2024, 3, 1)) == 1350


def test_a_weak_source_never_sets_an_amount():
    assert _yuan("orphan_scattered_standard", "510104", TODAY) == 1400


def test_a_parameter_known_only_from_a_weak_source_stays_open_and_names_it():
    value = parameters_for(division="130102", as_of=TODAY)["premium_full_tekun"]
    assert (value.value, value.standing, value.source.id) == (None, Standing.SUGGESTS, "gbf_2021_42")
    assert value.ask_zh and value.ask_en


def test_a_draft_decides_nothing_and_the_place_is_asked():
    value = parameters_for(division="620102", as_of=TODAY)["rigid_spending_percent"]
    assert (value.value, value.standing, value.source.id) == (None, Standing.SUGGESTS, "gansu_rigid_draft")
    assert value.ask_zh and value.ask_en


@pytest.mark.parametrize(
    ("key", "division", "value", "standing"),
    [
        ("vocational_grant_other_poor_percent", "510104", 20, Standing.DECIDES),
        ("price_subsidy_applies", "330102", True, Standing.FLAGGED),
        ("temporary_aid_once_a_year", "653101", True, Standing.FLAGGED),
        ("dibao_differing_registrations", "420102", "parents", Standing.DECIDES),
        ("long_term_care_months", "361102", 6, Standing.FLAGGED),
        ("screening_residence_months", "430102", 6, Standing.FLAGGED),
        ("medical_poverty_valid_months", "420102", 12, Standing.FLAGGED),
        ("de_facto_ending_grounds", "440102", 8, Standing.FLAGGED),
        ("home_count_limit", "410102", 1, Standing.FLAGGED),
        ("car_allowed", "410102", False, Standing.FLAGGED),
        ("assets_percent_of_income", "530102", 200, Standing.FLAGGED),
        ("autism_life_long_programme", "320102", True, Standing.FLAGGED),
        ("orphan_tuition_aid_limit", "610102", 1_000_000, Standing.FLAGGED),
        ("home_schooling_age_max", "370102", 15, Standing.DECIDES),
        ("other_difficulty_children_paid", "110101", True, Standing.DECIDES),
    ],
)
def test_what_one_place_says_stands_there_and_is_asked_elsewhere(key, division, value, standing):
    here, elsewhere = (parameters_for(division=one, as_of=TODAY)[key] for one in (division, "130102"))
    assert (here.value, here.standing) == (value, standing)
    assert elsewhere.value is None
    assert elsewhere.ask_zh and elsewhere.ask_en


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rigid_income_percent", 100),
        ("tekun_obligor_dibao_age", 60),
        ("tekun_obligor_poor_age", 70),
        ("insurance_no_claim_bonus", True),
        ("senior_grant_lowest", 120_000),
        ("senior_grant_highest", 350_000),
    ],
)
def test_what_the_nation_says_is_told_everywhere(key, value):
    told = parameters_for(division="130102", as_of=TODAY)[key]
    assert (told.value, told.standing) == (value, Standing.DECIDES)


@pytest.mark.parametrize(
    "key",
    [
        *("illness_list_de_facto", "illness_list_single_person", "illness_list_medical", "difficulty_kinds"),
        *("after_18_military_service", "child_percent_without_guardian", "child_percent_guardian_unable"),
        *("child_percent_disabled_or_ill", "medical_deductible_percent_near_dibao", "medical_aid_ratio_top"),
        *("medical_deductible_percent_poor_by_illness", "vocational_grant_all_rural"),
    ],
)
def test_what_was_not_seen_is_asked_of_the_place_and_never_made_up(key):
    for division in ("320102", "420102"):
        told = parameters_for(division=division, as_of=TODAY)[key]
        assert told.value is None and told.ask_zh and told.ask_en


def test_de_facto_standard_is_the_scattered_one_unless_the_place_has_its_own():
    assert _yuan("de_facto_standard", "350104", TODAY) == 1891
    assert _yuan("de_facto_standard", "500114", dt.date(2024, 1, 1)) == 1255


def test_national_averages_are_kept_but_never_paid():
    assert {row.source.kind for row in load_statistics("orphan_scattered_standard")} == {"statistic"}
    assert _yuan("orphan_scattered_standard", "130102", TODAY) is None


def test_no_standard_of_payment_cites_a_statistic():
    documents = load_documents()
    keys = parameters_for(division="35", as_of=TODAY)
    assert not [row for key in keys for row in load_parameter_rows(key) if documents[row.source.id].kind == "statistic"]


def test_divisions_of_one_overlay_share_their_rules():
    assert overlay_key("510104") == overlay_key("511902") == ("cn", "cn_51")
    assert overlay_key("130102") == ("cn",)
    one = load_rule_book(division="510104", as_of=TODAY)
    other = load_rule_book(division="511902", as_of=TODAY)
    assert one.rules is other.rules


def test_pack_version_is_stable_within_equal_files():
    assert pack_version() == check_packs().version


def test_rules_not_yet_in_force_are_absent_and_read_as_no():
    book = load_rule_book(division="350104", as_of=dt.date(2015, 1, 1))
    assert "migrant" not in book.by_code
    facts = read_facts({"child": {"birth_date": "2010-01-01", "dead": False}}, book.vocabulary)
    assert decide_all(book, FactState.on(book.as_of, facts))["dibao_member"].outcome == "undetermined"


def test_standing_of_a_rule_is_that_of_its_weakest_source():
    book = load_rule_book(division="35", as_of=TODAY)
    assert book.by_code["orphan"].standing is Standing.FLAGGED
    assert book.by_code["dibao_member"].standing is Standing.DECIDES


def test_every_source_a_predicate_cites_can_be_found_from_the_rule():
    rule = load_rule_book(division="35", as_of=TODAY).by_code["de_facto_unattended"]
    assert rule.source("mf_2020_125") is not None
