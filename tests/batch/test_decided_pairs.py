"""What people decided about pairs: followed by the next linking, found again in another delivery, put before them again where evidence contradicts."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from tests.batch.small_deliveries import (
    AS_OF,
    BIRTHS,
    CHILD,
    CHILD_ID,
    DEATHS,
    FAMILY,
    FATHER,
    FATHER_ID,
    HUKOU,
    MOTHER,
    SCHOOL,
    Results,
    id_number,
    screen_rosters,
    write_delivery,
)

from ciyou.batch.link import check_link, link_delivery
from ciyou.batch.linkage.decided_pairs import write_decisions
from ciyou.batch.linkage.record_keys import RECORD_KEY
from ciyou.batch.run_folder import open_run_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import Settings
from ciyou.core.errors import RunError

BORN = dt.date(2016, 7, 8)
STRANGER = {"name": "王皓轩", "birth_date": BORN, "sex": "male", "g1_name": "王建国", "g1_id": FATHER_ID}
"""On the school roll without a number, with the family's father, under a name that is not the child's."""


def link(folder, rosters, *decided):
    """Link a small delivery after these decisions: (pair as `pairs` holds it, verdict)."""
    folder.mkdir(parents=True, exist_ok=True)
    delivery = write_delivery(folder / "normalized", rosters)
    given = folder / "given.parquet"
    write_decisions(given, [(key_a, key_b, slot, verdict) for (key_a, key_b, slot), verdict in decided])
    settings = Settings(as_of=AS_OF, decisions=given if decided else None)
    with open_run_folder(folder / "out") as run_folder:
        run = link_delivery(run_folder, delivery, settings, RunRecord(watch_nothing))
    return Results(folder / "out", run)


def pair(run, rec_a, rec_b=None, kind="doubt"):
    """The keys of a pair that a run asks about."""
    wanted = f"AND rec_id_b = '{rec_b}'" if rec_b else ""
    (found,) = run.rows(
        f"SELECT key_a, key_b, slot_b FROM pairs WHERE rec_id_a = '{rec_a}' AND kind = '{kind}' {wanted}"
    )
    return found


@pytest.fixture
def doubtful(tmp_path):
    """A linking that asks whether a pupil is the family's child, and its rosters."""
    rosters = {HUKOU: FAMILY, SCHOOL: [STRANGER]}
    return link(tmp_path / "first", rosters), rosters


def test_a_pair_says_what_both_records_say_and_is_known_again(doubtful):
    run, _rosters = doubtful
    ((reason, told_a, told_b),) = run.rows("SELECT reason, told_a, told_b FROM pairs WHERE kind = 'doubt'")
    assert reason == "name_differs"
    assert (told_a["roster"], told_a["name"], told_a["g1_id"]) == (SCHOOL, "王皓轩", FATHER_ID)
    assert (told_b["roster"], told_b["name"], told_b["id_text"]) == (HUKOU, "王浩宇", CHILD_ID)
    assert run.person_of("education_school_roll-0") != run.person_of("police_hukou-2")


def test_same_joins_in_the_next_delivery_of_the_same_rosters(doubtful, tmp_path):
    run, _rosters = doubtful
    # Another month: the roll names another village, numbers its rows anew and has one more pupil before this one.
    moved = {**STRANGER, "village": "新村", "rec_id": "SR-77"}
    other = {"name": "赵一", "birth_date": dt.date(2012, 1, 1)}
    later = link(
        tmp_path / "second", {HUKOU: FAMILY, SCHOOL: [other, moved]}, (pair(run, "education_school_roll-0"), "same")
    )
    assert later.person_of("SR-77") == later.person_of("police_hukou-2")
    assert later.rows("SELECT rule, weight FROM links WHERE rec_id = 'SR-77'") == [("decided", 99)]
    assert later.rows("SELECT * FROM review") == []
    assert later.run["decisions_followed"] == {
        "given": 1, "found": 1, "joined": 1, "parted": 0, "contradicted": 0, "ambiguous": 0,
    }  # fmt: skip


