"""What a child or guardian asks about the data held: who may ask, on which clock, and who decides."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from ciyou.apps.cases.models import Task
from ciyou.apps.oversight.exports import ExportWish, export_ledger
from ciyou.apps.oversight.ledger import list_ledger
from ciyou.apps.oversight.ledger_query import LedgerQuery
from ciyou.apps.oversight.models import SubjectRequest
from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.apps.oversight.restrictions import lift_restriction
from ciyou.apps.oversight.subject_requests import (
    Requester,
    decide_request,
    get_request,
    list_requests,
    receive_request,
    who_may_ask,
    withdraw_request,
)
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.refusals import PersonNotFound
from ciyou.apps.registry.selectors import protection_of, visible_people
from ciyou.apps.registry.services import merge_people, restrict_file, unrestrict_file
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import AccessDenied, RecordError
from tests.office import OTHER_COUNTY, make_actor, make_person

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)
MOTHER = Requester("王某", "mother", "id_card", "13800000000", "想知道留存了哪些资料")
REASON = "所述情况已由法院文书确认，不予更改"


def _receive(actor, person, **fields):
    return receive_request(
        actor,
        **{
            "request_id": uuid.uuid4(),
            "person_id": person.id,
            "kind": "copy",
            "requester": MOTHER,
            "received_on": TODAY,
            "today": TODAY,
            **fields,
        },
    )


def _codes(caught):
    return {problem.code for problem in caught.value.problems}


def test_a_request_starts_its_clock_and_keeps_who_asked_encrypted():
    actor, child = make_actor(), make_person()
    request_id = _receive(actor, child)
    row = SubjectRequest.objects.get(id=request_id)
    assert "王某".encode() not in bytes(row.content)
    (card,) = list_requests(actor)
    assert (card.requester, card.state, card.kind) == (MOTHER, "open", "copy")
    task = Task.objects.get(kind="subject_request", subject_id=str(request_id))
    assert (task.started_on, task.queue_role) == (TODAY, "county_approver")
    assert card.due_on == task.due_on > TODAY


@pytest.mark.parametrize(
    ("born", "relation", "cannot_express", "code"),
    [
        (dt.date(2012, 11, 25), "self", False, "oversight.request_too_young"),
        (dt.date(2012, 11, 24), "self", False, None),
        (dt.date(2012, 11, 25), "guardian", False, None),
        (dt.date(2012, 11, 24), "guardian", False, "oversight.request_own"),
        (dt.date(2012, 11, 24), "guardian", True, None),
        (None, "guardian", False, None),
        (None, "self", False, "oversight.request_too_young"),
        (dt.date(2016, 1, 1), "teacher", False, "oversight.request_relation"),
    ],
)
def test_below_fourteen_the_guardian_asks_and_from_fourteen_the_child_itself(born, relation, cannot_express, code):
    asked = Requester("某人", relation, "id_card", "", "想要一份资料", cannot_express)
    refused = who_may_ask(asked, born, TODAY)
    assert (None if refused is None else refused.problems[0].code) == code


def test_every_mistake_is_told_at_once():
    with pytest.raises(RecordError) as caught:
        _receive(
            make_actor(),
            make_person(),
            kind="erase",
            requester=Requester("", "teacher", "", "", ""),
            received_on=TODAY + dt.timedelta(days=1),
        )
    assert _codes(caught) == {
        f"oversight.request_{name}" for name in ("kind", "name", "checked", "words", "date", "relation")
    }


def test_the_same_form_twice_and_a_second_open_request_of_a_kind_make_no_second_one():
    actor, child = make_actor(), make_person()
    request_id = _receive(actor, child)
    assert _receive(actor, child, request_id=request_id) == request_id
    with pytest.raises(RecordError) as caught:
        _receive(actor, child)
    assert _codes(caught) == {"oversight.request_open"}
    _receive(actor, child, kind="restrict")
    assert SubjectRequest.objects.count() == 2


def test_another_county_neither_receives_nor_reads_it():
    child = make_person()
    request_id = _receive(make_actor(), child)
    stranger = make_actor(division=OTHER_COUNTY)
    with pytest.raises(PersonNotFound):
        _receive(stranger, child)
    with pytest.raises(NotFoundHere):
        get_request(stranger, request_id=request_id)
    assert list_requests(stranger) == ()
    with pytest.raises(AccessDenied):
        list_requests(make_actor("supervisor"))


def test_a_refusal_needs_a_reason_in_writing():
    child = make_person()
    request_id = _receive(make_actor(), child)
    approver = make_actor("county_approver")
    with pytest.raises(RecordError) as caught:
        decide_request(approver, request_id=request_id, version=1, granted=False, reason="不行")
    assert _codes(caught) == {"oversight.reason_short"}
    decide_request(approver, request_id=request_id, version=1, granted=False, reason=REASON)
    card = get_request(approver, request_id=request_id)
    assert (card.state, card.reason) == ("refused", REASON)
    assert Task.objects.get(kind="subject_request").state == "refused"


def test_of_two_decisions_the_second_is_told_that_it_is_decided():
    request_id = _receive(make_actor(), make_person())
    decide_request(make_actor("county_approver"), request_id=request_id, version=1, granted=True, reason="")
    with pytest.raises(RecordError) as caught:
        decide_request(make_actor("county_approver"), request_id=request_id, version=1, granted=False, reason=REASON)
    assert _codes(caught) == {"oversight.moved_on"}


def test_a_granted_restriction_leaves_the_file_to_its_named_workers():
    child = make_person()
    request_id = _receive(make_actor(), child, kind="restrict")
    approver = make_actor("county_approver")
    decide_request(approver, request_id=request_id, version=1, granted=True, reason="")
    assert Person.objects.get(id=child.id).restricted
    assert get_request(approver, request_id=request_id).state == "granted"


def restricted():
    child = make_person()
    request_id = _receive(make_actor(), child, kind="restrict")
    approver = make_actor("county_approver")
    decide_request(approver, request_id=request_id, version=1, granted=True, reason="")
    return child, request_id, approver


def test_whoever_granted_a_restriction_is_named_so_that_the_file_is_not_lost():
    child, request_id, approver = restricted()
    (ground,) = protection_of(approver, person_id=child.id, purpose=Purpose.SERVE)
    assert ground.request_id == str(request_id)
    assert not visible_people(make_actor("county_reviewer"), purpose=Purpose.SERVE).exists()
    assert visible_people(approver, purpose=Purpose.SERVE).get().id == child.id


def test_a_restricted_file_stands_in_no_list_and_no_export_of_others_and_not_even_in_the_export_of_whoever_is_named():
    child, _request, approver = restricted()
    make_person()
    drafter = make_actor()
    query = LedgerQuery()
    assert child.id not in {row.person_id for row in list_ledger(drafter, query=query, today=TODAY).rows}
    wish = ExportWish(uuid.uuid4(), query, ("name",), Purpose.SERVE, "核对本月走访情况，供例会使用")
    assert export_ledger(approver, wish=wish, proved=True).card.rows == 1


def test_a_restriction_is_lifted_with_a_reason_by_any_approver_of_the_county_and_only_once():
    child, request_id, _approver = restricted()
    other = make_actor("county_approver")
    with pytest.raises(RecordError) as caught:
        lift_restriction(other, request_id=request_id, version=2, reason="撤回")
    assert _codes(caught) == {"oversight.reason_short"}
    assert lift_restriction(other, request_id=request_id, version=2, reason="母亲书面说明不再需要限制")
    assert not lift_restriction(other, request_id=request_id, version=2, reason="母亲书面说明不再需要限制")
    assert not Person.objects.get(id=child.id).restricted
    card = get_request(other, request_id=request_id)
    assert (card.state, card.lift_reason) == ("lifted", "母亲书面说明不再需要限制")


def test_a_case_protection_and_a_restriction_do_not_open_each_other():
    child, request_id, approver = restricted()
    with pytest.raises(RecordError) as caught:
        unrestrict_file(approver, person_id=child.id, reason="mistake")
    assert _codes(caught) == {"registry.restricted_on_request"}
    restrict_file(approver, person_id=child.id, reason="侵害未成年人案件")
    lift_restriction(approver, request_id=request_id, version=2, reason="母亲书面说明不再需要限制")
    assert Person.objects.get(id=child.id).restricted
    assert unrestrict_file(approver, person_id=child.id, reason="case_closed")
    assert not Person.objects.get(id=child.id).restricted


def test_a_restriction_follows_the_file_that_stays_after_a_merge():
    child, request_id, approver = restricted()
    twin = make_person()
    merge_people(approver, keep=twin.id, drop=child.id)
    assert Person.objects.get(id=twin.id).restricted
    lift_restriction(approver, request_id=request_id, version=2, reason="母亲书面说明不再需要限制")
    assert not Person.objects.get(id=twin.id).restricted


def test_only_a_granted_restriction_of_the_own_county_is_lifted_and_only_by_an_approver():
    request_id = _receive(make_actor(), make_person(), kind="restrict")
    copy = _receive(make_actor(), make_person())
    wish = {"version": 1, "reason": "母亲书面说明不再需要限制"}
    with pytest.raises(RecordError) as caught:
        lift_restriction(make_actor("county_approver"), request_id=request_id, **wish)
    assert _codes(caught) == {"oversight.not_restricted"}
    for actor, asked in (
        (make_actor("county_approver", division=OTHER_COUNTY), request_id),
        (make_actor("county_approver"), copy),
    ):
        with pytest.raises(NotFoundHere):
            lift_restriction(actor, request_id=asked, **wish)
    with pytest.raises(AccessDenied):
        lift_restriction(make_actor(), request_id=request_id, **wish)


def test_whoever_took_it_down_does_not_decide_it():
    child = make_person()
    request_id = _receive(make_actor(), child)
    with pytest.raises(AccessDenied):
        decide_request(make_actor(), request_id=request_id, version=1, granted=True, reason="")


def test_a_request_can_be_taken_back():
    actor = make_actor()
    request_id = _receive(actor, make_person())
    withdraw_request(actor, request_id=request_id, version=1, reason="母亲来电撤回")
    assert get_request(actor, request_id=request_id).state == "withdrawn"
    assert Task.objects.get(kind="subject_request").state == "withdrawn"
