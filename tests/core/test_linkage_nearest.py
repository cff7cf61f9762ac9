"""Who of those that stand somebody is: clearly the nearest, several to be looked at, or nobody."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ciyou.batch.linkage.weights import linkage_weights
from ciyou.core.linkage.nearest import Decision, find_nearest
from ciyou.core.linkage.told import Told, ToldKin, ToldRecord

BORN = dt.date(2016, 7, 8)
PLACE = {"county": "513322", "town": "513322001", "village": "513322001001"}
NUMBER, TWINS_NUMBER = "51332220160708033", "51332220160708035"
MOTHER = ToldKin("51332219900506022", "李秀梅", "li xiu mei")


def told(name="王浩宇", reading="wang hao yu", *, number="", born=BORN, kin=(), **record):
    one = ToldRecord(
        **{"name": name, "reading": reading, "unnamed": not name, "sex": "male", "digits": number, **PLACE, **record}
    )
    return Told((one,), (born,) if born else (), kin=tuple(kin), number=number)


def nearest(seeker, **standing):
    found = find_nearest(seeker, standing, weights=linkage_weights(), rarity=lambda _reading: 100)
    return {one.key: (one.decision, one.rule or one.veto) for one in found}


def test_name_birthday_and_village_are_one_person():
    assert nearest(told(), a=told(number=NUMBER)) == {"a": (Decision.SAME, "name_birth_village")}


def test_what_no_plain_rule_joins_is_weighed():
    other_day = told(number=NUMBER, kin=[MOTHER])
    assert nearest(told(born=dt.date(2016, 8, 7), kin=[MOTHER]), a=other_day) == {"a": (Decision.SAME, "weighed")}


def test_two_equally_near_are_for_a_person_to_decide():
    found = nearest(told(), a=told(number=NUMBER), b=told(number="51332220160708051"))
    assert {decision for decision, _ in found.values()} == {Decision.DOUBTFUL}


def test_another_given_name_on_the_same_day_may_be_a_twin():
    twin = told("王文博", "wang wen bo", number=NUMBER, kin=[MOTHER])
    assert nearest(told(kin=[MOTHER]), a=twin) == {"a": (Decision.DOUBTFUL, "name_differs")}


def test_an_unnamed_newborn_of_a_mother_of_twins_is_neithers():
    twins = {
        "a": told(number=NUMBER, kin=[MOTHER]),
        "b": told("王文博", "wang wen bo", number=TWINS_NUMBER, kin=[MOTHER]),
    }
    found = nearest(told("", "", kin=[MOTHER]), **twins)
    assert {decision for decision, _ in found.values()} == {Decision.DOUBTFUL}


def test_two_valid_numbers_are_two_people():
    assert nearest(told(number=TWINS_NUMBER), a=told(number=NUMBER)) == {"a": (Decision.DOUBTFUL, "two_numbers")}
    assert nearest(told("王文博", "wang wen bo", number=TWINS_NUMBER), a=told(number=NUMBER)) == {}


@pytest.mark.parametrize(
    ("name", "reading", "expected"),
    [
        ("王浩雨", "wang hao yu", (Decision.SAME, "same_id_and_name")),
        ("李文博", "li wen bo", (Decision.DOUBTFUL, "same_id_other_name")),
    ],
)
def test_one_number_needs_names_that_agree(name, reading, expected):
    assert nearest(told(name, reading, number=NUMBER), a=told(number=NUMBER)) == {"a": expected}


def test_a_number_without_a_name_is_known_unless_the_birth_date_beside_it_is_another():
    nameless, standing = told("", "", number=NUMBER, unnamed=False), told(number=NUMBER)
    assert nearest(nameless, a=standing) == {"a": (Decision.SAME, "same_id_no_name")}
    assert nearest(told("", "", number=NUMBER), a=standing) == {"a": (Decision.DOUBTFUL, "same_id_other_name")}
    other_day = replace(nameless, births=(BORN, dt.date(2016, 7, 9)))
    assert nearest(other_day, a=standing) == {"a": (Decision.DOUBTFUL, "same_id_other_name")}


def test_a_number_finds_the_file_that_has_none_yet():
    assert nearest(told(number=NUMBER), a=told()) == {"a": (Decision.SAME, "name_birth_village")}


def test_somebody_else_is_nobody():
    assert (
        nearest(told(), a=told("赵文博", "zhao wen bo", born=dt.date(2011, 1, 3), village="", town="", number=NUMBER))
        == {}
    )


FATHER, OTHER_MAN = (
    ToldKin("51332219880304011", "王建国", "wang jian guo"),
    ToldKin("51332219850102015", "赵国强", "zhao guo qiang"),
)


def test_a_shared_mother_beside_two_different_fathers_is_for_a_person_to_decide():
    same = {"a": told(number=NUMBER, kin=[MOTHER, FATHER])}
    assert nearest(told(kin=[MOTHER, FATHER]), **same) == {"a": (Decision.SAME, "name_birth_guardian_id")}
    assert nearest(told(kin=[MOTHER, OTHER_MAN]), **same) == {"a": (Decision.DOUBTFUL, "name_differs")}


def test_a_grandmother_who_has_the_child_is_not_another_mother_where_the_fathers_number_was_stated():
    grandmother = ToldKin("51332219600202022", "拉措", "la cuo", stated=False)
    known = {"a": told(number=NUMBER, kin=[FATHER, grandmother])}
    assert nearest(told(kin=[MOTHER, FATHER]), **known) == {"a": (Decision.SAME, "name_birth_guardian_id")}
    assert nearest(told(kin=[MOTHER]), **known) == {"a": (Decision.DOUBTFUL, "name_differs")}
    by_name = replace(FATHER, stated=False)
    known = {"a": told(number=NUMBER, kin=[by_name, grandmother])}
    assert nearest(told(kin=[MOTHER, FATHER]), **known) == {"a": (Decision.DOUBTFUL, "name_differs")}


def test_whoever_is_known_by_number_brings_what_stands_under_it():
    """Alone the new record may be both files'; but the numbered one has other parents than the other."""
    numbered, other = told(number=NUMBER, kin=[FATHER]), told(kin=[OTHER_MAN])
    assert nearest(told(number=NUMBER), b=other)["b"][0] is Decision.SAME
    found = nearest(told(number=NUMBER), a=numbered, b=other)
    assert found["a"] == (Decision.SAME, "same_id_and_name")
    assert found["b"][0] is Decision.DOUBTFUL


