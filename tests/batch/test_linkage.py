"""Who is who: what is linked, what is set apart, what goes to a person for review."""

from __future__ import annotations

import datetime as dt

import pyarrow.parquet as pq
import pytest
from tests.batch.small_deliveries import (
    AS_OF,
    BIRTHS,
    CHILD,
    CHILD_ID,
    CUSTODY,
    DEATHS,
    FAMILY,
    FATHER,
    FATHER_ID,
    GUARDIANS,
    HUKOU,
    MOTHER,
    MOTHER_ID,
    SCHOOL,
    TWIN_ID,
    id_number,
    screen_rosters,
)
from tests.builders import make_delivery

from ciyou.batch.reading import screen_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import Settings

BORN = dt.date(2016, 7, 8)


def test_records_with_the_same_number_and_a_homophone_name_are_one_person(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, SCHOOL: [{"name": "王浩雨", "id_no": CHILD_ID}]})
    assert run.person_of("education_school_roll-0") == run.person_of("police_hukou-2")
    assert run.rows("SELECT rule, weight FROM links WHERE roster = 'education_school_roll'") == [
        ("same_id_and_name", 100)
    ]


def test_child_enrolled_under_its_mothers_number_is_not_merged_with_her_and_is_reviewed(tmp_path):
    school = {"name": "王浩宇", "id_no": MOTHER_ID, "birth_date": BORN}
    run = screen_rosters(tmp_path, {HUKOU: (FATHER, MOTHER), SCHOOL: [school]})
    assert run.person_of("education_school_roll-0") != run.person_of("police_hukou-1")
    assert ("education_school_roll-0", "same_id_other_name") in run.rows("SELECT rec_id_a, reason FROM review")


def test_unnamed_newborn_is_linked_by_birthday_and_mothers_number(tmp_path):
    birth = {"placeholder_of": "李秀梅", "birth_date": BORN, "sex": "male", "g1_name": "李秀梅", "g1_id": MOTHER_ID}
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, BIRTHS: [birth]})
    assert run.person_of("health_births-0") == run.person_of("police_hukou-2")
    assert run.rows("SELECT rule FROM links WHERE roster = 'health_births'") == [("birth_guardian_id",)]


def test_unnamed_newborn_of_a_mother_of_twins_is_linked_to_neither(tmp_path):
    twin = {**CHILD, "name": "王子涵", "id_no": TWIN_ID}
    birth = {"placeholder_of": "李秀梅", "birth_date": BORN, "sex": "male", "g1_name": "李秀梅", "g1_id": MOTHER_ID}
    run = screen_rosters(tmp_path, {HUKOU: (*FAMILY, twin), BIRTHS: [birth]})
    assert run.person_of("health_births-0") not in {run.person_of("police_hukou-2"), run.person_of("police_hukou-3")}
    assert {row[0] for row in run.rows("SELECT reason FROM review WHERE rec_id_a = 'health_births-0'")} == {
        "several_candidates"
    }


def test_two_valid_numbers_are_never_merged_however_alike_the_rest(tmp_path):
    double = {**CHILD, "id_no": id_number("2016-07-08", 77)}
    run = screen_rosters(tmp_path, {HUKOU: (*FAMILY, double)})
    assert run.person_of("police_hukou-2") != run.person_of("police_hukou-3")


def test_death_without_a_number_is_linked_to_the_only_person_of_that_name_and_birthday(tmp_path):
    death = {"name": "王建国", "birth_date": dt.date(1988, 3, 4), "sex": "male", "death_date": dt.date(2024, 1, 1)}
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, DEATHS: [death]})
    assert run.person_of("health_deaths-0") == run.person_of("police_hukou-0")


def test_death_without_a_number_is_linked_to_nobody_where_two_share_name_and_birthday(tmp_path):
    namesake = {**FATHER, "id_no": id_number("1988-03-04", 99), "household_no": "H2"}
    death = {"name": "王建国", "birth_date": dt.date(1988, 3, 4), "sex": "male", "death_date": dt.date(2024, 1, 1)}
    run = screen_rosters(tmp_path, {HUKOU: (*FAMILY, namesake), DEATHS: [death]})
    assert run.person_of("health_deaths-0") not in {run.person_of("police_hukou-0"), run.person_of("police_hukou-3")}
    assert run.rows("SELECT why FROM leads WHERE rec_id = 'health_deaths-0'") == [("adverse_record_alone",)]
    assert run.rows("SELECT count(*) FROM review WHERE rec_id_a = 'health_deaths-0'") != [(0,)]


