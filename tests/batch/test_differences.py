"""Who is missing: in one roster and not in another, or in two that cannot both be right."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from tests.batch.small_deliveries import (
    BIRTHS,
    CHILD,
    CHILD_ID,
    DEATHS,
    FAMILY,
    HUKOU,
    SCHOOL,
    id_number,
    screen_rosters,
)

from ciyou.core.errors import PackError
from ciyou.packs import load_differences
from ciyou.packs.pack_files import SHIPPED

INSURANCE, ASSISTANCE = "insurance_enrolment", "civil_affairs_assistance"
PUPIL = {"name": "王浩宇", "id_no": CHILD_ID, "school_status": "enrolled"}
OTHER_PUPIL = {"name": "赵一鸣", "id_no": id_number("2015-02-03", 41), "school_status": "enrolled"}
BORN = {**CHILD, "relation_to_head": None}
HELPED = {"name": "王浩宇", "id_no": CHILD_ID}


def found_by(run):
    return run.rows("SELECT difference, department, stands_in FROM differences ORDER BY difference")


def test_a_child_of_nine_on_no_school_roll_is_a_lead_that_says_so(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, SCHOOL: [OTHER_PUPIL]})
    assert ("on_no_school_roll", "education", [HUKOU]) in found_by(run)
    assert run.lead_of() == "on_no_school_roll"
    assert run.run["differences"]["on_no_school_roll"] == 1


def test_a_pupil_is_not_missing_and_nobody_is_from_a_roll_that_did_not_come(tmp_path):
    assert found_by(screen_rosters(tmp_path / "a", {HUKOU: FAMILY, SCHOOL: [PUPIL]})) == []
    run = screen_rosters(tmp_path / "b", {HUKOU: FAMILY})
    assert found_by(run) == []
    assert run.lead_of() is None


@pytest.mark.parametrize(
    ("born", "missing"), [("2018-09-01", 1), ("2018-09-02", 0), ("2010-09-01", 0), ("2010-09-02", 1)]
)
def test_school_is_asked_about_from_the_seventh_to_the_day_before_the_fifteenth_birthday(tmp_path, born, missing):
    child = {**CHILD, "id_no": id_number(born, 33)}
    run = screen_rosters(tmp_path, {HUKOU: (*FAMILY[:2], child), SCHOOL: [OTHER_PUPIL]})
    assert run.run["differences"].get("on_no_school_roll", 0) == missing


def test_a_child_with_a_birth_record_alone_is_not_registered(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY[:2], BIRTHS: [BORN]})
    assert ("born_not_registered", "police", [BIRTHS]) in found_by(run)


def test_a_newborn_of_a_week_is_not_missed_yet(tmp_path):
    week_old = {**BORN, "id_no": id_number("2025-08-25", 33)}
    run = screen_rosters(tmp_path, {HUKOU: FAMILY[:2], BIRTHS: [week_old]})
    assert "born_not_registered" not in run.run["differences"]


def test_a_child_who_died_is_looked_for_nowhere(tmp_path):
    dead = {"name": "王浩宇", "id_no": CHILD_ID, "death_date": dt.date(2024, 5, 5)}
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, SCHOOL: [OTHER_PUPIL], DEATHS: [dead]})
    assert found_by(run) == []


def test_a_dead_child_on_the_assistance_roll_is_the_countys_to_find_out(tmp_path):
    dead = {"name": "王浩宇", "id_no": CHILD_ID, "death_date": dt.date(2024, 5, 5)}
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, ASSISTANCE: [HELPED], DEATHS: [dead]})
    assert found_by(run) == [("assisted_after_death", "civil_affairs", [ASSISTANCE, DEATHS, HUKOU])]
    assert run.rows("SELECT division FROM differences") == [("513322000000",)]


def test_a_child_helped_in_two_counties_is_found_and_one_helped_twice_in_one_is_not(tmp_path):
    elsewhere = {**HELPED, "division": "513323000000"}
    run = screen_rosters(tmp_path / "a", {HUKOU: FAMILY, ASSISTANCE: [HELPED, elsewhere]})
    assert "assisted_in_two_counties" in run.run["differences"]
    run = screen_rosters(tmp_path / "b", {HUKOU: FAMILY, ASSISTANCE: [HELPED, HELPED]})
    assert "assisted_in_two_counties" not in run.run["differences"]


def test_no_insurance_is_the_bureaus_list_and_no_lead(tmp_path):
    run = screen_rosters(
        tmp_path, {HUKOU: FAMILY, SCHOOL: [PUPIL], INSURANCE: [{"name": "李秀梅", "id_no": FAMILY[1]["id_no"]}]}
    )
    assert ("insured_nowhere", "insurance") in [row[:2] for row in found_by(run)]
    assert run.lead_of() is None


def test_what_has_another_reason_too_keeps_the_stronger_one_first(tmp_path):
    dead = {"name": "李秀梅", "id_no": FAMILY[1]["id_no"], "death_date": dt.date(2024, 5, 5)}
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, SCHOOL: [OTHER_PUPIL], DEATHS: [dead]})
    assert run.lead_of() == "one_parent_adverse"
    person = run.person_of("police_hukou-2")
    assert run.rows(f"SELECT whys FROM leads WHERE person_id = '{person}'") == [
        (["on_no_school_roll", "one_parent_adverse"],)
    ]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("stands_in_any: [police_hukou]", "difference_everybody"),
        ("not_in: [police_hukou]", "difference_nobody"),
        ("stands_in_any: [police_hukou]\nnot_in: [health_births]\nfrom_years: 9\nbelow_years: 9", "difference_ages"),
    ],
)
def test_a_question_that_finds_everybody_or_nobody_is_refused(tmp_path, written, code):
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn", ignore=shutil.ignore_patterns("rosters"))
    (tmp_path / "cn" / "differences" / "odd.yaml").write_text(
        "code: odd\nname: {zh: 甲, en: A}\nmeasure: M20\ndepartment: police\nfrom: 2025-05-07\n"
        f"sources: [{{document: gbf_2025_18, confidence: M}}]\n{written}\n",
        encoding="utf-8",
    )
    with pytest.raises(PackError) as refused:
        load_differences(division="", root=tmp_path)
    assert code in {problem.code.rpartition(".")[2] for problem in refused.value.problems}
