"""Before a file is opened: who may it be that stands already, in one's own area and elsewhere, and are the keys what the files say?"""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from ciyou.apps.audit.keys import change_keyring, keyring
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.registry.match_keys import make_all_match_keys, refresh_match_keys
from ciyou.apps.registry.models import IdentityDecision, MatchKey, Person, PersonEvent
from ciyou.apps.registry.readings import name_fields
from ciyou.apps.registry.resembling import people_resembling
from ciyou.apps.registry.services import (
    IncomingPerson,
    IncomingRelation,
    NewChild,
    merge_people,
    move_person,
    record_identifier,
    register_child,
    register_people,
    relate_people,
    unmerge_people,
)
from ciyou.apps.registry.told_files import Sought
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.vault.keyring import KeyUse
from tests.office import COUNTY, OTHER_COUNTY, VILLAGE, make_actor, make_person

pytestmark = pytest.mark.django_db
BORN = dt.date(2016, 5, 1)
ID_CARD, TWINS_ID = "110101201605010016", "110101201605010032"
ELSEWHERE = "990102001001"


def put_on_file(**changes):
    told = {"name": "王晓明", "sex": "male", "birth_date": BORN, "division": VILLAGE, **changes}
    return register_child(make_actor(), child=NewChild(key=uuid4(), **told))


def sought(**changes):
    return Sought(**{"name": "王晓明", "sex": "male", "birth_date": BORN, "division": VILLAGE, **changes})


def found(actor=None, **changes):
    return {one.person_id: one for one in people_resembling(actor or make_actor(), sought=sought(**changes))}


def keys_of(person):
    return set(MatchKey.objects.filter(person=person).values_list("key", flat=True))


@pytest.mark.parametrize(
    ("changes", "decision"),
    [
        pytest.param({}, "same", id="the same name, birthday and village"),
        pytest.param({"name": "王小明"}, "same", id="another character with the same sound"),
        pytest.param({"name": "汪晓明"}, "same", id="a surname that sounds alike in dialect"),
        pytest.param({"birth_date": dt.date(2016, 1, 5)}, "same", id="day and month swapped"),
        pytest.param({"name": "王晓亮"}, "doubtful", id="one character of the name differs"),
    ],
)
def test_a_child_that_is_written_otherwise_is_found(changes, decision):
    file = put_on_file()
    assert found(**changes)[file].decision == decision


def test_nobody_resembles_a_child_of_another_name_and_birthday():
    put_on_file()
    assert found(name="李秀英", birth_date=dt.date(2012, 3, 4), sex="female") == {}


def test_a_number_with_a_name_that_sounds_alike_decides():
    file = put_on_file(id_card=ID_CARD)
    one = found(name="王小明", birth_date=None, division="", id_card=ID_CARD)[file]
    assert (one.decision, one.rule, one.number) == ("same", "same_id_and_name", "1101**********0016")
    nameless = found(name="", id_card=ID_CARD)[file]
    assert (nameless.decision, nameless.rule) == ("same", "same_id_no_name")
    assert found(name="李梅之子", id_card=ID_CARD)[file].veto == "same_id_other_name"


def test_a_twin_with_a_number_of_its_own_is_never_the_same_child():
    file = put_on_file(id_card=ID_CARD)
    assert file not in found(name="王晓亮", id_card=TWINS_ID)
    assert found(id_card=TWINS_ID)[file].veto == "two_numbers"


def test_two_equally_near_are_both_doubtful():
    first, second = put_on_file(), put_on_file()
    assert {one.decision for one in found().values()} == {"doubtful"}
    assert set(found()) == {first, second}


def test_the_parents_name_tells_namesakes_apart():
    child, mother = (
        IncomingPerson("c1", "child", "王晓明", "male", BORN, VILLAGE),
        IncomingPerson("m1", "adult", "赵秀兰", "female", dt.date(1990, 2, 3), VILLAGE),
    )
    files = register_people(LOCAL_OPERATOR, people=[child, mother], source="police_hukou")
    relate_people(LOCAL_OPERATOR, relations=[IncomingRelation("c1", "mother", "m1", "police_hukou", 1.0)])
    namesake = put_on_file()
    answer = found(guardians=(("赵秀兰", ""),))
    assert answer[files["c1"]].decision == "same"
    assert answer[files["c1"]].guardians == ("赵秀兰",)
    assert answer[namesake].decision == "doubtful"


def test_a_file_elsewhere_is_told_of_masked_and_both_files_say_that_somebody_saw_a_likeness():
    other = make_person(**name_fields("王晓明"), sex="male", birth_date=BORN, division=ELSEWHERE)
    refresh_match_keys([other.id])
    one = found()[other.id]
    assert (one.card, one.masked_name, one.county, one.number) == (None, "王*明", "990102000000", "")
    new = put_on_file(apart_from=(other.id,), apart_because="namesake")
    told = PersonEvent.objects.get(person=other, kind="alike_registered")
    assert told.details == {"because": "namesake", "division": VILLAGE[:6]}
    assert PersonEvent.objects.get(person_id=new, kind="registered").details["because"] == "namesake"