def test_different_is_asked_no_more_and_cannot_tell_changes_nothing(doubtful, tmp_path):
    run, rosters = doubtful
    key = pair(run, "education_school_roll-0")
    apart = link(tmp_path / "apart", rosters, (key, "different"))
    assert apart.rows("SELECT * FROM review") == []
    assert apart.person_of("education_school_roll-0") != apart.person_of("police_hukou-2")
    unsure = link(tmp_path / "unsure", rosters, (key, "cannot_tell"))
    assert [row[0] for row in unsure.rows("SELECT reason FROM review")] == ["name_differs"]
    assert unsure.run["decisions_followed"]["given"] == 0


def test_a_record_that_says_something_else_about_whom_it_is_makes_an_old_decision_lapse(doubtful, tmp_path):
    run, _rosters = doubtful
    corrected = {**STRANGER, "id_no": id_number("2016-07-08", 99)}
    later = link(
        tmp_path / "second", {HUKOU: FAMILY, SCHOOL: [corrected]}, (pair(run, "education_school_roll-0"), "same")
    )
    assert later.person_of("education_school_roll-0") != later.person_of("police_hukou-2")
    assert (later.run["decisions_followed"]["given"], later.run["decisions_followed"]["found"]) == (1, 0)


def test_what_linking_joined_is_parted_where_it_was_no_number_that_joined(tmp_path):
    pupil = {"name": "王浩宇", "birth_date": BORN, "sex": "male", "g1_name": "王建国", "g1_id": FATHER_ID}
    rosters = {HUKOU: FAMILY, SCHOOL: [pupil]}
    first = link(tmp_path / "first", rosters)
    assert first.person_of("education_school_roll-0") == first.person_of("police_hukou-2")
    key = pair(first, "education_school_roll-0", kind="link")
    later = link(tmp_path / "second", rosters, (key, "different"))
    assert later.person_of("education_school_roll-0") != later.person_of("police_hukou-2")
    assert later.run["decisions_followed"]["parted"] == 1


def test_one_number_and_one_name_are_not_parted_but_told_first(tmp_path):
    rosters = {
        HUKOU: FAMILY,
        SCHOOL: [
            {"name": "王浩宇", "id_no": CHILD_ID},
            {"name": "王皓", "birth_date": BORN, "g1_name": "王建国", "g1_id": FATHER_ID},
        ],
    }
    first = link(tmp_path / "first", rosters)
    later = link(tmp_path / "second", rosters, (pair(first, "education_school_roll-0", kind="link"), "different"))
    assert later.person_of("education_school_roll-0") == later.person_of("police_hukou-2")
    assert later.rows("SELECT rec_id_a, reason FROM review WHERE rank = 1") == [
        ("education_school_roll-0", "decision_same_number")
    ]
    assert later.run["decisions_followed"]["contradicted"] == 1


def key_of(run, rec_id):
    """What a record of a delivery is known again by."""
    path = run.out.parent / "normalized" / f"{rec_id.rpartition('-')[0]}.parquet"
    return duckdb.sql(f"SELECT {RECORD_KEY} FROM '{path}' WHERE rec_id = '{rec_id}'").fetchall()[0][0]


def test_two_numbers_are_never_joined_whatever_was_decided(tmp_path):
    double = {**CHILD, "id_no": id_number("2016-07-08", 77)}
    rosters = {HUKOU: (*FAMILY, double)}
    first = link(tmp_path / "first", rosters)
    keys = (key_of(first, "police_hukou-2"), key_of(first, "police_hukou-3"), 0)
    later = link(tmp_path / "second", rosters, (keys, "same"))
    assert later.person_of("police_hukou-2") != later.person_of("police_hukou-3")
    assert [row[0] for row in later.rows("SELECT reason FROM review")] == ["decision_two_numbers"]


def test_a_second_birth_record_is_refused_until_those_two_were_compared(tmp_path):
    birth = {"name": "王浩宇", "birth_date": BORN, "sex": "male", "g1_name": "李秀梅"}
    other = {"name": "王国强", "birth_date": BORN, "sex": "male"}
    rosters = {HUKOU: FAMILY, BIRTHS: [birth, other]}
    first = link(tmp_path / "first", rosters)
    assert first.person_of("health_births-0") == first.person_of("police_hukou-2")
    child, one, two = (key_of(first, rec_id) for rec_id in ("police_hukou-2", "health_births-0", "health_births-1"))
    refused = link(tmp_path / "second", rosters, ((two, child, 0), "same"))
    assert refused.person_of("health_births-1") != refused.person_of("police_hukou-2")
    told = refused.rows("SELECT rec_id_a, rec_id_b FROM review WHERE reason = 'decision_two_records'")
    assert {frozenset(one) for one in told} == {
        frozenset(("health_births-1", "police_hukou-2")),
        frozenset(("health_births-0", "health_births-1")),
    }
    done = link(tmp_path / "third", rosters, ((two, child, 0), "same"), ((one, two, 0), "same"))
    assert done.person_of("health_births-1") == done.person_of("police_hukou-2")