def test_custody_of_a_guardian_who_stands_in_no_other_roster_reaches_the_child(tmp_path):
    custody = {
        "name": "王建国",
        "id_no": FATHER_ID,
        "custody_kind": "imprisoned",
        "start_date": dt.date(2024, 1, 1),
        "term_months": 60,
    }
    run = screen_rosters(tmp_path, {HUKOU: (MOTHER, CHILD), CUSTODY: [custody]})
    child, father = run.person_of("police_hukou-1"), run.person_of("justice_custody-0")
    assert run.rows(f"SELECT other_id FROM relations WHERE person_id = '{child}' AND relation = 'father'") == [
        (father,)
    ]


def test_father_known_by_name_only_is_the_man_of_that_name_in_the_household(tmp_path):
    child = {**CHILD, "g1_id": None}
    run = screen_rosters(tmp_path, {HUKOU: (FATHER, MOTHER, child)})
    found = run.rows(
        f"SELECT other_id FROM relations WHERE person_id = '{run.person_of('police_hukou-2')}' AND relation = 'father'"
    )
    assert found == [(run.person_of("police_hukou-0"),)]


def test_two_different_fathers_in_the_registers_leave_the_father_open_and_go_to_review(tmp_path):
    other = {"name": "赵国强", "id_no": id_number("1985-01-02", 55), "sex": "male", "household_no": "H9"}
    birth = {
        "name": "王浩宇",
        "birth_date": BORN,
        "g1_name": "李秀梅",
        "g1_id": MOTHER_ID,
        "g2_name": "赵国强",
        "g2_id": other["id_no"],
    }
    run = screen_rosters(tmp_path, {HUKOU: (*FAMILY, other), BIRTHS: [birth]})
    child = run.person_of("police_hukou-2")
    assert run.rows(f"SELECT count(*) FROM relations WHERE person_id = '{child}' AND relation = 'father'") == [(0,)]
    assert ("parents_conflict",) in run.rows("SELECT reason FROM review")


def test_person_ids_do_not_follow_from_id_numbers_and_stay_when_other_people_are_added(tmp_path):
    first = screen_rosters(tmp_path / "a", {HUKOU: FAMILY})
    second = screen_rosters(
        tmp_path / "b", {HUKOU: (*FAMILY, {"name": "陈静", "id_no": id_number("1970-01-02", 44), "household_no": "H5"})}
    )
    assert first.person_of("police_hukou-2") == second.person_of("police_hukou-2")


def test_every_record_stands_in_exactly_one_link(tmp_path):
    run = screen_rosters(
        tmp_path, {HUKOU: FAMILY, SCHOOL: [{"name": "某", **GUARDIANS}, {"name": "王浩宇", "birth_date": BORN}]}
    )
    assert run.rows("SELECT count(*), count(DISTINCT rec_id) FROM links") == [(5, 5)]


@pytest.mark.parametrize("born", [1958, 1942])
def test_grandparents_named_as_guardians_of_a_grandchild_are_not_taken_for_parents(tmp_path, born):
    """Nor do they become people by name only where they are too old to be parents."""
    head = {"name": "王德福", "id_no": id_number(f"{born}-01-02", 71), "sex": "male", "relation_to_head": "head"}
    wife = {
        "name": "周桂英",
        "id_no": id_number(f"{born + 2}-01-02", 82),
        "sex": "female",
        "relation_to_head": "spouse",
    }
    child = {
        **CHILD,
        "relation_to_head": "grandchild",
        "g1_name": "王德福",
        "g1_id": head["id_no"],
        "g2_name": "周桂英",
        "g2_id": wife["id_no"],
    }
    run = screen_rosters(tmp_path, {HUKOU: [head, wife, child]})
    person = run.person_of("police_hukou-2")
    found = run.rows(f"SELECT relation, other_id FROM relations WHERE person_id = '{person}' ORDER BY other_id")
    assert found == [("guardian", other) for other in sorted(map(run.person_of, ("police_hukou-0", "police_hukou-1")))]
    assert run.rows("SELECT count(*) FROM people") == [(3,)]


@pytest.mark.parametrize("seed", [1, 7])
def test_no_two_people_get_one_id_in_a_delivery_with_grandparents_and_wrong_numbers(tmp_path, seed):
    rosters = make_delivery(tmp_path, children=400, seed=seed, file_format="csv")
    out = tmp_path / "out"
    screen_folder(rosters, out=out, settings=Settings(as_of=AS_OF), record=RunRecord(watch_nothing))
    people = pq.read_table(out / "people.parquet", columns=["person_id"])["person_id"].to_pylist()
    assert len(people) == len(set(people))