def test_a_file_elsewhere_that_is_only_doubtful_is_not_told_of():
    other = make_person(**name_fields("王晓亮"), sex="male", birth_date=BORN, division=ELSEWHERE)
    refresh_match_keys([other.id])
    assert other.id not in found()


def test_a_protected_file_is_told_of_to_nobody_else():
    for division in (VILLAGE, ELSEWHERE):
        kept = make_person(**name_fields("王晓明"), sex="male", birth_date=BORN, division=division, restricted=True)
        refresh_match_keys([kept.id])
    assert found() == {}


def test_who_puts_nobody_on_file_asks_nothing():
    for role in ("auditor", "city_viewer", "partner"):
        with pytest.raises(AccessDenied):
            found(make_actor(role))


def test_why_a_child_is_none_of_those_shown_has_to_be_said():
    file = put_on_file()
    with pytest.raises(RecordError):
        put_on_file(apart_from=(file,))


def test_the_look_is_on_record_without_what_was_looked_for():
    file = put_on_file()
    found()
    entry = LogEntry.objects.get(action="search_resembling")
    assert [seen.person_id for seen in entry.persons.all()] == [str(file)]
    assert "王" not in entry.details


def test_nothing_of_a_name_can_be_read_from_the_keys():
    file = put_on_file()
    assert all(isinstance(key, int) for key in keys_of(file))
    assert len(keys_of(file)) >= 4


def test_keys_follow_a_change_of_name_place_number_and_family():
    person = IncomingPerson("c1", "child", "王晓明", "male", BORN, VILLAGE)
    file = register_people(LOCAL_OPERATOR, people=[person], source="police_hukou")["c1"]
    seen = [keys_of(file)]

    def changed():
        seen.append(keys_of(file))
        return seen[-1] != seen[-2]

    renamed = IncomingPerson("c1", "child", "李晓明", "male", BORN, VILLAGE)
    register_people(LOCAL_OPERATOR, people=[renamed], source="police_hukou")
    assert changed()
    move_person(make_actor(), person_id=file, division="990101002001", on=dt.date(2024, 1, 1))
    assert changed()
    record_identifier(make_actor(), person_id=file, kind="id_card", value=ID_CARD)
    assert changed()
    mother = IncomingPerson("m1", "adult", "赵秀兰", "female", None, VILLAGE)
    register_people(LOCAL_OPERATOR, people=[mother], source="police_hukou")
    relate_people(LOCAL_OPERATOR, relations=[IncomingRelation("c1", "mother", "m1", "police_hukou", 1.0)])
    assert changed()
    register_people(
        LOCAL_OPERATOR,
        people=[IncomingPerson("m1", "adult", "赵秀莲", "female", None, VILLAGE)],
        source="police_hukou",
    )
    assert changed()


def test_a_merge_leaves_keys_on_the_kept_file_only_and_an_undoing_puts_both_back():
    kept, dropped = put_on_file(), put_on_file(name="李文博")
    before = keys_of(kept), keys_of(dropped)
    drafter = make_actor()
    merge_people(drafter, keep=kept, drop=dropped, reason="registered_twice")
    assert keys_of(dropped) == set()
    assert set(found(name="李文博")) <= {kept}
    decision = IdentityDecision.objects.get(decision="merge")
    unmerge_people(drafter, decision_id=decision.id, reason="mistaken_choice")
    assert (keys_of(kept), keys_of(dropped)) == before


def test_files_without_keys_get_them_in_portions_and_a_second_run_changes_nothing():
    people = [make_person(**name_fields("王晓明"), sex="male", birth_date=BORN) for _ in range(3)]
    assert make_all_match_keys() == 1
    rows = sorted(MatchKey.objects.values_list("pk", flat=True))
    assert {row.person_id for row in MatchKey.objects.all()} == {person.id for person in people}
    make_all_match_keys()
    assert sorted(MatchKey.objects.values_list("pk", flat=True)) == rows


def test_under_a_new_index_key_files_are_found_before_and_after_their_keys_are_made_anew(settings, tmp_path):
    settings.KEY_FILE = tmp_path / "keys.json"
    file = put_on_file()
    Person.objects.filter(id=file).update(name_reading="")  # by its keys alone
    change_keyring(lambda ring: ring.rotated(KeyUse.INDEX))
    assert file in found()
    make_all_match_keys()
    assert set(MatchKey.objects.values_list("key_id", flat=True)) == {keyring().current(KeyUse.INDEX).id}
    assert file in found()


def test_another_county_sees_its_own_file_in_full():
    other = make_person(**name_fields("王晓明"), sex="male", birth_date=BORN, division=ELSEWHERE)
    refresh_match_keys([other.id])
    assert found(make_actor(division=OTHER_COUNTY))[other.id].card.name == "王晓明"
    assert found(make_actor(division=COUNTY))[other.id].card is None
