"""Adverse records that lead to nobody: who is told what, and how the child is found, put on file, or reported as not there."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.cases.child_work import work_on_child
from ciyou.apps.cases.lead_access import LeadNotFound
from ciyou.apps.cases.lead_lists import LeadQuery, chosen_ids, list_leads, read_lead, rights_on
from ciyou.apps.cases.leads import (
    assign_leads,
    begin_visit,
    report_lead,
    return_to_queue,
    review_lead,
    settle_record,
)
from ciyou.apps.cases.load_leads import seal_record, upsert_records
from ciyou.apps.cases.models import Lead, LeadLoad, Task
from ciyou.apps.cases.records import (
    alike_children,
    attach_record,
    find_children,
    record_to_work_on,
    register_for_record,
)
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.apps.registry.services import NewChild, register_child
from ciyou.core.errors import AccessDenied, RecordError
from tests.apps.test_cases_leads import make_lead
from tests.case_builders import parent_of
from tests.office import COUNTY, OTHER_VILLAGE, VILLAGE, file_child, make_actor, make_person, make_post

pytestmark = pytest.mark.django_db
NAME, BORN = "郑望北", dt.date(1985, 3, 2)


def today():
    return timezone.localdate()


@pytest.fixture
def office():
    """A county with one village director, its supervisor, a drafter and a reviewer."""
    posts = {role: make_post(role) for role in ("child_director", "supervisor", "county_drafter", "county_reviewer")}
    return {role: actor_of(post) for role, post in posts.items()}


@pytest.fixture
def director(office):
    return office["child_director"]


def make_record(**fields):
    lead = make_lead(person=None, division=COUNTY, why="adverse_record_alone", **fields)
    person = {"name": NAME, "sex": "male", "birth_date": BORN.isoformat(), "roster": "justice_custody"}
    Lead.objects.filter(id=lead.id).update(record=seal_record(lead.id, "r1", person))
    lead.refresh_from_db()
    return lead


@pytest.fixture
def handed(office):
    """A record that the county gave to the village's director."""
    lead = make_record()
    assign_leads(office["county_drafter"], lead_ids=[lead.id], post_id=office["child_director"].post_id)
    lead.refresh_from_db()
    return lead


def next_steps(lead):
    rows = Task.objects.filter(subject_id=str(lead.id), state="open")
    return [(row.kind, row.queue_role, row.person_id) for row in rows]


def new_child(**fields):
    return NewChild(
        **{
            "key": uuid.uuid4(),
            "name": "郑小北",
            "sex": "female",
            "birth_date": dt.date(2017, 4, 5),
            "division": VILLAGE,
            **fields,
        }
    )


def seen_by(actor):
    return {line.id for line in list_leads(actor, query=LeadQuery(), today=today(), offset=0, limit=9).leads}


def test_a_record_is_the_countys_until_it_hands_it_down(office):
    lead = make_record()
    assert lead.id in seen_by(office["county_drafter"])
    for role in ("child_director", "supervisor"):
        assert seen_by(office[role]) == set()
        with pytest.raises(LeadNotFound):
            read_lead(office[role], lead_id=lead.id)


def test_a_village_reads_whom_a_record_names_and_neither_roster_nor_number(office, handed, director):
    assert (handed.state, handed.division, handed.queue) == ("assigned", VILLAGE, "village")
    assert next_steps(handed) == [("verify_lead", "child_director", None)]
    told = {role: read_lead(office[role], lead_id=handed.id) for role in ("child_director", "supervisor")}
    for line in told.values():
        assert dict(line.record) == {"name": NAME, "sex": "male", "birth_date": "1985-03-02"}
        assert line.highest_class == 3
    county = read_lead(office["county_drafter"], lead_id=handed.id)
    assert (dict(county.record)["roster"], county.highest_class) == ("justice_custody", 4)
    colleague = make_actor("child_director")
    with pytest.raises(LeadNotFound):
        read_lead(colleague, lead_id=handed.id)
    assert seen_by(colleague) == set()


def test_selecting_all_of_a_filter_takes_records_only_where_they_were_asked_for(office):
    record, lead = make_record(), make_lead()
    drafter = office["county_drafter"]
    assert chosen_ids(drafter, query=LeadQuery(), today=today()) == (lead.id,)
    assert chosen_ids(drafter, query=LeadQuery(why="adverse_record_alone"), today=today()) == (record.id,)


