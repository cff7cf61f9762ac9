"""The way of a lead: who may hand it on, visit it, report on it and review it, and that it always has one next step."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.distribution import distribution_of
from ciyou.apps.cases.following import on_child_died, on_people_merged, on_person_moved
from ciyou.apps.cases.lead_access import LeadNotFound, find_lead
from ciyou.apps.cases.lead_lists import LeadQuery, chosen_ids, list_leads, read_lead, rights_on
from ciyou.apps.cases.leads import (
    assign_leads,
    begin_visit,
    distribute,
    report_lead,
    return_to_queue,
    review_lead,
    settle_inquiry,
    settle_record,
    undo_assignment,
)
from ciyou.apps.cases.models import Lead, Task
from ciyou.apps.registry.models import Person
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RecordError
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, make_actor, make_person, make_post

pytestmark = pytest.mark.django_db


def make_lead(*, division=VILLAGE, person=True, **fields):
    """A new lead in the county's queue, about a child of its own."""
    child = make_person(division=division) if person is True else person
    return Lead.objects.create(
        linkage_id=uuid.uuid4().hex,
        person=child or None,
        **{
            "why": "entitled",
            "rank": 1,
            "division": division,
            "queue": "county",
            "opened_at": timezone.now(),
            **fields,
        },
    )


def test_a_lead_about_a_protected_file_is_in_no_list_and_in_no_count():
    open_lead, protected, today = make_lead(), make_lead(), timezone.localdate()
    Person.objects.filter(id=protected.person_id).update(restricted=True)
    for role, division in (("county_drafter", COUNTY), ("supervisor", TOWNSHIP)):
        actor = make_actor(role, division=division)
        with walled(actor):
            found = list_leads(actor, query=LeadQuery(), today=today, offset=0, limit=10)
            assert (found.total, [line.id for line in found.leads]) == (1, [open_lead.id])
            assert sum(place.total for place in distribution_of(actor, today=today)) == 1


@pytest.fixture
def office():
    """A county with one village director, its supervisor, a drafter and a reviewer."""
    posts = {role: make_post(role) for role in ("child_director", "supervisor", "county_drafter", "county_reviewer")}
    return {role: actor_of(post) for role, post in posts.items()}


@pytest.fixture
def assigned(office):
    """A lead with the village's director."""
    lead = make_lead()
    assign_leads(office["county_drafter"], lead_ids=[lead.id], post_id=office["child_director"].post_id)
    return lead


def stands(lead):
    lead.refresh_from_db()
    return lead.state


def next_steps(lead):
    rows = Task.objects.filter(subject_id=str(lead.id), state="open")
    return [(row.kind, row.queue_role) for row in rows]


def reported(office, lead, result="confirmed", reason=""):
    report_lead(office["child_director"], lead_id=lead.id, result=result, reason=reason)
    return lead


def test_an_assigned_lead_is_its_posts_to_verify(office, assigned):
    assert stands(assigned) == "assigned"
    assert assigned.queue == "village"
    assert next_steps(assigned) == [("verify_lead", "child_director")]


def test_a_lead_is_not_given_to_a_post_of_another_village(office):
    lead = make_lead(division=OTHER_VILLAGE)
    with pytest.raises(RecordError, match="wrong_place"):
        assign_leads(office["county_drafter"], lead_ids=[lead.id], post_id=office["child_director"].post_id)
    assert stands(lead) == "new"


def test_a_child_of_whom_only_the_county_is_known_belongs_to_the_village_that_is_to_find_it(office):
    lead = make_lead(division=COUNTY)
    assign_leads(office["county_drafter"], lead_ids=[lead.id], post_id=office["child_director"].post_id)
    lead.refresh_from_db()
    assert (lead.state, lead.division) == ("assigned", VILLAGE)
    assert Person.objects.get(id=lead.person_id).division == VILLAGE
    assert list_leads(office["child_director"], query=LeadQuery(), today=today(), offset=0, limit=9).total == 1


def test_the_same_form_sent_twice_assigns_once(office, assigned):
    count = LogEntry.objects.filter(action="assign_leads").count()
    again = assign_leads(office["county_drafter"], lead_ids=[assigned.id], post_id=office["child_director"].post_id)
    assert again == 0
    assert LogEntry.objects.filter(action="assign_leads").count() == count


def test_an_assignment_is_undone_as_long_as_nobody_has_begun(office):
    first, second = make_lead(), make_lead()
    at, post = timezone.now(), office["child_director"].post_id
    assign_leads(office["county_drafter"], lead_ids=[first.id, second.id], post_id=post, at=at)
    begin_visit(office["child_director"], lead_id=second.id)
    assert undo_assignment(office["county_drafter"], post_id=post, assigned_at=at) == 1
    assert (stands(first), stands(second)) == ("new", "visiting")
    assert next_steps(first) == [("assign_lead", "county_drafter")]


