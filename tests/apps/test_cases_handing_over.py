"""Work that changes hands: by a supervisor or the county, and by itself where a post has ended."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.accounts.models import Post, User
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.accounts.services import end_cover, end_post, give_cover
from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.audit.models import LogEntry, OutboxEvent
from ciyou.apps.cases import worklist
from ciyou.apps.cases.handing_over import (
    NoticeNotFound,
    acknowledge,
    caseload_of,
    caseloads,
    hand_over,
    read_notice,
)
from ciyou.apps.cases.leads import assign_leads, begin_visit, report_lead, review_lead
from ciyou.apps.cases.leaving import give_to_covers, on_post_ended, release_ended_posts
from ciyou.apps.cases.models import Lead, Task
from ciyou.apps.registry.models import Person
from ciyou.core.errors import AccessDenied, RecordError
from tests.apps.test_cases_leads import make_lead
from tests.apps.test_cases_tasks import DUE, make_task
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, make_actor, make_post

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


@pytest.fixture
def leaver():
    """A child director who is about to leave."""
    return make_post("child_director")


@pytest.fixture
def county():
    """The county's drafter, who handed the leads out."""
    return make_actor("county_drafter")


@pytest.fixture
def sysadmin():
    return make_actor("sysadmin")


def given(county, post, count=1):
    leads = [make_lead() for _ in range(count)]
    assign_leads(county, lead_ids=[lead.id for lead in leads], post_id=post.id)
    return leads


def stands(lead):
    lead.refresh_from_db()
    return (lead.state, lead.post_id, lead.queue)


def next_steps(lead):
    rows = Task.objects.filter(subject_id=str(lead.id), state="open")
    return [(row.kind, row.queue_role, row.post_id) for row in rows]


def notices(actor):
    rows = worklist.tasks_of(actor).filter(kind="take_over_work")
    found = [read_notice(actor, notice_id=row.id) for row in rows]
    return [(one.giver.id, one.leads, one.tasks) for one in found]


def end_on(post, day):
    Post.objects.filter(id=post.id).update(valid_to=day)


# --- by hand --------------------------------------------------------------------------------------------------------


def test_a_leavers_open_work_goes_to_the_successor_and_the_clock_runs_on(leaver):
    successor = make_post("child_director")
    lead = make_lead(state="assigned", post=leaver)
    task = make_task(post=leaver, subject=str(lead.id))
    closed = make_lead(state="closed", post=leaver)
    moved = hand_over(make_actor("supervisor"), from_post_id=leaver.id, to_post_id=successor.id)
    task.refresh_from_db()
    assert (moved.leads, moved.tasks, task.post_id, task.due_on) == (1, 1, successor.id, DUE)
    assert Lead.objects.get(id=lead.id).post_id == successor.id
    assert Lead.objects.get(id=closed.id).post_id == leaver.id


def test_who_gets_work_is_told_once_and_says_that_it_is_known(county, leaver):
    successor = make_post("child_director")
    given(county, leaver, 3)
    hand_over(county, from_post_id=leaver.id, to_post_id=successor.id)
    again = hand_over(county, from_post_id=leaver.id, to_post_id=successor.id)
    assert again.nothing
    taker = actor_of(successor)
    assert notices(taker) == [(leaver.id, 3, 3)]
    assert LogEntry.objects.filter(action="hand_over").count() == 1
    notice = Task.objects.get(kind="take_over_work")
    with pytest.raises(NoticeNotFound):
        acknowledge(actor_of(leaver), notice_id=notice.id)
    acknowledge(taker, notice_id=notice.id)
    assert notices(taker) == []
    with pytest.raises(NoticeNotFound):
        read_notice(taker, notice_id=notice.id)


