"""Persons, ties and facts of a screening come on file; the same load twice changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.apps.registry.models import Fact, Identifier, Person, PersonPlace
from ciyou.apps.registry.selectors import family_of, get_person, siblings_of, statements_of_child
from ciyou.apps.registry.services import (
    IncomingPerson,
    IncomingRelation,
    NewStatement,
    PersonNotFound,
    ensure_parent,
    record_facts,
    record_identifier,
    record_roster_facts,
    register_people,
    relate_people,
)
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.errors import AccessDenied
from tests.office import OTHER_COUNTY, VILLAGE, make_actor, make_person

pytestmark = pytest.mark.django_db
CHILD_ID = "110101201605010016"


def incoming(linkage_id="p1", **fields):
    return IncomingPerson(
        **{
            "linkage_id": linkage_id,
            "kind": "child",
            "name": "王小明",
            "sex": "male",
            "birth_date": dt.date(2016, 5, 1),
            "division": VILLAGE,
            **fields,
        }
    )


def load_family():
    people = [
        incoming("p1"),
        incoming("p2", name="王小红", birth_date=dt.date(2018, 1, 1)),
        incoming("f1", kind="adult", name="王大", birth_date=dt.date(1985, 3, 2), division="990101001003"),
    ]
    ids = register_people(LOCAL_OPERATOR, people=people, source="hukou")
    ties = [IncomingRelation(child, "father", "f1", "hukou", 0.9) for child in ("p1", "p2")]
    relate_people(LOCAL_OPERATOR, relations=ties)
    return ids


def statement(name, value, basis="rostered", **period):
    return NewStatement(name, value, basis, **period)


def test_a_loaded_child_is_on_file_with_the_reading_of_its_name():
    ids = register_people(LOCAL_OPERATOR, people=[incoming()], source="hukou")
    row = Person.objects.get()
    assert ids == {"p1": row.id}
    assert (row.name_reading, row.name_initials) == ("wangxiaoming", "wxm")
    assert get_person(make_actor(), person_id=row.id, purpose=Purpose.VERIFY).name == "王小明"


def test_the_same_persons_loaded_twice_stay_the_same_persons():
    first, second = load_family(), load_family()
    assert first == second
    assert Person.objects.count() == 3
    assert PersonPlace.objects.count() == 4  # two children, the father's own place and the place of his children


def test_a_person_whom_the_roster_places_elsewhere_moves_and_the_move_is_noted():
    load_family()
    register_people(LOCAL_OPERATOR, people=[incoming("p1", division="990101001002")], source="hukou")
    row = Person.objects.get(linkage_id="p1")
    assert row.division == "990101001002"
    assert row.events.get(kind="moved").details == {"from": VILLAGE, "to": "990101001002", "by": "roster"}
    father = Person.objects.get(linkage_id="f1")
    assert {(one.division, one.why) for one in father.places.all()} == {
        ("990101001003", "hukou"),
        (VILLAGE, "family"),
        ("990101001002", "family"),
    }


def test_a_file_opened_by_an_officer_is_taken_over_by_the_roster_that_knows_the_same_id_number():
    opened = make_person()
    record_identifier(make_actor(), person_id=opened.id, kind="id_card", value=CHILD_ID)
    load = [incoming("other", identifiers=(("id_card", CHILD_ID),))]
    assert register_people(LOCAL_OPERATOR, people=load, source="hukou")["other"] == opened.id
    assert Identifier.objects.count() == 1


def test_the_family_shows_father_and_siblings_of_the_same_father():
    ids = load_family()
    family = family_of(make_actor(), child_id=ids["p1"], purpose=Purpose.VERIFY)
    assert family.father.person.name == "王大"
    assert family.mother is None
    assert [one.name for one in siblings_of(make_actor(), child_id=ids["p1"], purpose=Purpose.VERIFY)] == ["王小红"]


def test_another_county_gets_the_same_answer_for_this_child_as_for_no_child():
    ids = load_family()
    stranger = make_actor(division=OTHER_COUNTY)
    with pytest.raises(PersonNotFound) as of_somebody:
        get_person(stranger, person_id=ids["p1"], purpose=Purpose.VERIFY)
    with pytest.raises(PersonNotFound) as of_nobody:
        get_person(stranger, person_id="6f9619ff-8b86-d011-b42d-00c04fc964ff", purpose=Purpose.VERIFY)
    assert str(of_somebody.value) == str(of_nobody.value)


def load_facts(*facts, run="r1", **options):
    return record_roster_facts(LOCAL_OPERATOR, facts=facts, run_id=run, **options)


def said(ids, child="p1", **options):
    found = statements_of_child(LOCAL_OPERATOR, child_id=ids[child], purpose=Purpose.VERIFY, **options)
    return {(one.entity.value, one.name): one.value for one in found}


def test_facts_of_a_parent_and_the_household_are_read_from_the_child():
    ids = load_family()
    made = load_facts(
        ("p1", statement("school_status", "enrolled"), "education"),
        ("p1", statement("household.dibao", True), "dibao"),
        ("f1", statement("dead", True), "health"),
        ("f1", statement("birth_date", "1985-03-02"), "hukou"),
        ("nobody", statement("dead", True), "health"),
    )
    assert made == 4
    assert said(ids) == {
        ("child", "school_status"): "enrolled",
        ("household", "dibao"): True,
        ("father", "dead"): True,
        ("father", "birth_date"): dt.date(1985, 3, 2),
    }


def test_loading_the_same_facts_again_records_nothing():
    load_family()
    facts = [("p1", statement("school_status", "enrolled"), "education"), ("f1", statement("dead", True), "health")]
    assert load_facts(*facts) == 2
    assert load_facts(*facts, run="r2") == 0
    assert Fact.objects.count() == 2


def test_what_a_roster_says_otherwise_or_no_more_ends_and_stays_readable():
    ids = load_family()
    load_facts(
        ("p1", statement("school_status", "enrolled"), "education"),
        ("p1", statement("household.dibao", True), "dibao"),
        ("p2", statement("household.dibao", True), "dibao"),
    )
    before = Fact.objects.first().recorded_at
    load_facts(
        ("p1", statement("school_status", "dropped_out"), "education"),
        ("p2", statement("household.dibao", True), "dibao"),
        run="r2",
    )
    assert said(ids) == {("child", "school_status"): "dropped_out"}
    assert said(ids, known_at=before)["household", "dibao"] is True


def test_a_roster_that_was_not_part_of_the_run_keeps_its_word():
    ids = load_family()
    load_facts(("p1", statement("household.dibao", True), "dibao"))
    load_facts(("p1", statement("school_status", "enrolled"), "education"), run="r2")
    assert said(ids)["household", "dibao"] is True
    load_facts(("p1", statement("school_status", "enrolled"), "education"), run="r3", sources=("education", "dibao"))
    assert ("household", "dibao") not in said(ids)


def test_an_unnamed_parents_facts_go_over_to_the_parent_whom_a_roster_names():
    child = register_people(LOCAL_OPERATOR, people=[incoming()], source="hukou")["p1"]
    officer = make_actor()
    unnamed = ensure_parent(officer, child_id=child, kind="father")
    assert ensure_parent(officer, child_id=child, kind="father") == unnamed
    record_facts(officer, person_id=unnamed, statements=[statement("dead", True, "verified")], source="registration")
    ids = load_family()
    assert ids["p1"] == child
    family = family_of(officer, child_id=child, purpose=Purpose.VERIFY)
    assert family.father.person.name == "王大"
    assert said(ids)["father", "dead"] is True
    assert get_person(officer, person_id=unnamed, purpose=Purpose.VERIFY).name == "王大"


def test_facts_are_not_readable_in_the_database():
    load_family()
    load_facts(("f1", statement("working_away", True), "village"))
    assert b"true" not in bytes(Fact.objects.get().value)


def test_a_village_worker_registers_nobody():
    actor = make_actor("child_director")
    with pytest.raises(AccessDenied):
        register_people(actor, people=[incoming()], source="hukou")
