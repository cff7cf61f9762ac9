"""A file is found by name, reading or number, inside one's own area, and nobody reads the country name by name."""

from __future__ import annotations

import datetime as dt
import json
from uuid import uuid4

import pytest
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.registry.models import Identifier, Person, PersonEvent, SearchCount
from ciyou.apps.registry.readings import name_fields
from ciyou.apps.registry.searching import SEARCHES_PER_WINDOW, WINDOW, search_people, search_register
from ciyou.apps.registry.selectors import Sought, find_candidates, get_person, masked_identifiers
from ciyou.apps.registry.services import NewChild, PersonNotFound, record_identifier, register_child, reveal_identifier
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import AccessDenied, RecordError
from tests.office import OTHER_COUNTY, VILLAGE, make_actor, make_person

pytestmark = pytest.mark.django_db
ID_CARD = "110101201605010016"
OTHER_PLACE = "990102001001"


def named(name, **fields):
    return make_person(**name_fields(name), **fields)


def names(actor, text):
    return [one.name for one in search_people(actor, text=text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("单小雨", ["单小雨"]),
        ("单小", ["单小雨", "单小雪"]),
        ("小雨", ["单小雨"]),
        ("shanxiaoyu", ["单小雨"]),
        ("Shan Xiao", ["单小雪", "单小雨"]),
        ("sxy", ["单小雨"]),
        ("王五", []),
    ],
)
def test_a_child_is_found_by_name_reading_and_initials(text, found):
    named("单小雨")
    named("单小雪")
    named("单小雨", division=OTHER_PLACE)
    assert sorted(names(make_actor(), text)) == sorted(found)


def test_a_file_is_found_by_its_file_number_and_its_id_number():
    child, officer = named("单小雨"), make_actor()
    record_identifier(officer, person_id=child.id, kind="id_card", value="110101 20160501 0016")
    card = get_person(officer, person_id=child.id, purpose=Purpose.VERIFY)
    assert names(officer, card.file_number) == ["单小雨"]
    assert names(officer, card.file_number.lower()) == ["单小雨"]
    assert names(officer, ID_CARD) == ["单小雨"]


def test_one_character_is_not_enough():
    with pytest.raises(RecordError):
        search_people(make_actor(), text=" 王 ")


def test_more_than_twenty_are_not_shown_nor_counted():
    for _ in range(22):
        named("王小明")
    outcome = search_register(make_actor(), text="王小明")
    assert (len(outcome.people), outcome.more) == (20, True)


def test_an_id_number_on_file_elsewhere_is_told_to_those_who_register_and_goes_on_record():
    child = named("单小雨", division=OTHER_PLACE)
    record_identifier(make_actor(division=OTHER_COUNTY), person_id=child.id, kind="id_card", value=ID_CARD)
    outcome = search_register(make_actor(), text=ID_CARD)
    assert (outcome.people, outcome.elsewhere) == ((), True)
    entry = LogEntry.objects.filter(action="search_register").get()
    assert [seen.person_id for seen in entry.persons.all()] == [str(child.id)]
    assert ID_CARD not in entry.details
    assert search_register(make_actor("child_director"), text=ID_CARD).elsewhere is False


def test_a_restricted_file_is_not_found():
    named("单小雨", restricted=True)
    assert names(make_actor(), "单小雨") == []


def test_roles_that_see_no_persons_search_nothing():
    for role in ("city_viewer", "auditor", "sysadmin", "partner"):
        with pytest.raises(AccessDenied):
            search_people(make_actor(role), text="王小明")


def test_too_many_searches_in_ten_minutes_are_refused_with_a_sentence_and_possible_again_later():
    officer = make_actor()
    SearchCount.objects.create(user_id=officer.id, window_began_at=timezone.now(), count=SEARCHES_PER_WINDOW - 1)
    search_people(officer, text="王小明")
    with pytest.raises(RecordError) as refusal:
        search_people(officer, text="王小明")
    assert "请稍后再试" in refusal.value.text("zh")
    SearchCount.objects.update(window_began_at=timezone.now() - WINDOW)
    assert search_people(officer, text="王小明") == ()