def test_a_selection_takes_its_own_tasks_along_and_leaves_the_rest(county, leaver):
    first, second = given(county, leaver, 2)
    successor = make_post("child_director")
    moved = hand_over(county, from_post_id=leaver.id, to_post_id=successor.id, lead_ids=[first.id])
    assert (moved.leads, moved.tasks) == (1, 1)
    assert next_steps(first) == [("verify_lead", "child_director", successor.id)]
    assert next_steps(second) == [("verify_lead", "child_director", leaver.id)]
    assert stands(second)[1] == leaver.id


def test_a_supervisor_can_take_a_directors_work_which_is_then_the_townships(county, leaver):
    (lead,) = given(county, leaver)
    supervisor = make_post("supervisor")
    hand_over(county, from_post_id=leaver.id, to_post_id=supervisor.id)
    assert stands(lead) == ("assigned", supervisor.id, "township")
    assert next_steps(lead) == [("verify_lead", "supervisor", supervisor.id)]


def test_what_waits_for_review_comes_back_to_the_successor(county, leaver):
    (lead,) = given(county, leaver)
    supervisor = make_post("supervisor")
    report_lead(actor_of(leaver), lead_id=lead.id, result="not_in_difficulty", reason="cared_for")
    successor = make_post("child_director")
    hand_over(county, from_post_id=leaver.id, to_post_id=successor.id)
    review_lead(actor_of(supervisor), lead_id=lead.id, accept=False, reason="请见到孩子")
    assert next_steps(lead) == [("verify_lead", "child_director", successor.id)]


def test_work_is_not_handed_to_a_post_of_another_village_nor_to_one_that_has_ended_nor_by_a_village(leaver):
    supervisor = make_actor("supervisor")
    ended = make_post("child_director", valid_to=dt.date(2021, 1, 1))
    for other in (make_post("child_director", division=OTHER_VILLAGE), ended, make_post("partner"), leaver):
        with pytest.raises((RecordError, AccessDenied)):
            hand_over(supervisor, from_post_id=leaver.id, to_post_id=other.id)
    with pytest.raises(AccessDenied):
        hand_over(make_actor("child_director"), from_post_id=leaver.id, to_post_id=make_post("child_director").id)
    far = make_actor("county_drafter", division=OTHER_COUNTY)
    with pytest.raises(AccessDenied):
        hand_over(far, from_post_id=leaver.id, to_post_id=make_post("child_director").id)


def test_a_protected_childs_work_is_neither_counted_nor_handed_over(county, leaver):
    open_lead, hidden = given(county, leaver, 2)
    Person.objects.filter(id=hidden.person_id).update(restricted=True)
    shown = caseload_of(county, post_id=leaver.id)
    assert (shown.leads, shown.tasks) == (1, 1)
    moved = hand_over(county, from_post_id=leaver.id, to_post_id=make_post("child_director").id)
    assert (moved.leads, moved.tasks) == (1, 1)
    assert stands(hidden)[1] == leaver.id
    assert stands(open_lead)[1] != leaver.id


def test_the_caseloads_of_an_area_are_listed_those_that_nobody_holds_first(county, leaver):
    busy, gone = make_post("child_director"), make_post("child_director", division=OTHER_VILLAGE)
    given(county, leaver, 1)
    given(county, busy, 2)
    make_lead(division=OTHER_VILLAGE, state="assigned", post=gone)
    User.objects.filter(id=gone.user_id).update(is_active=False)
    listed = [(one.post.id, one.leads, one.tasks, one.held) for one in caseloads(make_actor("supervisor"))]
    assert listed == [(gone.id, 1, 0, False), (busy.id, 2, 2, True), (leaver.id, 1, 1, True)]
    assert caseloads(make_actor("supervisor", division="990101002000")) == ()
    assert caseload_of(make_actor("supervisor", division="990101002000"), post_id=leaver.id) is None
    with pytest.raises(AccessDenied):
        caseloads(make_actor("child_director"))


# --- by itself ------------------------------------------------------------------------------------------------------


