"""Files that are compared, merged twice, moved away, protected on several grounds; workers that are named; accounts replaced."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.accounts.models import Division
from ciyou.apps.accounts.selectors import find_divisions
from ciyou.apps.registry.models import NamedAccess, PayeeAccount, Person, PersonEvent
from ciyou.apps.registry.selectors import (
    PersonNotFound,
    compare_children,
    earlier_payees,
    get_person,
    moved_away,
    protection_of,
    read_protection,
    visible_people,
)
from ciyou.apps.registry.services import (
    NewStatement,
    end_worker,
    ensure_parent,
    merge_people,
    move_person,
    name_worker,
    record_death,
    record_facts,
    record_payee,
    restrict_file,
    unrestrict_file,
)
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import AccessDenied, RecordError
from tests.office import OTHER_COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, make_actor, make_person, make_post

pytestmark = pytest.mark.django_db
CARD = "4111111111111111"
OTHER_CARD = "6228480000000000018"


def codes(caught):
    return [problem.code for problem in caught.value.problems]


def test_a_death_says_how_it_became_known_and_an_unknown_way_is_refused():
    officer, child = make_actor(), make_person()
    with pytest.raises(RecordError) as caught:
        record_death(officer, person_id=child.id, on=dt.date(2026, 3, 1), known_from="rumor")
    assert codes(caught) == ["registry.death_known"]
    record_death(officer, person_id=child.id, on=dt.date(2026, 3, 1), known_from="police")
    assert PersonEvent.objects.get(kind="died").details == {"known_from": "police"}


def test_nobody_moves_tomorrow():
    with pytest.raises(RecordError) as caught:
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        move_person(make_actor(), person_id=make_person().id, division=OTHER_VILLAGE, on=tomorrow)
    assert codes(caught) == ["registry.move_day"]


def test_only_whoever_moved_a_file_away_reads_where_it_went():
    mover, colleague, child = make_actor(), make_actor(), make_person()
    assert moved_away(mover, person_id=child.id) is None
    move_person(mover, person_id=child.id, division=OTHER_COUNTY, on=dt.date(2026, 1, 1))
    gone = moved_away(mover, person_id=child.id)
    assert (gone.division, gone.on, gone.leaves) == (OTHER_COUNTY, dt.date(2026, 1, 1), False)
    assert moved_away(colleague, person_id=child.id) is None
    assert moved_away(make_actor(division=OTHER_COUNTY), person_id=child.id) is None


def test_a_file_that_was_protected_later_elsewhere_does_not_read_as_moved_by_an_older_move():
    mover, child = make_actor("county_reviewer"), make_person()
    move_person(mover, person_id=child.id, division=OTHER_VILLAGE, on=dt.date(2026, 1, 1))
    restrict_file(make_actor("county_reviewer"), person_id=child.id, reason="侵害未成年人案件")
    assert moved_away(mover, person_id=child.id) is None


def test_two_files_stand_side_by_side_as_far_as_the_officer_reads_them():
    first, second = make_person(name="单小雨"), make_person(name="单晓雨")
    officer = make_actor()
    ensure_parent(officer, child_id=second.id, kind="father")
    record_facts(officer, person_id=first.id, statements=[NewStatement("boarding", True, "verified")], source="visit")
    found = compare_children(officer, first_id=first.id, second_id=second.id)
    assert (found.first.card.name, found.second.card.name) == ("单小雨", "单晓雨")
    assert [line.value for line in found.first.facts] == [True]
    assert (found.first.family.father, found.second.family.father is None) == (None, False)
    assert found.first.work == {"cases.Lead.person": 0, "cases.VisitedChild.person": 0}


def test_a_comparison_needs_two_childrens_files_of_the_area():
    child, officer = make_person(), make_actor()
    with pytest.raises(RecordError):
        compare_children(officer, first_id=child.id, second_id=child.id)
    with pytest.raises(RecordError):
        compare_children(officer, first_id=child.id, second_id=make_person(kind="adult").id)
    with pytest.raises(PersonNotFound):
        compare_children(officer, first_id=child.id, second_id=make_person(division=OTHER_COUNTY).id)
    with pytest.raises(AccessDenied):
        compare_children(make_actor("child_director"), first_id=child.id, second_id=make_person().id)


def test_a_merge_sent_twice_is_one_merge_and_the_other_way_round_is_told():
    first, second, officer = make_person(), make_person(), make_actor()
    assert merge_people(officer, keep=first.id, drop=second.id, reason="same_family")
    assert not merge_people(officer, keep=first.id, drop=second.id, reason="same_family")
    with pytest.raises(RecordError) as caught:
        merge_people(make_actor(), keep=second.id, drop=first.id)
    assert codes(caught) == ["registry.moved_on"]
    assert PersonEvent.objects.filter(kind="absorbed").count() == 1
    assert PersonEvent.objects.get(kind="absorbed").details["reason"] == "same_family"


def test_a_file_that_was_merged_elsewhere_meanwhile_is_not_merged_by_mistake():
    first, second, third, officer = make_person(), make_person(), make_person(), make_actor()
    merge_people(officer, keep=third.id, drop=second.id)
    with pytest.raises(RecordError) as caught:
        merge_people(officer, keep=first.id, drop=second.id)
    assert codes(caught) == ["registry.moved_on"]
    assert Person.objects.get(id=third.id).merged_into_id is None


def test_a_merge_needs_a_known_reason():
    with pytest.raises(RecordError) as caught:
        merge_people(make_actor(), keep=make_person().id, drop=make_person().id, reason="looks alike")
    assert codes(caught) == ["registry.merge_reason"]


def test_protection_needs_a_reason_and_whoever_protects_is_named_with_it():
    reviewer, child = make_actor("county_reviewer"), make_person()
    with pytest.raises(RecordError) as caught:
        restrict_file(reviewer, person_id=child.id, reason="  ")
    assert codes(caught) == ["registry.reason_short"]
    assert restrict_file(reviewer, person_id=child.id, reason="侵害未成年人案件")
    (worker,) = read_protection(reviewer, person_id=child.id).workers
    assert (worker.user_id, worker.why, worker.reason) == (reviewer.id, "case_worker", "侵害未成年人案件")
    assert not restrict_file(reviewer, person_id=child.id, reason="侵害未成年人案件")
    assert PersonEvent.objects.filter(kind="restricted").count() == 1


def test_opening_a_file_again_says_why():
    reviewer, child = make_actor("county_reviewer"), make_person()
    restrict_file(reviewer, person_id=child.id, reason="侵害未成年人案件")
    with pytest.raises(RecordError):
        unrestrict_file(reviewer, person_id=child.id, reason="because")
    assert unrestrict_file(reviewer, person_id=child.id, reason="case_closed")
    assert PersonEvent.objects.get(kind="unrestricted").details == {"ground": "case", "reason": "case_closed"}
    assert protection_of(reviewer, person_id=child.id, purpose=Purpose.PROTECT) == ()


def protected():
    reviewer, child = make_actor("county_reviewer"), make_person()
    restrict_file(reviewer, person_id=child.id, reason="侵害未成年人案件")
    return reviewer, child


def test_a_named_colleague_sees_the_file_until_the_last_day_and_nobody_else_of_the_village_does():
    reviewer, child = protected()
    director, other = make_actor("child_director"), make_actor("child_director")
    name_worker(reviewer, person_id=child.id, user_id=director.id, reason="负责本案的走访", until=timezone.localdate())
    assert get_person(director, person_id=child.id, purpose=Purpose.PROTECT)
    assert not visible_people(other, purpose=Purpose.PROTECT).exists()
    NamedAccess.objects.filter(user_id=director.id).update(ends_at=timezone.now())
    assert not visible_people(director, purpose=Purpose.PROTECT).exists()


def test_naming_the_same_colleague_twice_is_one_grant_and_a_new_day_takes_its_place():
    reviewer, child = protected()
    director = make_actor("child_director")
    wish = {"person_id": child.id, "user_id": director.id, "reason": "负责本案的走访"}
    first = name_worker(reviewer, **wish)
    assert name_worker(reviewer, **wish) == first
    name_worker(reviewer, **wish, until=timezone.localdate())
    running = [one for one in read_protection(reviewer, person_id=child.id).workers if one.user_id == director.id]
    assert [one.ends_at is None for one in running] == [False]


def test_only_posts_for_the_childs_place_that_see_persons_can_be_named():
    reviewer, child = protected()
    here, there = make_post("child_director"), make_post("child_director", division=OTHER_VILLAGE)
    desk = make_post("supervisor", division=TOWNSHIP)
    admin, next_door = make_post("sysadmin"), make_post("county_drafter", division=OTHER_COUNTY)
    offered = {post.user_id for post in read_protection(reviewer, person_id=child.id).colleagues}
    assert {here.user_id, desk.user_id} <= offered
    assert not {there.user_id, admin.user_id, next_door.user_id} & offered
    with pytest.raises(RecordError) as caught:
        name_worker(reviewer, person_id=child.id, user_id=str(there.user_id), reason="负责本案的走访")
    assert codes(caught) == ["registry.worker"]


def test_a_protected_file_keeps_one_named_worker():
    reviewer, child = protected()
    (only,) = read_protection(reviewer, person_id=child.id).workers
    with pytest.raises(RecordError) as caught:
        end_worker(reviewer, person_id=child.id, access_id=only.access_id)
    assert codes(caught) == ["registry.last_worker"]
    colleague = make_actor("county_reviewer")
    name_worker(reviewer, person_id=child.id, user_id=colleague.id, reason="接手这个案件")
    assert end_worker(reviewer, person_id=child.id, access_id=only.access_id)
    with pytest.raises(PersonNotFound):
        get_person(reviewer, person_id=child.id, purpose=Purpose.PROTECT)
    assert get_person(colleague, person_id=child.id, purpose=Purpose.PROTECT)


def test_a_grant_of_another_file_is_not_ended_from_here():
    reviewer, child = protected()
    _reviewer, other = protected()
    grant = NamedAccess.objects.get(person=other)
    with pytest.raises(PersonNotFound):
        end_worker(reviewer, person_id=child.id, access_id=grant.id)


def test_those_who_do_not_confirm_neither_protect_nor_name():
    child = make_person()
    for act in (
        lambda: restrict_file(make_actor(), person_id=child.id, reason="侵害未成年人案件"),
        lambda: name_worker(make_actor(), person_id=child.id, user_id="x", reason="负责本案的走访"),
        lambda: read_protection(make_actor("supervisor"), person_id=child.id),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_an_account_is_replaced_and_the_same_one_twice_is_one():
    child, officer = make_person(), make_actor()
    first = record_payee(officer, person_id=child.id, holder="李奶奶", bank="农信社", number=CARD)
    assert record_payee(officer, person_id=child.id, holder="李奶奶", bank="农信社", number=CARD) == first
    record_payee(officer, person_id=child.id, holder="李奶奶", bank="农业银行", number=OTHER_CARD)
    (before,) = earlier_payees(officer, person_id=child.id, purpose=Purpose.SERVE)
    assert (before.bank, before.masked) == ("农信社", "4111********1111")
    assert PayeeAccount.objects.filter(ended_at=None).count() == 1


def test_all_that_is_wrong_with_an_account_is_told_at_once():
    with pytest.raises(RecordError) as caught:
        record_payee(make_actor(), person_id=make_person().id, holder="", bank=" ", number="4111111111111112")
    assert codes(caught) == ["registry.card_holder", "registry.card_bank", "registry.card_number"]


def test_divisions_are_found_by_a_part_of_their_name_or_the_beginning_of_their_code():
    for code, name, level in (
        ("990100000000", "青山市", "city"),
        (OTHER_COUNTY, "石板县", "county"),
        (VILLAGE, "石板村", "village"),
    ):
        Division.objects.create(code=code, name=name, level=level)
    assert {code for code, _name in find_divisions("石板")} == {OTHER_COUNTY, VILLAGE}
    assert [code for code, _name in find_divisions("990102")] == [OTHER_COUNTY]
    assert find_divisions("石") == find_divisions("青山") == ()
