"""Screening campaigns: who is asked, one visit for brothers and sisters, a no that is respected, and a close that leaves nobody without a reason."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ciyou.apps.audit.models import OutboxEvent
from ciyou.apps.care import campaign_following
from ciyou.apps.care.asking import NewAnswers, record_answers
from ciyou.apps.care.campaign_closing import open_missing_closings
from ciyou.apps.care.campaign_following import (
    on_child_died,
    on_child_of_age,
    on_people_merged,
    on_person_moved,
    on_protection_changed,
    on_workers_changed,
)
from ciyou.apps.care.campaign_visits import record_unasked
from ciyou.apps.care.campaigning import NewCampaign, close_campaign, open_campaign
from ciyou.apps.care.models import Campaign, CampaignChild, FilledQuestionnaire
from ciyou.apps.care.refusals import CampaignNotFound
from ciyou.apps.cases.models import Task
from ciyou.apps.oversight.loops import read_loops
from ciyou.apps.registry.merging import merge_people
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.named_access import end_named_access, grant_named_access
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.packs import load_questionnaires
from tests.case_builders import file_sibling
from tests.office import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, file_child, make_actor, make_person

pytestmark = pytest.mark.django_db
PSC = load_questionnaires(division=VILLAGE)["psc_17"]


def today():
    return timezone.localdate()


def wanted(**fields) -> NewCampaign:
    said = {"id": uuid.uuid4(), "instrument": "psc_17", "division": TOWNSHIP, "from_on": today()}
    return NewCampaign(**{**said, "until_on": today() + dt.timedelta(days=20), **fields})


def campaign(**fields) -> uuid.UUID:
    return open_campaign(make_actor("county_drafter"), wanted=wanted(**fields))


def ask(actor, child_id, digits="0" * 17, on=None):
    answers = dict(zip(PSC.scoring.items, digits, strict=True))
    given = NewAnswers(uuid.uuid4(), "psc_17", answers, "guardian_agreed", on or today())
    return record_answers(actor, child_id=child_id, given=given)


def standing(campaign_id) -> dict:
    return {row.person_id: (row.state, row.reason) for row in CampaignChild.objects.filter(campaign=campaign_id)}


def open_visits() -> list:
    return list(Task.objects.filter(kind="ask_in_campaign", state="open").order_by("created_at", "subject_id"))


def test_everybody_whom_it_fits_is_asked_and_brothers_and_sisters_at_one_visit():
    director = make_actor("child_director")
    first = file_child("a", born=dt.date(today().year - 9, 1, 1))
    second = file_sibling(first, key="b", born=dt.date(today().year - 7, 1, 1))
    alone = make_person(birth_date=dt.date(today().year - 12, 1, 1))
    small, grown = make_person(birth_date=today() - dt.timedelta(days=400)), make_person(birth_date=dt.date(2000, 1, 1))
    unknown, elsewhere = make_person(birth_date=None), make_person(division="990101002001")
    found = campaign()
    assert set(standing(found)) == {first, second, alone.id}
    assert not {small.id, grown.id, unknown.id, elsewhere.id} & set(standing(found))
    assert Campaign.objects.get(id=found).unknown_age == 1
    visits = open_visits()
    assert sorted(CampaignChild.objects.filter(household=one.subject_id).count() for one in visits) == [1, 2]
    assert {(str(one.post_id), one.due_on) for one in visits} == {(director.post_id, today() + dt.timedelta(days=20))}


def test_who_was_asked_lately_or_is_being_asked_is_not_asked_again():
    director, child, other = make_actor("child_director"), make_person(), make_person()
    ask(director, child.id)
    first = campaign()
    assert set(standing(first)) == {other.id}
    assert standing(campaign(division=VILLAGE)) == {}
    FilledQuestionnaire.objects.update(asked_on=today() - dt.timedelta(days=180))
    assert set(standing(campaign())) == {child.id}


def test_the_questionnaire_itself_answers_and_the_last_of_the_household_ends_the_visit():
    director = make_actor("child_director")
    first = file_child("a")
    second = file_sibling(first, key="b")
    found = campaign()
    filled = ask(director, first)
    assert standing(found) == {first: ("asked", ""), second: ("due", "")}
    assert CampaignChild.objects.get(person_id=first).filled == filled
    (visit,) = open_visits()
    home = uuid.UUID(visit.subject_id)
    record_unasked(director, household=home, child_id=second, state="not_reached", reason="away")
    assert open_visits() == []
    ask(director, second)
    assert standing(found)[second] == ("asked", "")


def test_a_no_is_kept_and_counted_and_stays_one():
    director, child = make_actor("child_director"), make_person()
    found = campaign()
    home = CampaignChild.objects.get().household
    with pytest.raises(RecordError):
        record_unasked(director, household=home, child_id=child.id, state="refused", reason="away")
    record_unasked(director, household=home, child_id=child.id, state="refused", reason="guardian")
    assert (standing(found), open_visits()) == ({child.id: ("refused", "guardian")}, [])
    with pytest.raises(RecordError):
        record_unasked(director, household=home, child_id=child.id, state="not_reached", reason="away")
    ask(director, child.id)
    assert standing(found)[child.id] == ("refused", "guardian")


def test_a_village_does_not_reach_another_villages_household():
    make_person()
    campaign()
    row = CampaignChild.objects.get()
    stranger = make_actor("child_director", division=OTHER_VILLAGE)
    with pytest.raises(CampaignNotFound):
        record_unasked(stranger, household=row.household, child_id=row.person_id, state="refused", reason="child")


def test_closing_leaves_nobody_due_and_needs_a_reason_for_who_is_left():
    drafter, director = make_actor("county_drafter"), make_actor("child_director")
    asked, left = make_person(), make_person()
    found = campaign()
    ask(director, asked.id)
    with pytest.raises(RecordError, match=r"care\.closed_for"):
        close_campaign(drafter, campaign_id=found, reason="")
    close_campaign(drafter, campaign_id=found, reason="time_over")
    close_campaign(drafter, campaign_id=found, reason="")
    assert standing(found) == {asked.id: ("asked", ""), left.id: ("not_reached", "time_over")}
    assert open_visits() == []
    ask(director, left.id)
    assert standing(found)[left.id] == ("not_reached", "time_over")


def test_small_numbers_are_not_kept_and_protected_children_are_in_none():
    drafter, director = make_actor("county_drafter"), make_actor("child_director")
    children = [make_person() for _number in range(13)]
    found = campaign()
    for number, child in enumerate(children):
        ask(director, child.id, "2" * 17 if number < 2 else "0" * 17)
    Person.objects.filter(id=children[12].id).update(restricted=True)
    assert Campaign.objects.get(id=found).results == {}
    close_campaign(drafter, campaign_id=found, reason="")
    told = Campaign.objects.get(id=found).results
    assert told == {"threshold": 5, "hints": {"reached": None, "below": None, "unknown": 0}}


def test_bands_are_told_where_the_questionnaire_has_some():
    drafter, director = make_actor("county_drafter"), make_actor("child_director")
    youths = [make_person(birth_date=dt.date(today().year - 15, 1, 1)) for _number in range(12)]
    found = campaign(instrument="phq_a")
    items = load_questionnaires(division=VILLAGE)["phq_a"].scoring.items
    for number, child in enumerate(youths):
        points = ["3", "3", "3", "1", *"00000"] if number < 6 else list("000000000")
        given = NewAnswers(uuid.uuid4(), "phq_a", dict(zip(items, points, strict=True)), "child_agreed", today())
        record_answers(director, child_id=child.id, given=given)
    close_campaign(drafter, campaign_id=found, reason="")
    told = Campaign.objects.get(id=found).results
    assert (told["hints"], told["bands"]) == ({"reached": 6, "below": 6, "unknown": 0}, {"0": 6, "10": 6})


def test_a_form_is_refused_with_every_mistake_and_opened_by_the_county_alone():
    drafter = make_actor("county_drafter")
    with pytest.raises(RecordError) as error:
        open_campaign(drafter, wanted=wanted(instrument="mht", division="990102000000", until_on=None))
    assert [one.code for one in error.value.problems] == [
        "care.campaign_place",
        "care.campaign_instrument",
        "care.campaign_days",
    ]
    with pytest.raises(AccessDenied):
        open_campaign(make_actor("supervisor"), wanted=wanted())
    form = wanted()
    make_person()
    assert open_campaign(drafter, wanted=form) == open_campaign(drafter, wanted=form)
    assert (Campaign.objects.count(), CampaignChild.objects.count()) == (1, 1)


def test_who_moves_dies_is_protected_or_merged_leaves_no_visit_behind():
    director, there = make_actor("child_director"), make_actor("child_director", division=OTHER_VILLAGE)
    first = file_child("a")
    second = file_sibling(first, key="b")
    away, dead, hidden, twin, kept = (make_person() for _number in range(5))
    found = campaign()
    Person.objects.filter(id=first).update(division=OTHER_VILLAGE)
    on_person_moved(str(first), OTHER_VILLAGE)
    posts = {str(one.post_id): one.person_id for one in open_visits() if one.person_id in (first, second)}
    assert posts == {there.post_id: first, director.post_id: second}
    on_person_moved(str(away.id), "990102001001")
    on_child_died([str(dead.id)])
    Person.objects.filter(id=hidden.id).update(restricted=True)
    on_protection_changed([str(hidden.id)])
    on_people_merged(str(kept.id), str(twin.id))
    left = {one: reason for one, (state, reason) in standing(found).items() if state == "left"}
    assert left == {away.id: "moved", dead.id: "died", hidden.id: "protected", twin.id: "merged"}
    due = {one for one, (state, _reason) in standing(found).items() if state == "due"}
    assert {one.person_id for one in open_visits()} == due == {first, second, kept.id}


def test_who_was_asked_while_a_move_waited_is_not_said_to_have_left(monkeypatch):
    director, child = make_actor("child_director"), make_person()
    found = campaign()
    hold = campaign_following.lock_households

    def ask_first(households):
        ask(director, child.id)
        hold(households)

    monkeypatch.setattr(campaign_following, "lock_households", ask_first)
    on_person_moved(str(child.id), "990102001001")
    assert standing(found) == {child.id: ("asked", "")}


def test_a_campaign_that_was_closed_while_a_move_waited_takes_nobody_back(monkeypatch):
    make_actor("child_director")
    drafter, child = make_actor("county_drafter"), make_person()
    found = campaign()
    on_person_moved(str(child.id), "990102001001")
    hold = campaign_following.lock_households

    def close_first(households):
        close_campaign(drafter, campaign_id=found, reason="time_over")
        hold(households)

    monkeypatch.setattr(campaign_following, "lock_households", close_first)
    on_person_moved(str(child.id), VILLAGE)
    assert (standing(found), open_visits()) == ({child.id: ("left", "moved")}, [])


def test_a_visit_that_was_answered_while_a_protection_waited_is_not_opened_again(monkeypatch):
    director, child = make_actor("child_director"), make_person(division=VILLAGE)
    found = campaign()
    row = CampaignChild.objects.get(person_id=child.id)
    hold = campaign_following.lock_households

    def refuse_first(households):
        if CampaignChild.objects.get(id=row.id).state == "due":
            record_unasked(director, household=row.household, child_id=child.id, state="refused", reason="child")
        hold(households)

    monkeypatch.setattr(campaign_following, "lock_households", refuse_first)
    on_protection_changed([str(child.id)])
    assert (standing(found), open_visits()) == ({child.id: ("refused", "child")}, [])


def test_of_two_files_of_a_child_what_was_asked_counts_where_the_kept_file_is():
    director = make_actor("child_director")
    make_actor("child_director", division=OTHER_VILLAGE)
    kept, twin, alone = make_person(), make_person(), make_person()
    moved = make_person(division=OTHER_VILLAGE, birth_date=dt.date(2000, 1, 1))
    found = campaign()
    filled = ask(director, twin.id)
    on_people_merged(str(kept.id), str(twin.id))
    assert standing(found)[kept.id] == ("asked", "") and standing(found)[twin.id] == ("left", "merged")
    assert CampaignChild.objects.get(person_id=kept.id).filled == filled
    Person.objects.filter(id=moved.id).update(birth_date=alone.birth_date)
    on_people_merged(str(moved.id), str(alone.id))
    row = CampaignChild.objects.get(person_id=moved.id)
    (visit,) = open_visits()
    assert (row.state, row.division, visit.division, visit.person_id) == ("due", OTHER_VILLAGE, OTHER_VILLAGE, moved.id)


def test_a_merge_that_protects_a_file_says_so():
    who, kept, dropped = make_actor("county_reviewer"), make_person(), make_person(restricted=True)
    grant_named_access(LOCAL_OPERATOR, person_id=dropped.id, user_id=who.id, purpose=Purpose.PROTECT, why="case_worker", reason="主办", ends_at=None)  # fmt: skip
    merge_people(who, keep=kept.id, drop=dropped.id)
    (told,) = OutboxEvent.objects.filter(name="registry.protection_changed")
    assert told.payload == {"child_ids": [str(kept.id)]}


def test_who_comes_back_or_is_protected_no_more_is_asked_after_all_and_who_came_of_age_is_not():
    director = make_actor("child_director")
    away, hidden, grown = make_person(), make_person(), make_person()
    found = campaign()
    Person.objects.filter(id=away.id).update(division="990101002001")
    on_person_moved(str(away.id), "990101002001")
    Person.objects.filter(id=hidden.id).update(restricted=True)
    on_protection_changed([str(hidden.id)])
    on_child_of_age([str(grown.id)])
    left = {away.id: ("left", "moved"), hidden.id: ("left", "protected"), grown.id: ("left", "of_age")}
    assert (standing(found), open_visits()) == (left, [])
    Person.objects.filter(id=away.id).update(division=VILLAGE)
    on_person_moved(str(away.id), VILLAGE)
    Person.objects.filter(id=hidden.id).update(restricted=False)
    on_protection_changed([str(hidden.id)])
    assert standing(found) == {**left, away.id: ("due", ""), hidden.id: ("due", "")}
    assert {(str(one.post_id), one.person_id) for one in open_visits()} == {
        (director.post_id, away.id),
        (director.post_id, hidden.id),
    }


def test_a_protected_childs_visit_goes_to_whoever_is_named_next():
    child = make_person(restricted=True)
    first, second = make_actor("county_drafter"), make_actor("county_reviewer")
    grant_named_access(LOCAL_OPERATOR, person_id=child.id, user_id=first.id, purpose=Purpose.PROTECT, why="case_worker", reason="主办", ends_at=None)  # fmt: skip
    found = campaign()
    end_named_access(LOCAL_OPERATOR, person_id=child.id, user_id=first.id, why="case_worker")
    on_workers_changed([str(child.id)])
    assert standing(found) == {child.id: ("left", "protected")}
    grant_named_access(LOCAL_OPERATOR, person_id=child.id, user_id=second.id, purpose=Purpose.PROTECT, why="case_worker", reason="接办", ends_at=None)  # fmt: skip
    on_workers_changed([str(child.id)])
    assert [(str(one.post_id), one.person_id) for one in open_visits()] == [(second.post_id, child.id)]


def test_a_place_is_kept_with_its_whole_code_and_only_its_own_children_are_looked_through():
    make_person()
    found = campaign(division=TOWNSHIP.rstrip("0"))
    assert Campaign.objects.get(id=found).division == TOWNSHIP
    with CaptureQueriesContext(connection) as few:
        campaign(instrument="psc_35")
    for _number in range(20):
        make_person(division=OTHER_VILLAGE)
    with CaptureQueriesContext(connection) as many:
        campaign(instrument="psc_35", division=OTHER_VILLAGE)
    assert len(many) <= len(few) + 1
    looked = [one["sql"] for one in many if "care_filledquestionnaire" in one["sql"] and "SELECT" in one["sql"]]
    assert looked and all("division" in sql.split("WHERE")[1] for sql in looked)


def test_closing_is_the_countys_work_with_a_day_and_ends_with_the_campaign():
    drafter = make_actor("county_drafter")
    make_person()
    found = campaign()
    task = Task.objects.get(kind="close_campaign")
    last = today() + dt.timedelta(days=20)
    assert (task.subject_id, task.queue_role, task.division, task.started_on) == (
        str(found),
        "county_drafter",
        COUNTY,
        last,
    )
    assert task.due_on > last and open_missing_closings() == 1
    (one,) = [row for row in read_loops(drafter, today=today()).loops if row.kind == "campaign"]
    assert (one.open.count, one.ownerless.count, one.clockless.count) == (1, 0, 0)
    close_campaign(drafter, campaign_id=found, reason="stopped")
    assert Task.objects.get(kind="close_campaign").state == "done"


def test_the_rows_of_a_visit_are_held_before_any_of_them_is_changed():
    director = make_actor("child_director")
    first = file_child("a")
    second = file_sibling(first, key="b")
    campaign()
    home = CampaignChild.objects.get(person_id=first).household
    with CaptureQueriesContext(connection) as asked:
        ask(director, first)
    with CaptureQueriesContext(connection) as said:
        record_unasked(director, household=home, child_id=second, state="refused", reason="guardian")
    for queries in (asked, said):
        about = [one["sql"] for one in queries if "care_campaignchild" in one["sql"]]
        change = next(place for place, sql in enumerate(about) if sql.startswith("UPDATE"))
        held = [place for place, sql in enumerate(about) if '"household" IN (' in sql and "ORDER BY" in sql]
        assert held and held[0] < change
        if connection.features.has_select_for_update:
            assert "FOR UPDATE" in about[held[0]]
    assert open_visits() == []