def test_an_ended_posts_work_goes_to_the_successor_who_was_named(county, sysadmin, leaver):
    lead, visited = given(county, leaver, 2)
    begin_visit(actor_of(leaver), lead_id=visited.id)
    make_post("child_director", valid_from=dt.date(2015, 1, 1))
    successor = make_post("child_director")
    end_post(sysadmin, post_id=leaver.id, successor_id=successor.id)
    assert release_ended_posts() == 0  # the event knows to whom, and has not been delivered yet
    deliver_events()
    assert (stands(lead), stands(visited)) == (
        ("assigned", successor.id, "village"),
        ("visiting", successor.id, "village"),
    )
    assert notices(actor_of(successor)) == [(leaver.id, 2, 2)]


def test_without_a_successor_the_villages_other_director_gets_it(county, sysadmin, leaver):
    (lead,) = given(county, leaver)
    colleague = make_post("child_director")
    end_post(sysadmin, post_id=leaver.id)
    deliver_events()
    assert stands(lead) == ("assigned", colleague.id, "village")
    assert notices(actor_of(colleague)) == [(leaver.id, 1, 1)]


def test_without_a_colleague_leads_go_back_to_the_townships_queue_with_one_notice(county, sysadmin, leaver):
    supervisor = make_actor("supervisor")
    leads = given(county, leaver, 2)
    again = make_task(post=leaver, subject="d1")  # a determination to verify again
    end_post(sysadmin, post_id=leaver.id)
    deliver_events()
    for lead in leads:
        assert stands(lead) == ("new", None, "township")
        assert next_steps(lead) == [("assign_lead", "supervisor", None)]
    again.refresh_from_db()
    assert (again.post_id, again.queue_role, again.due_on) == (None, "supervisor", DUE)
    assert notices(supervisor) == [(leaver.id, 2, 1)]
    assert notices(make_actor("supervisor", division="990101002000")) == []


def test_without_a_supervisor_it_is_the_countys(county, sysadmin, leaver):
    (lead,) = given(county, leaver)
    end_post(sysadmin, post_id=leaver.id)
    deliver_events()
    assert stands(lead) == ("new", None, "county")
    assert notices(county) == [(leaver.id, 1, 0)]


def test_delivered_twice_it_goes_over_once(county, sysadmin, leaver):
    given(county, leaver)
    end_post(sysadmin, post_id=leaver.id)
    payload = OutboxEvent.objects.get(name="accounts.post_ended").payload
    assert payload == {"post_ids": [str(leaver.id)], "successor_id": ""}
    on_post_ended(**payload)
    on_post_ended(**payload)
    assert notices(county) == [(leaver.id, 1, 0)]
    assert LogEntry.objects.filter(action="release_post").count() == 1


def test_a_drafters_letters_are_whoevers_who_drafts_in_the_county(sysadmin):
    drafter = make_post("county_drafter")
    task = make_task(post=drafter, kind="follow_inquiry", subject="l1", division=COUNTY)
    end_post(sysadmin, post_id=drafter.id)
    deliver_events()
    task.refresh_from_db()
    assert (task.post_id, task.queue_role) == (None, "county_drafter")
    assert notices(make_actor("county_drafter")) == [(drafter.id, 0, 1)]


def test_a_supervisor_who_leaves_nobody_behind_leaves_tasks_to_the_county(sysadmin):
    supervisor = make_post("supervisor")
    task = make_task(post=supervisor, subject="d1", division=TOWNSHIP)
    end_post(sysadmin, post_id=supervisor.id)
    deliver_events()
    task.refresh_from_db()
    assert (task.post_id, task.queue_role) == (None, "county_drafter")


def test_a_protected_childs_lead_goes_back_to_the_queue_too(county, sysadmin, leaver):
    (lead,) = given(county, leaver)
    Person.objects.filter(id=lead.person_id).update(restricted=True)
    end_post(sysadmin, post_id=leaver.id)
    deliver_events()
    assert stands(lead) == ("new", None, "county")


