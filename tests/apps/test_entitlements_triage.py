"""What would settle most: added up by place from what is determined, worked out by hand for three children, and who may know it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.entitlements.models import Determination, OpenTally, Outcome, TallyPlace
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.entitlements.tallies import keep_tallies
from ciyou.apps.entitlements.triage import triage_children, triage_of, triage_places
from ciyou.apps.registry.services import restrict_file
from ciyou.config.wiring import HANDLERS
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.rules.triage import Worth
from ciyou.packs import load_rule_book
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, make_actor, make_person

pytestmark = pytest.mark.django_db
DEAD, HELD, STAGE, GRADE = "father.dead", "mother.imprisoned", "child.school_stage", "child.disability_grade"
DE_FACTO, ALLOWANCE, AID = "de_facto_unattended", "de_facto_living_allowance", "compulsory_living_aid"
PURPOSE = Purpose.VERIFY


def child_with(*open_rules, division=VILLAGE):
    """A child whose determination leaves these rules open: (rule, kind, ceiling or None, the unknowns that decide it)."""
    person = make_person(division=division)
    now = timezone.now()
    made = Determination.objects.create(
        person=person, as_of=now.date(), division=division, pack_version="0", facts_hash="0", hash="0", content=b"",
        cause="load", known_at=now, made_at=now,
    )  # fmt: skip
    for rule, kind, ceiling, deciding in open_rules:
        Outcome.objects.create(
            determination=made, person=person, rule=rule, kind=kind, outcome="undetermined", basis="rostered",
            floor_fen=None if ceiling is None else 0, ceiling_fen=ceiling, deciding=deciding,
        )  # fmt: skip
    TallyPlace.objects.update_or_create(division=division, defaults={"stale": True})
    return person


@pytest.fixture
def three():
    """The first needs one fact; the second two; the third, in another village, one fact for a yearly aid of 1,250 yuan."""
    first = child_with((DE_FACTO, "category", None, [DEAD]), (ALLOWANCE, "entitlement", 148_400, [DEAD]))
    second = child_with((DE_FACTO, "category", None, [DEAD, HELD]), (ALLOWANCE, "entitlement", 100_000, [DEAD, HELD]))
    third = child_with((AID, "entitlement", 125_000, [STAGE]), division=OTHER_VILLAGE)
    keep_tallies()
    return first, second, third


def book(division=COUNTY):
    return load_rule_book(division=division, as_of=timezone.localdate())


def worths(actor, **query):
    return {line.key: line.worth for line in triage_of(actor, book=book(), **query).lines}


def test_a_county_sees_what_each_fact_settles_alone_and_what_only_with_others(three):
    assert worths(make_actor("county_drafter")) == {
        DEAD: Worth(2, 1, 1, 148_400, 0, 1, 100_000),
        STAGE: Worth(1, 1, 0, 10_416, 0, 0, 0),
        HELD: Worth(1, 0, 0, 0, 0, 1, 100_000),
    }


def test_the_most_money_comes_first(three):
    found = triage_of(make_actor("county_drafter"), book=book())
    assert [line.key for line in found.lines] == [DEAD, STAGE, HELD]


def test_a_roster_settles_what_all_its_facts_together_decide(three):
    found = triage_of(make_actor("county_drafter"), book=book(), by="rosters")
    told = {line.key: line.worth for line in found.lines}
    assert told["roster:health_deaths"] == Worth(2, 1, 1, 148_400, 0, 1, 100_000)
    assert told["roster:justice_custody"] == Worth(1, 0, 0, 0, 0, 1, 100_000)
    assert told["roster:education_school_roll"].alone_fen == 10_416


def test_each_fact_names_the_departments_and_the_rosters_that_tell_it(three):
    found = triage_of(make_actor("county_drafter"), book=book())
    stage = next(line for line in found.lines if line.key == STAGE)
    assert "education" in stage.suppliers
    assert stage.rosters == ("education_school_roll",)


def test_a_village_sees_its_own_numbers_and_only_what_it_may_be_asked(three):
    told = worths(make_actor("child_director", division=OTHER_VILLAGE))
    assert told == {STAGE: Worth(1, 1, 0, 10_416, 0, 0, 0)}
    vocabulary = book().vocabulary
    here = triage_of(make_actor("child_director"), book=book())
    assert all(
        vocabulary.get(*_pair(line.key)).sensitivity <= 3 or "village" in vocabulary.get(*_pair(line.key)).askable
        for line in here.lines
    )


def _pair(key):
    entity, _dot, name = key.partition(".")
    return entity, name


def test_another_county_sees_nothing(three):
    assert triage_of(make_actor("county_drafter", division=OTHER_COUNTY), book=book(OTHER_COUNTY)).lines == ()
    outside = triage_of(make_actor("county_drafter"), book=book(), place="990102001001")
    assert {line.key for line in outside.lines} == {DEAD, STAGE, HELD}  # a place outside changes nothing


@pytest.mark.parametrize("role", ["city_viewer", "auditor", "sysadmin"])
def test_a_role_that_verifies_nothing_sees_no_numbers(three, role):
    actor = make_actor(role)
    assert triage_of(actor, book=book()).lines == ()
    assert triage_places(actor, key=DEAD, book=book(), limit=9) == ()


def test_the_list_is_narrowed_by_who_can_answer(three):
    assert DEAD in worths(make_actor("county_drafter"), asked="department")
    assert worths(make_actor("county_drafter"), asked="place") == {}


def test_the_children_of_a_fact_come_with_the_most_first_and_nobody_of_elsewhere(three):
    first, second, _third = three
    actor = make_actor("county_drafter")
    assert [
        (one.division, one.worth.alone_children) for one in triage_places(actor, key=DEAD, book=book(), limit=9)
    ] == [(VILLAGE, 1)]
    found = triage_children(actor, key=DEAD, book=book(), division=VILLAGE, purpose=PURPOSE)
    assert [(one.card.id, one.alone, one.shared) for one in found] == [
        (first.id, (DE_FACTO, ALLOWANCE), ()),
        (second.id, (), (DE_FACTO, ALLOWANCE)),
    ]
    stranger = make_actor("child_director", division=OTHER_VILLAGE)
    assert triage_children(stranger, key=DEAD, book=book(), division=VILLAGE, purpose=PURPOSE) == ()


@pytest.mark.parametrize("key", ["child.hiv_infected", "child.no_such_fact", "param.no_such", "roster:x", "", "%"])
def test_what_nobody_is_told_has_neither_places_nor_children(three, key):
    actor = make_actor("county_drafter")
    assert triage_places(actor, key=key, book=book(), limit=9) == ()
    assert triage_children(actor, key=key, book=book(), division=VILLAGE, purpose=PURPOSE) == ()


def test_a_protected_file_leaves_the_numbers_once_the_worker_has_looked(three):
    first, _second, _third = three
    restrict_file(make_actor("county_reviewer"), person_id=first.id, reason="受害案件，须特别保护")
    for handler in HANDLERS["registry.protection_changed"]:
        handler(child_ids=[str(first.id)])
    assert TallyPlace.objects.get(division=VILLAGE).stale
    keep_tallies()
    assert worths(make_actor("county_drafter"))[DEAD] == Worth(1, 0, 0, 0, 0, 1, 100_000)
    found = triage_children(make_actor("county_reviewer"), key=DEAD, book=book(), division=VILLAGE, purpose=PURPOSE)
    assert first.id not in {one.card.id for one in found}


def test_only_places_where_something_changed_are_added_up_again_and_all_after_a_day(three):
    assert keep_tallies() == 0
    child_with((AID, "entitlement", 125_000, [GRADE]))
    assert keep_tallies() == 1
    assert GRADE in worths(make_actor("county_drafter"))
    assert keep_tallies(now=timezone.now() + dt.timedelta(hours=25)) == 2


def test_a_new_determination_leaves_its_place_to_be_added_up_again():
    child = make_person()
    determine_children(LOCAL_OPERATOR, child_ids=[child.id], as_of=timezone.localdate(), cause="load")
    assert TallyPlace.objects.get(division=VILLAGE).stale
    keep_tallies()
    keys = set(OpenTally.objects.values_list("key", flat=True))
    assert "child.hukou_division" in keys
    assert not [key for key in keys if "hiv" in key]


def test_the_list_of_a_county_asks_the_database_twice(three, django_assert_num_queries):
    actor = make_actor("county_drafter")
    here = book()
    with django_assert_num_queries(2):
        triage_of(actor, book=here)
