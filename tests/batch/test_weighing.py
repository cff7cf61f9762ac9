"""What plain rules leave apart, weighed: joined where one person is clearly the nearest, asked where two are, left alone where none is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from tests.batch.small_deliveries import (
    BIRTHS,
    CHILD,
    CHILD_ID,
    DEATHS,
    FAMILY,
    FATHER,
    FATHER_ID,
    HUKOU,
    MOTHER,
    MOTHER_ID,
    SCHOOL,
    TWIN_ID,
    id_number,
    link_rosters,
)

from ciyou.batch.linkage.lunar import solar_of
from ciyou.batch.linkage.weights import tenths, weights_version
from ciyou.core.linkage.weighing import NAME_LEVELS

BORN = dt.date(2016, 7, 8)
BIRTH = {"birth_date": BORN, "sex": "male", "g1_name": "李秀梅", "g1_id": MOTHER_ID}
CHILD_OF_FAMILY = "police_hukou-2"
INSURANCE = "insurance_enrolment"
OTHER_YEAR = dt.date(2015, 7, 8)


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param(dt.date(2015, 7, 8), id="another year"),
        pytest.param(dt.date(2016, 8, 7), id="day and month swapped"),
        pytest.param(dt.date(2016, 1, 1), id="first of January"),
        pytest.param(dt.date(2016, 6, 5), id="lunar"),
    ],
)
def test_named_newborn_with_a_wrong_date_is_the_mothers_child_of_that_name(tmp_path, stated):
    run = link_rosters(tmp_path, {HUKOU: FAMILY, BIRTHS: [{**BIRTH, "name": "王浩宇", "birth_date": stated}]})
    assert run.person_of("health_births-0") == run.person_of(CHILD_OF_FAMILY)
    rule, reason = run.rows("SELECT rule, reason FROM links WHERE roster = 'health_births'")[0]
    assert rule == "weighed"
    assert "born +" in reason and reason.endswith("= " + reason.rsplit(" ", 1)[1])


def test_a_number_with_one_wrong_digit_speaks_for_its_owner(tmp_path):
    mistyped = CHILD_ID[:9] + str((int(CHILD_ID[9]) + 1) % 10) + CHILD_ID[10:]
    school = {"name": "王浩雨", "id_text": mistyped, "id_flag": "checksum", "g1_name": "王建国"}
    run = link_rosters(tmp_path, {HUKOU: FAMILY, SCHOOL: [school]})
    assert run.person_of("education_school_roll-0") == run.person_of(CHILD_OF_FAMILY)


def test_a_valid_number_that_denies_the_birth_date_beside_it_is_not_believed(tmp_path):
    school = {"name": "王浩宇", "id_no": id_number("1975-02-03", 41), "birth_date": BORN, "g1_name": "王建国"}
    run = link_rosters(tmp_path, {HUKOU: FAMILY, SCHOOL: [school]})
    assert run.person_of("education_school_roll-0") == run.person_of(CHILD_OF_FAMILY)


def test_a_valid_number_that_agrees_with_its_birth_date_is_believed(tmp_path):
    school = {"name": "王浩宇", "id_no": id_number("2016-07-08", 77), "birth_date": BORN, "g1_name": "王建国"}
    run = link_rosters(tmp_path, {HUKOU: FAMILY, SCHOOL: [school]})
    assert run.person_of("education_school_roll-0") != run.person_of(CHILD_OF_FAMILY)


def test_a_child_enrolled_under_its_mothers_number_is_found_by_name_and_mother(tmp_path):
    school = {"name": "王浩宇", "id_no": MOTHER_ID, "birth_date": None, "g1_name": "王建国", "sex": "male"}
    run = link_rosters(tmp_path, {HUKOU: FAMILY, SCHOOL: [school]})
    assert run.person_of("education_school_roll-0") == run.person_of(CHILD_OF_FAMILY)


def test_another_name_with_the_same_birthday_and_parents_may_be_a_twin_and_is_asked(tmp_path):
    run = link_rosters(tmp_path, {HUKOU: FAMILY, BIRTHS: [{**BIRTH, "name": "王文博"}]})
    assert run.person_of("health_births-0") != run.person_of(CHILD_OF_FAMILY)
    assert ("health_births-0", "name_differs") in run.rows("SELECT rec_id_a, reason FROM review")


def test_unnamed_newborn_is_neither_of_twins_although_the_mothers_number_stands_beside_one_only(tmp_path):
    twin = {**CHILD, "name": "王子涵", "id_no": TWIN_ID, "g2_id": None}
    unnamed = {**BIRTH, "placeholder_of": "李秀梅"}
    run = link_rosters(tmp_path, {HUKOU: (*FAMILY, twin), BIRTHS: [unnamed]})
    assert run.person_of("health_births-0") not in {run.person_of(CHILD_OF_FAMILY), run.person_of("police_hukou-3")}
    assert {row[0] for row in run.rows("SELECT rec_id_b FROM review WHERE rec_id_a = 'health_births-0'")} >= {
        CHILD_OF_FAMILY,
        "police_hukou-3",
    }


def test_brothers_who_share_parents_telephone_and_village_stay_two(tmp_path):
    home = {"phone": "13800000000", "village": "新民村", "town": "城关镇"}
    brother = {"name": "王文博", "birth_date": dt.date(2013, 2, 1), "sex": "male", "g1_name": "王建国", **home}
    run = link_rosters(tmp_path, {HUKOU: (FATHER, MOTHER, {**CHILD, **home}), SCHOOL: [brother]})
    assert run.person_of("education_school_roll-0") != run.person_of(CHILD_OF_FAMILY)


def test_questions_about_deaths_come_before_those_about_schools(tmp_path):
    namesake = {**FATHER, "id_no": id_number("1988-03-04", 99), "household_no": "H2"}
    double = {**CHILD, "id_no": id_number("2016-07-08", 97), "household_no": "H2"}
    death = {"name": "王建国", "birth_date": dt.date(1988, 3, 4), "sex": "male", "death_date": dt.date(2024, 1, 1)}
    school = {"name": "王浩宇", "birth_date": BORN, "sex": "male"}
    run = link_rosters(tmp_path, {HUKOU: (FATHER, MOTHER, CHILD, namesake, double), DEATHS: [death], SCHOOL: [school]})
    asked = [row[0] for row in run.rows("SELECT rec_id_a FROM review WHERE bits IS NOT NULL ORDER BY rank")]
    assert asked.index("health_deaths-0") < asked.index("education_school_roll-0")


def test_father_known_to_the_register_is_not_his_child_although_name_and_village_agree(tmp_path):
    child = {**CHILD, "name": "王建国"}
    school = {"name": "王建国", "g1_name": "李秀梅", "g1_id": MOTHER_ID}
    run = link_rosters(tmp_path, {HUKOU: (FATHER, MOTHER, child), SCHOOL: [school]})
    assert (
        run.person_of("education_school_roll-0")
        != run.rows(
            f"SELECT person_id FROM links JOIN people USING (person_id) WHERE rec_id = 'police_hukou-0' AND '{FATHER_ID}' <> ''"
        )[0][0]
    )


def test_a_shortened_name_under_the_mothers_number_does_not_make_one_person_of_her_and_her_child(tmp_path):
    mother = {**MOTHER, "name": "古丽巴哈尔买买提"}
    child = {"name": "古丽仙阿不都热依木", "id_no": MOTHER_ID, "birth_date": BORN}
    run = link_rosters(tmp_path, {HUKOU: [mother], SCHOOL: [child], INSURANCE: [{"name": "古丽", "id_no": MOTHER_ID}]})
    person = run.person_of("police_hukou-0")
    assert run.person_of(f"{INSURANCE}-0") == person
    assert run.person_of("education_school_roll-0") != person


def test_what_is_told_of_a_link_and_of_a_question_adds_up(tmp_path):
    delivery = {
        HUKOU: FAMILY,
        BIRTHS: [{**BIRTH, "name": "王文博"}, {**BIRTH, "name": "王浩宇", "birth_date": OTHER_YEAR}],
    }
    run = link_rosters(tmp_path, delivery)
    told = run.rows(
        "SELECT bits FROM review WHERE bits IS NOT NULL UNION ALL SELECT reason FROM links WHERE rule = 'weighed' AND reason <> rule"
    )
    assert len(told) > 1
    for (words,) in told:
        parts, total = words.split(" = ")
        assert sum(Decimal(part) for part in parts.split() if part[0] in "+-") == Decimal(total)


def test_a_date_read_in_the_farmers_calendar():
    assert solar_of(dt.date(2015, 1, 1)) == dt.date(2015, 2, 19)
    assert solar_of(dt.date(2015, 12, 31)) is None
    assert solar_of(None) is None


def test_every_level_of_names_has_a_weight_and_worse_levels_do_not_weigh_more():
    rarest = tenths("name", "rarest")
    by_rarity = {"same_reading", "close_reading", "look_alike"}
    weights = {
        level: tenths("name", level.value) + (rarest if level.value in by_rarity else 0)
        for level in NAME_LEVELS
        if level.value != "exact"
    }
    assert max(weights.values()) < rarest
    assert weights_version()