def test_a_cover_that_ran_out_gives_the_work_back_to_whom_it_stood_in_for(county):
    absent, colleague = make_post("child_director"), make_post("child_director", division=OTHER_VILLAGE)
    cover_id = give_cover(
        make_actor("supervisor"),
        post_id=absent.id,
        colleague_post_id=colleague.id,
        first=today(),
        until=today() + dt.timedelta(days=9),
    )
    cover = Post.objects.get(id=cover_id)
    first, second = given(county, absent)[0], given(county, cover)[0]
    (hidden,) = given(county, absent)
    Person.objects.filter(id=hidden.person_id).update(restricted=True)
    assert give_to_covers() == 1 and give_to_covers() == 0  # what was open already, not new work alone
    assert (stands(first)[1], stands(hidden)[1]) == (cover.id, absent.id)
    assert notices(actor_of(cover)) == [(absent.id, 1, 1)]
    assert release_ended_posts() == 0
    end_on(cover, today())
    assert release_ended_posts() == 1
    assert {stands(first)[1], stands(second)[1]} == {absent.id}
    assert notices(actor_of(absent)) == [(cover.id, 2, 2)]  # and not the notice that its own work had come
    assert give_to_covers() == 0
    assert release_ended_posts() == 0


def test_a_cover_that_is_ended_early_gives_the_work_back_at_once(county):
    absent, colleague = make_post("child_director"), make_post("child_director", division=OTHER_VILLAGE)
    boss = make_actor("supervisor")
    cover_id = give_cover(
        boss, post_id=absent.id, colleague_post_id=colleague.id, first=today(), until=today() + dt.timedelta(days=9)
    )
    (lead,) = given(county, Post.objects.get(id=cover_id))
    end_cover(boss, cover_id=cover_id)
    deliver_events()
    assert stands(lead)[1] == absent.id


def test_a_post_that_ended_before_and_was_told_to_nobody_is_found(county, leaver):
    (lead,) = given(county, leaver)
    end_on(leaver, today() - dt.timedelta(days=1))
    assert release_ended_posts() == 1
    assert stands(lead) == ("new", None, "county")


def test_a_lead_that_was_sent_back_to_a_post_that_has_ended_goes_on(county, leaver):
    supervisor = make_actor("supervisor")
    (lead,) = given(county, leaver)
    report_lead(actor_of(leaver), lead_id=lead.id, result="not_in_difficulty", reason="cared_for")
    end_on(leaver, today() - dt.timedelta(days=1))
    assert release_ended_posts() == 0
    review_lead(supervisor, lead_id=lead.id, accept=False, reason="请见到孩子")
    assert release_ended_posts() == 1
    assert stands(lead) == ("new", None, "township")


@pytest.mark.parametrize(
    ("role", "division"),
    [
        ("child_director", OTHER_VILLAGE),
        ("supervisor", "990101002000"),
        ("county_drafter", OTHER_COUNTY),
        ("partner", COUNTY),
        ("committee_office", COUNTY),
        ("secadmin", COUNTY),
    ],
)
def test_a_successor_is_for_the_same_place_or_one_above_and_does_such_work(sysadmin, leaver, role, division):
    other = make_post(role, division=division)
    with pytest.raises(RecordError, match="successor"):
        end_post(sysadmin, post_id=leaver.id, successor_id=other.id)
    assert Post.objects.get(id=leaver.id).valid_to is None


def test_a_record_that_leads_to_nobody_goes_back_to_the_county(county, sysadmin, leaver):
    make_actor("supervisor")
    record = make_lead(person=None, division=COUNTY, why="adverse_record_alone")
    assign_leads(county, lead_ids=[record.id], post_id=leaver.id)
    end_post(sysadmin, post_id=leaver.id)
    deliver_events()
    assert stands(record) == ("new", None, "county")
    assert Lead.objects.get(id=record.id).division == VILLAGE