def test_a_record_that_a_township_gives_back_is_the_countys_again(office, handed):
    assert return_to_queue(office["supervisor"], lead_ids=[handed.id]) == 1
    handed.refresh_from_db()
    assert (handed.state, handed.queue) == ("new", "county")
    assert next_steps(handed) == [("assign_lead", "county_drafter", None)]
    assert seen_by(office["supervisor"]) == set()


def test_children_of_somebody_of_that_name_are_suggested_as_far_as_they_are_the_actors(director, handed):
    child, elsewhere, other = file_child("s1"), file_child("s2", division=OTHER_VILLAGE), file_child("s3")
    Person.objects.filter(id__in=[parent_of(one, "father") for one in (child, elsewhere, other)]).update(name=NAME)
    Person.objects.filter(id=parent_of(other, "father")).update(birth_date=dt.date(1960, 1, 1))
    suggested = record_to_work_on(director, lead_id=handed.id).suggested
    assert [card.id for card in suggested] == [child]


def test_a_search_finds_children_by_their_own_name_and_by_their_parents_in_ones_own_area(director):
    child, elsewhere = file_child("s4"), file_child("s5", division=OTHER_VILLAGE)
    Person.objects.filter(id__in=[parent_of(one, "mother") for one in (child, elsewhere)]).update(name="褚向南")
    Person.objects.filter(id=child).update(name="郑小北")
    for text in ("郑小北", "褚向南"):
        found, more = find_children(director, text=text)
        assert ([card.id for card in found], more) == ([child], False)
    with pytest.raises(RecordError):
        find_children(director, text="郑")


def test_a_record_attached_to_a_child_is_its_lead_and_goes_the_ordinary_way(office, director, handed):
    child = file_child("s6", mother={"working_away": True})
    assert attach_record(director, lead_id=handed.id, child_id=child) == child
    handed.refresh_from_db()
    assert (handed.person_id, handed.state, str(handed.post_id)) == (child, "visiting", director.post_id)
    assert next_steps(handed) == [("verify_lead", "child_director", child)]
    assert Determination.objects.filter(person_id=child, current=True).exists()
    assert handed.deciding
    # What the record says is the county's to read still; the village sees its child.
    assert read_lead(director, lead_id=handed.id).record == ()
    assert dict(read_lead(office["county_drafter"], lead_id=handed.id).record)["name"] == NAME
    report_lead(director, lead_id=handed.id, result="confirmed")
    assert review_lead(office["supervisor"], lead_id=handed.id, accept=True) == "closed"


def test_the_same_form_sent_twice_attaches_once_and_another_child_is_refused(director, handed):
    child = file_child("s7")
    attach_record(director, lead_id=handed.id, child_id=child)
    assert attach_record(director, lead_id=handed.id, child_id=child) == child
    with pytest.raises(RecordError, match="moved_on"):
        attach_record(director, lead_id=handed.id, child_id=file_child("s8"))
    assert Lead.objects.get(id=handed.id).person_id == child


def test_a_child_that_has_an_open_lead_keeps_that_one(director, handed):
    child = file_child("s9")
    first = make_lead(person=Person.objects.get(id=child), state="assigned", post_id=director.post_id)
    attach_record(director, lead_id=handed.id, child_id=child)
    handed.refresh_from_db()
    assert (handed.state, handed.result_reason, next_steps(handed)) == ("closed", "merged", [])
    shown = work_on_child(director, child_id=child).lead
    assert (shown.id, shown.state) == (first.id, "assigned")


def test_a_record_is_not_attached_to_an_adult_nor_to_a_child_of_elsewhere(director, handed):
    with pytest.raises(RecordError, match="not_a_child"):
        attach_record(director, lead_id=handed.id, child_id=make_person(kind="adult").id)
    for stranger in (file_child("s10", division=OTHER_VILLAGE), uuid.uuid4()):
        with pytest.raises(PersonNotFound):
            attach_record(director, lead_id=handed.id, child_id=stranger)