def test_a_second_birth_record_is_not_the_same_childs():
    newborn = told("", "", kin=[MOTHER], roster="health_births")
    assert nearest(newborn, a=told(number=NUMBER, kin=[MOTHER])) == {"a": (Decision.SAME, "birth_guardian_id")}
    born = told(number=NUMBER, kin=[MOTHER], roster="health_births")
    assert nearest(newborn, a=born) == {"a": (Decision.DOUBTFUL, "one_to_one_taken")}


def test_a_birth_that_may_be_a_twins_who_stands_is_not_the_one_who_comes():
    birth = told("", "", kin=[MOTHER], roster="health_births")
    twin = told("王文博", "wang wen bo", number=TWINS_NUMBER, kin=[MOTHER])
    coming = told(number=NUMBER, kin=[MOTHER])
    assert nearest(coming, a=birth) == {"a": (Decision.SAME, "birth_guardian_id")}
    assert nearest(coming, a=birth, b=twin)["a"] == (Decision.DOUBTFUL, "several_candidates")


def test_a_file_without_a_number_is_no_rival_of_one_that_plain_rules_join():
    newborn = told("", "", kin=[MOTHER], roster="health_births")
    by_name = told("王浩沙", "wang hao sha", kin=[replace(MOTHER, number="")])
    found = nearest(newborn, a=told(number=NUMBER, kin=[MOTHER]), b=by_name)
    assert found["a"] == (Decision.SAME, "birth_guardian_id")
    assert found.get("b", (Decision.DOUBTFUL, ""))[0] is Decision.DOUBTFUL


def test_of_two_births_one_is_a_childs_and_only_where_it_is_clearly_nearer():
    birth = told("", "", kin=[MOTHER], roster="health_births")
    coming = told(number=NUMBER, kin=[MOTHER])
    assert set(nearest(coming, a=birth, b=birth).values()) == {(Decision.DOUBTFUL, "one_to_one_taken")}
    named = told(kin=[MOTHER], roster="health_births")
    assert nearest(coming, a=birth, b=named) == {
        "a": (Decision.DOUBTFUL, "one_to_one_taken"),
        "b": (Decision.SAME, "name_birth_guardian_id"),
    }


def test_a_childs_second_birth_record_is_doubtful_where_its_number_brings_the_first():
    birth = told("", "", kin=[MOTHER], roster="health_births")
    known = told(number=NUMBER, kin=[MOTHER], roster="health_births")
    found = nearest(told(number=NUMBER, kin=[MOTHER]), a=birth, b=known)
    assert found == {"a": (Decision.DOUBTFUL, "one_to_one_taken"), "b": (Decision.SAME, "same_id_and_name")}