def test_a_decision_about_a_parent_whom_a_record_names_reaches_that_parent(tmp_path):
    # The father stands in no roster of his own: only his child's record names him, with his number.
    death = {"name": "王建国", "sex": "male", "death_date": dt.date(2024, 1, 1), "birth_date": dt.date(1988, 4, 3)}
    rosters = {HUKOU: (MOTHER, CHILD), DEATHS: [death]}
    first = screen_rosters(tmp_path / "first", rosters)
    ((slot, told),) = first.rows("SELECT slot_b, told_b FROM pairs WHERE reason = 'near_adverse'")
    assert (slot, told["g1_name"]) == (1, "王建国")
    assert first.rows("SELECT moves_money FROM pairs WHERE reason = 'near_adverse'") == [(True,)]
    (key,) = first.rows("SELECT key_a, key_b, slot_b FROM pairs WHERE reason = 'near_adverse'")
    apart = link(tmp_path / "apart", rosters, (key, "different"))
    assert apart.rows("SELECT * FROM review WHERE reason = 'near_adverse'") == []
    later = link(tmp_path / "second", rosters, (key, "same"))
    father = later.rows(
        f"SELECT other_id FROM relations WHERE relation = 'father' AND person_id = '{later.person_of('police_hukou-1')}'"
    )
    assert father == [(later.person_of("health_deaths-0"),)]


def test_rows_that_say_the_same_of_two_people_are_nobodys_to_decide(doubtful, tmp_path):
    run, _rosters = doubtful
    twice = {HUKOU: FAMILY, SCHOOL: [STRANGER, dict(STRANGER)]}
    later = link(tmp_path / "second", twice, (pair(run, "education_school_roll-0"), "same"))
    joined = later.person_of("education_school_roll-0") == later.person_of("police_hukou-2")
    together = later.person_of("education_school_roll-0") == later.person_of("education_school_roll-1")
    counted = later.run["decisions_followed"]["ambiguous"]
    assert (joined, counted) == ((True, 0) if together else (False, 1))
    told = {row[0] for row in later.rows("SELECT reason FROM review")}
    assert ("decision_ambiguous" in told) == (not together)


def test_the_sample_mixes_what_was_joined_with_what_was_not_and_depends_on_the_day_only(doubtful, tmp_path):
    run, rosters = doubtful
    turns = run.rows("SELECT kind, turn FROM pairs WHERE turn IS NOT NULL ORDER BY turn")
    assert [turn for _kind, turn in turns] == list(range(1, len(turns) + 1))
    assert {kind for kind, _turn in turns} == {"doubt"}  # nothing else was joined in this delivery
    again = link(tmp_path / "again", rosters)
    assert (again.out / "pairs.parquet").read_bytes() == (run.out / "pairs.parquet").read_bytes()
    pupils = [{"name": "王浩宇", "id_no": CHILD_ID}]
    mixed = link(tmp_path / "mixed", {HUKOU: FAMILY, SCHOOL: [*pupils, STRANGER], DEATHS: [FATHER]})
    assert {row[0] for row in mixed.rows("SELECT kind FROM pairs WHERE turn IS NOT NULL")} == {"doubt", "link"}
    assert mixed.run["linked"][SCHOOL] == {"records": 2, "number": 1, "other": 0}


def test_a_file_that_holds_no_decisions_is_refused_before_anything_is_read(tmp_path):
    wrong = tmp_path / "decisions.parquet"
    wrong.write_bytes(b"key_a,key_b\n")
    with pytest.raises(RunError) as refused:
        check_link(tmp_path / "out", Settings(as_of=AS_OF, decisions=wrong))
    assert refused.value.problems[0].code == "run.decisions"