def test_a_director_puts_a_child_on_file_for_a_record_and_for_nothing_else(director, handed):
    child = new_child()
    with pytest.raises(AccessDenied):
        register_child(director, child=child)
    for _again in range(2):
        assert register_for_record(director, lead_id=handed.id, child=child) == child.key
    handed.refresh_from_db()
    assert (handed.person_id, handed.state) == (child.key, "visiting")
    assert Person.objects.get(id=child.key).name == "郑小北"
    with pytest.raises(RecordError, match="moved_on"):
        register_for_record(director, lead_id=handed.id, child=new_child(name="郑小西"))
    assert Person.objects.filter(name="郑小西").count() == 0


def test_a_new_child_has_to_live_in_the_actors_area(director, handed):
    with pytest.raises(RecordError, match="division_outside"):
        register_for_record(director, lead_id=handed.id, child=new_child(division=OTHER_VILLAGE))
    assert Lead.objects.get(id=handed.id).person_id is None


def test_who_looks_like_the_new_child_is_shown_before_it_is_put_on_file(director):
    child = new_child()
    there = make_person(name="郑小北", name_reading="zhengxiaobei", birth_date=child.birth_date)
    assert [card.id for card in alike_children(director, child=child)] == [there.id]


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ("no_child", ""),
        ("no_child", "moved_away"),
        ("cannot_be_found", ""),
        ("confirmed", ""),
        ("not_in_difficulty", ""),
    ],
)
def test_of_a_record_it_is_said_why_nobody_was_found_and_nothing_else(director, handed, result, reason):
    with pytest.raises(RecordError, match="result"):
        report_lead(director, lead_id=handed.id, result=result, reason=reason)


def test_a_child_is_not_reported_as_a_record(director):
    lead = make_lead(post_id=director.post_id, state="assigned")
    with pytest.raises(RecordError, match="result"):
        report_lead(director, lead_id=lead.id, result="no_child", reason="no_minor_child")


def test_a_record_without_a_child_is_reviewed_by_the_township(office, director, handed):
    report_lead(director, lead_id=handed.id, result="no_child", reason="no_minor_child")
    assert next_steps(handed) == [("review_lead", "supervisor", None)]
    assert rights_on(office["supervisor"], read_lead(office["supervisor"], lead_id=handed.id)).review
    assert review_lead(office["supervisor"], lead_id=handed.id, accept=False, reason="请再问问邻居") == "returned"
    assert next_steps(handed) == [("verify_lead", "child_director", None)]
    report_lead(director, lead_id=handed.id, result="no_child", reason="no_minor_child")
    assert review_lead(office["supervisor"], lead_id=handed.id, accept=True) == "closed"
    assert next_steps(handed) == []


def test_a_person_that_cannot_be_found_is_the_countys_to_close(office, director, handed):
    report_lead(director, lead_id=handed.id, result="cannot_be_found", reason="moved_away")
    assert review_lead(office["supervisor"], lead_id=handed.id, accept=True) == "county"
    assert next_steps(handed) == [("review_lead", "county_reviewer", None)]
    assert review_lead(office["county_reviewer"], lead_id=handed.id, accept=True, reason="公安查无此人") == "closed"


def test_only_the_county_settles_a_record_by_itself(office, handed):
    with pytest.raises(AccessDenied):
        settle_record(office["supervisor"], lead_id=handed.id, reason="没有未成年子女")
    settle_record(office["county_drafter"], lead_id=handed.id, reason="没有未成年子女")
    assert next_steps(handed) == []


def test_nobody_sets_out_to_a_record_that_leads_to_nobody(director, handed):
    with pytest.raises(RecordError, match="moved_on"):
        begin_visit(director, lead_id=handed.id)


def test_the_next_screening_leaves_the_child_and_the_place_of_a_record_as_they_are(director, handed):
    load = LeadLoad.objects.create(run_id="r2", division=COUNTY, as_of=today(), rosters=[], started_at=timezone.now())
    row = {
        "lead_id": handed.linkage_id,
        "rec_id": "r1",
        "why": "adverse_record_alone",
        "rules": [],
        "expected_gain_fen": 0,
        "rank": 7,
        "division": COUNTY,
    }
    upsert_records([row], {}, load)
    handed.refresh_from_db()
    assert (handed.division, handed.rank, str(handed.post_id)) == (VILLAGE, 7, director.post_id)
    child = file_child("s11")
    attach_record(director, lead_id=handed.id, child_id=child)
    upsert_records([row], {}, load)
    handed.refresh_from_db()
    assert (handed.person_id, handed.division) == (child, VILLAGE)