def test_the_second_of_two_officers_is_told_what_the_first_did(office, assigned):
    begin_visit(office["child_director"], lead_id=assigned.id)
    with pytest.raises(RecordError, match="nothing_to_assign"):
        assign_leads(office["county_drafter"], lead_ids=[assigned.id], post_id=make_post("child_director").id)
    reported(office, assigned)
    with pytest.raises(RecordError, match="its result has been reported"):
        begin_visit(office["child_director"], lead_id=assigned.id)


def test_setting_out_twice_is_setting_out_once(office, assigned):
    begin_visit(office["child_director"], lead_id=assigned.id)
    begin_visit(office["child_director"], lead_id=assigned.id)
    assert LogEntry.objects.filter(action="begin_visit").count() == 1


def test_a_supervisor_who_visits_takes_the_lead_over(office, assigned):
    begin_visit(office["supervisor"], lead_id=assigned.id)
    assert stands(assigned) == "visiting"
    assert str(assigned.post_id) == office["supervisor"].post_id
    assert next_steps(assigned) == [("verify_lead", "supervisor")]


def test_what_a_director_reports_is_reviewed_by_the_townships_supervisor(office, assigned):
    reported(office, assigned)
    assert next_steps(assigned) == [("review_lead", "supervisor")]
    assert review_lead(office["supervisor"], lead_id=assigned.id, accept=True) == "closed"
    assert (stands(assigned), next_steps(assigned)) == ("closed", [])


def test_without_a_supervisor_the_county_reviews():
    director = make_actor("child_director")
    lead = make_lead(post_id=director.post_id, state="assigned")
    report_lead(director, lead_id=lead.id, result="not_in_difficulty", reason="roster_wrong")
    assert next_steps(lead) == [("review_lead", "county_reviewer")]


def test_nobody_reviews_their_own_visit(office, assigned):
    report_lead(office["supervisor"], lead_id=assigned.id, result="confirmed")
    with pytest.raises(RecordError, match="own_report"):
        review_lead(office["supervisor"], lead_id=assigned.id, accept=True)
    assert review_lead(office["county_reviewer"], lead_id=assigned.id, accept=True) == "closed"


def test_a_result_that_is_sent_back_needs_a_reason_and_is_verified_again_by_the_same_post(office, assigned):
    reported(office, assigned, "not_in_difficulty")
    with pytest.raises(RecordError, match="reason"):
        review_lead(office["supervisor"], lead_id=assigned.id, accept=False, reason="  ")
    assert review_lead(office["supervisor"], lead_id=assigned.id, accept=False, reason="请见到孩子本人") == "returned"
    assert (stands(assigned), assigned.returned_for) == ("assigned", "请见到孩子本人")
    assert next_steps(assigned) == [("verify_lead", "child_director")]


def test_what_cannot_be_found_needs_a_reason_from_the_list(office, assigned):
    for reason in ("", "i do not know"):
        with pytest.raises(RecordError, match="result"):
            report_lead(office["child_director"], lead_id=assigned.id, result="cannot_be_found", reason=reason)


def test_a_child_that_cannot_be_found_goes_to_the_county_which_asks_departments_before_it_closes(office, assigned):
    reported(office, assigned, "cannot_be_found", "moved_away")
    assert review_lead(office["supervisor"], lead_id=assigned.id, accept=True) == "county"
    assert (stands(assigned), assigned.queue) == ("reported", "county")
    assert next_steps(assigned) == [("decide_inquiry", "county_drafter")]
    assert settle_inquiry(office["county_drafter"], child_id=assigned.person_id) == 1
    assert next_steps(assigned) == [("review_lead", "county_reviewer")]
    with pytest.raises(RecordError, match="reason"):
        review_lead(office["county_reviewer"], lead_id=assigned.id, accept=True)
    assert review_lead(office["county_reviewer"], lead_id=assigned.id, accept=True, reason="公安查无此人") == "closed"


def test_every_open_lead_has_exactly_one_next_step_at_every_moment(office, assigned):
    seen = [next_steps(assigned)]
    begin_visit(office["child_director"], lead_id=assigned.id)
    seen.append(next_steps(assigned))
    reported(office, assigned)
    seen.append(next_steps(assigned))
    review_lead(office["supervisor"], lead_id=assigned.id, accept=False, reason="再去一次")
    seen.append(next_steps(assigned))
    return_to_queue(office["county_drafter"], lead_ids=[assigned.id])
    seen.append(next_steps(assigned))
    assert [len(steps) for steps in seen] == [1] * 5


def test_a_report_sent_twice_is_one_report(office, assigned):
    reported(office, reported(office, assigned))
    assert LogEntry.objects.filter(action="report_lead").count() == 1


