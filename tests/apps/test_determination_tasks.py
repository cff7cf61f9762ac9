"""What determinations make people do: confirm what is proposed, verify again what was returned."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.apps.audit.models import OutboxEvent
from ciyou.apps.cases.models import Task
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.entitlements.services import confirm_determination, determine_children, return_determination
from ciyou.apps.registry.services import NewStatement, record_facts
from ciyou.config.wiring import HANDLERS
from ciyou.core.access.actor import LOCAL_OPERATOR
from tests.office import COUNTY, TOWNSHIP, VILLAGE, file_child, make_actor, make_post

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
IN_PRISON = {"imprisoned": True, "imprisoned.term_months": 36}


def determine(child):
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=DAY, cause="load")


def deliver():
    """Deliver the news about determinations, each twice: at least once is all that the worker promises."""
    for event in OutboxEvent.objects.filter(name__startswith="entitlements.", delivered_at=None).order_by("id"):
        for handler in HANDLERS[event.name] * 2:
            handler(**event.payload)
    OutboxEvent.objects.all().delete()


def tasks(child):
    """What determinations made people do for the child; who visits it regularly is another matter (see test_regular_visits)."""
    rows = Task.objects.filter(person_id=child).exclude(kind="visit_child").order_by("created_at", "id")
    return [(row.kind, row.state, row.queue_role, row.division) for row in rows]


@pytest.fixture
def child():
    """A child whose yes waits for a reviewer."""
    found = file_child(father={"dead": True}, mother=IN_PRISON)
    determine(found)
    deliver()
    return found


def proposal(child):
    return Determination.objects.get(person_id=child, current=True)


def test_a_proposed_yes_is_the_countys_reviewers_to_confirm(child):
    assert tasks(child) == [("confirm_determination", "open", "county_reviewer", COUNTY)]


def test_a_child_of_whom_nothing_is_due_makes_no_work():
    silent = file_child(born=dt.date(2000, 1, 1))
    determine(silent)
    deliver()
    assert tasks(silent) == []


def test_once_confirmed_the_task_is_done_and_the_same_answer_again_makes_no_new_one(child):
    confirm_determination(make_actor("county_reviewer"), determination_id=proposal(child).id)
    deliver()
    assert [row[:2] for row in tasks(child)] == [("confirm_determination", "done")]
    same = [NewStatement("sex", "female", "verified")]
    record_facts(make_actor("county_drafter"), person_id=child, statements=same, source="correction")
    determine(child)
    deliver()
    assert [row[:2] for row in tasks(child)] == [("confirm_determination", "done")]


def test_a_proposal_that_is_replaced_leaves_no_task_behind(child):
    record_facts(
        make_actor("county_drafter"),
        person_id=child,
        statements=[NewStatement("adopted", True, "verified")],
        source="correction",
    )
    determine(child)
    deliver()
    assert [row[1] for row in tasks(child)] == ["withdrawn", "open"]


def test_what_is_returned_is_the_villages_to_verify_until_it_is_determined_again(child):
    director = make_post("child_director")
    return_determination(make_actor("county_approver"), determination_id=proposal(child).id, reason="请再核实")
    deliver()
    assert tasks(child)[1] == ("verify_lead", "open", "child_director", VILLAGE)
    assert Task.objects.get(kind="verify_lead").post_id == director.id
    record_facts(
        make_actor("county_drafter"),
        person_id=child,
        statements=[NewStatement("adopted", False, "verified")],
        source="correction",
    )
    determine(child)
    deliver()
    assert ("verify_lead", "done", "child_director", VILLAGE) in tasks(child)


def test_where_a_village_has_nobody_the_township_verifies(child):
    return_determination(make_actor("county_approver"), determination_id=proposal(child).id, reason="请再核实")
    deliver()
    assert tasks(child)[1] == ("verify_lead", "open", "supervisor", TOWNSHIP)