def test_a_search_leaves_no_name_in_the_log():
    search_people(make_actor(), text="单小雨")
    entry = LogEntry.objects.get(action="search_register")
    assert json.loads(entry.details) == {"by": "name", "elsewhere": False, "found": 0}


def test_a_wrong_id_number_is_refused_with_a_sentence():
    with pytest.raises(RecordError) as refusal:
        record_identifier(make_actor(), person_id=make_person().id, kind="id_card", value="110101201605010017")
    assert "校验位" in refusal.value.text("zh")


def test_an_identifier_is_shown_masked_and_revealed_with_a_record():
    child, officer = make_person(), make_actor()
    number = record_identifier(officer, person_id=child.id, kind="id_card", value=ID_CARD)
    assert [one.masked for one in masked_identifiers(officer, person_id=child.id)] == ["1101**********0016"]
    assert ID_CARD.encode() not in bytes(Identifier.objects.get().cipher)
    assert reveal_identifier(officer, identifier_id=number, purpose=Purpose.DECIDE) == ID_CARD
    entry = LogEntry.objects.get(action="reveal_identifier")
    assert (entry.kind, entry.purpose, entry.fields) == ("disclosure", "decide", '["identifier.id_card"]')


def test_nobody_reveals_for_a_purpose_that_is_not_theirs_or_a_person_of_another_county():
    child = make_person()
    number = record_identifier(make_actor(), person_id=child.id, kind="phone", value="13800138000")
    with pytest.raises(AccessDenied):
        reveal_identifier(make_actor(), identifier_id=number, purpose=Purpose.AUDIT)
    with pytest.raises(PersonNotFound):
        reveal_identifier(make_actor(division=OTHER_COUNTY), identifier_id=number, purpose=Purpose.DECIDE)


def test_an_id_number_of_another_file_is_refused_and_both_files_hear_of_it():
    mine, theirs, officer = make_person(), make_person(division=OTHER_PLACE), make_actor()
    record_identifier(make_actor(division=OTHER_COUNTY), person_id=theirs.id, kind="id_card", value=ID_CARD)
    with pytest.raises(RecordError) as refusal:
        record_identifier(officer, person_id=mine.id, kind="id_card", value=ID_CARD)
    assert "其他地方建档" in refusal.value.text("zh")
    assert theirs.name not in refusal.value.text("zh")
    told = PersonEvent.objects.filter(kind="same_number_claimed")
    assert {event.person_id for event in told} == {mine.id, theirs.id}


def new_child(**fields):
    return NewChild(
        **{
            "key": uuid4(),
            "name": "单小雨",
            "sex": "male",
            "birth_date": dt.date(2016, 5, 1),
            "division": VILLAGE,
            "id_card": ID_CARD,
            **fields,
        }
    )


def test_a_child_registered_twice_by_the_same_form_is_one_file():
    officer, child = make_actor(), new_child()
    assert register_child(officer, child=child) == register_child(officer, child=child) == child.key
    row = Person.objects.get()
    assert (row.name_initials, row.events.get().kind) == ("sxy", "registered")
    assert get_person(make_actor("child_director"), person_id=row.id, purpose=Purpose.SERVE).name == "单小雨"


def test_before_a_file_is_opened_those_that_may_be_the_same_child_are_shown():
    officer = make_actor()
    first = register_child(officer, child=new_child())
    by_number = find_candidates(officer, sought=Sought("别的名字", id_card=ID_CARD))
    by_reading = find_candidates(officer, sought=Sought("单晓雨", birth_date=dt.date(2016, 5, 1)))
    assert [one.id for one in by_number] == [one.id for one in by_reading] == [first]
    with pytest.raises(RecordError):
        register_child(officer, child=new_child())


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "单"},
        {"sex": ""},
        {"birth_date": dt.date(1990, 1, 1)},
        {"division": "990000000000"},
        {"division": OTHER_PLACE},
        {"birth_date": dt.date(2016, 5, 2)},
        {"sex": "female"},
    ],
)
def test_what_cannot_be_a_childs_file_is_refused(fields):
    with pytest.raises(RecordError):
        register_child(make_actor(), child=new_child(**fields))
    assert not Person.objects.exists()