def test_a_village_sees_its_own_leads_only(office, assigned):
    other = make_lead(division=OTHER_VILLAGE)
    page = list_leads(office["child_director"], query=LeadQuery(), today=today(), offset=0, limit=9)
    assert [lead.id for lead in page.leads] == [assigned.id]
    with pytest.raises(LeadNotFound):
        read_lead(office["child_director"], lead_id=other.id)


def test_a_lead_of_another_county_reads_like_one_that_is_not_there(assigned):
    stranger = make_actor("county_drafter", division=OTHER_COUNTY)
    messages = set()
    for lead_id in (assigned.id, uuid.uuid4()):
        with pytest.raises(LeadNotFound) as refused:
            find_lead(stranger, lead_id)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_a_restricted_childs_lead_stands_in_no_list(office, assigned):
    Person.objects.filter(id=assigned.person_id).update(restricted=True)
    for role in ("child_director", "supervisor", "county_drafter"):
        assert list_leads(office[role], query=LeadQuery(), today=today(), offset=0, limit=9).total == 0


def test_roles_that_see_no_persons_have_no_leads(assigned):
    for role in ("city_viewer", "partner", "auditor", "sysadmin"):
        assert list_leads(make_actor(role), query=LeadQuery(), today=today(), offset=0, limit=9).total == 0


def test_a_director_neither_assigns_nor_reviews(office, assigned):
    with pytest.raises(AccessDenied):
        assign_leads(office["child_director"], lead_ids=[assigned.id], post_id=office["child_director"].post_id)
    with pytest.raises(AccessDenied):
        review_lead(office["child_director"], lead_id=assigned.id, accept=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (LeadQuery(), 2),
        (LeadQuery(place=VILLAGE), 1),
        (LeadQuery(place=TOWNSHIP), 2),
        (LeadQuery(state="new"), 1),
        (LeadQuery(state="open"), 2),
        (LeadQuery(state="closed"), 0),
        (LeadQuery(owner="none"), 1),
        (LeadQuery(why="parent_unidentified"), 1),
        (LeadQuery(queue="county"), 1),
        (LeadQuery(age="0-5"), 0),
        (LeadQuery(overdue=True), 0),
    ],
)
def test_officers_narrow_the_list_in_their_own_words(office, assigned, query, found):
    make_lead(division=OTHER_VILLAGE, why="parent_unidentified")
    page = list_leads(office["county_drafter"], query=query, today=today(), offset=0, limit=9)
    assert page.total == found


def test_selecting_all_of_a_filter_takes_what_can_still_be_assigned(office, assigned):
    other = make_lead(division=OTHER_VILLAGE)
    make_lead(division=OTHER_VILLAGE, state="visiting")
    chosen = chosen_ids(office["county_drafter"], query=LeadQuery(place=OTHER_VILLAGE), today=today())
    assert chosen == (other.id,)


def test_distribution_hands_every_new_lead_to_whoever_is_there(office):
    here, there = make_lead(), make_lead(division=OTHER_VILLAGE)
    done = distribute(LOCAL_OPERATOR)
    assert (done.to_villages, done.to_townships, done.to_county) == (1, 1, 0)
    assert (stands(here), stands(there), there.queue) == ("assigned", "new", "township")


def test_a_child_that_moves_takes_its_lead_along(office, assigned):
    on_person_moved(person_id=str(assigned.person_id), new_division=OTHER_VILLAGE)
    assert (stands(assigned), assigned.division, assigned.post_id) == ("new", OTHER_VILLAGE, None)
    assert next_steps(assigned) == [("assign_lead", "supervisor")]


def test_nobody_is_sent_to_verify_a_benefit_for_a_child_that_died(office, assigned):
    on_child_died(child_ids=[str(assigned.person_id)])
    assert (stands(assigned), assigned.result_reason, next_steps(assigned)) == ("closed", "died", [])


def test_of_two_leads_about_one_child_the_furthest_stays(office, assigned):
    second = make_lead(person=Person.objects.get(id=assigned.person_id))
    on_people_merged(kept=str(assigned.person_id))
    assert (stands(assigned), stands(second), second.result_reason) == ("assigned", "closed", "merged")


def test_a_record_that_leads_to_no_child_is_settled_with_what_was_found(office):
    lead = make_lead(person=None, division=COUNTY, why="adverse_record_alone")
    with pytest.raises(RecordError, match="reason"):
        settle_record(office["county_drafter"], lead_id=lead.id, reason=" ")
    settle_record(office["county_drafter"], lead_id=lead.id, reason="没有未成年子女")
    assert stands(lead) == "closed"


def test_the_page_offers_each_officer_the_step_that_is_theirs(office, assigned):
    rights = {role: rights_on(actor, read_lead(actor, lead_id=assigned.id)) for role, actor in office.items()}
    assert {role for role, one in rights.items() if one.visit} == set(office)
    assert {role for role, one in rights.items() if one.assign} == {"supervisor", "county_drafter", "county_reviewer"}
    assert not any(one.review for one in rights.values())


def today():
    return timezone.localdate()
