"""Work from phones: each piece once, recorded or kept with its reason; what two people say differently waits for a third."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.cases.lead_reasons import NOT_IN_DIFFICULTY_REASONS
from ciyou.apps.cases.models import Lead, Task, Visit
from ciyou.apps.cases.visits import record_no_change, record_visit
from ciyou.apps.fieldwork.bundles import read_bundle
from ciyou.apps.fieldwork.contents import open_said
from ciyou.apps.fieldwork.lists import read_event, waiting_events
from ciyou.apps.fieldwork.models import FieldClash, FieldEvent
from ciyou.apps.fieldwork.phones import is_wiped, release_share, revoke_phone
from ciyou.apps.fieldwork.receiving import receive_event, recover_event
from ciyou.apps.fieldwork.refusals import FieldWorkNotFound, PhoneRevoked
from ciyou.apps.fieldwork.settling import apply_event, choose_value, settle_event
from ciyou.apps.registry.models import Fact, Person, PersonPlace
from ciyou.apps.registry.reading import owned_rows, stated
from ciyou.apps.registry.services import NewStatement, record_facts
from ciyou.core.errors import RecordError
from ciyou.core.facts.state import Basis
from tests.case_builders import open_lead
from tests.field_builders import key_of, leave, make_phone
from tests.office import OTHER_COUNTY, file_child, make_actor

pytestmark = pytest.mark.django_db
ASKED = ["child.boarding", "household.dibao", "father.working_away"]


@pytest.fixture
def director():
    return make_actor("child_director")


@pytest.fixture
def supervisor():
    return make_actor("supervisor")


@pytest.fixture
def drafter():
    return make_actor("county_drafter")


@pytest.fixture
def child():
    found = file_child()
    open_lead(found, deciding=ASKED)
    return found


def on_file(child, name):
    """What visits said of a fact that still stands."""
    return [
        said.value
        for said in map(stated, owned_rows(child, moment=None))
        if said.source == "visit" and said.name == name
    ]


def one_event():
    return FieldEvent.objects.get()


def tasks():
    return {(task.kind, task.queue_role) for task in Task.objects.filter(state="open") if "field" in task.kind}


def test_a_visit_made_without_a_network_is_recorded_like_any_other(director, child):
    phone, form = make_phone(director), leave(director, child)
    piece = phone.visit(form, {key_of(form, "boarding"): "yes"})
    answer = phone.send(piece)
    assert (answer.state, answer.reason, answer.repeated, phone.outbox) == ("applied", "", False, [])
    assert Visit.objects.get().id == answer.id == uuid.UUID(piece["id"])
    assert on_file(child, "boarding") == [True]
    assert Lead.objects.get().result == "confirmed"


def test_the_same_piece_twice_is_one_visit_and_gets_the_same_answer(director, child):
    phone, form = make_phone(director), leave(director, child)
    piece = phone.visit(form, {key_of(form, "boarding"): "yes"})
    first, second = phone.send(piece), phone.send(piece)
    assert (second.id, second.state, second.repeated) == (first.id, first.state, True)
    assert Visit.objects.count() == FieldEvent.objects.count() == 1


def test_no_change_serves_the_household_in_one_piece(director, child):
    form = leave(director, child)
    fields = {"visited_on": timezone.localdate().isoformat(), "met": "guardian", f"result:{child}": "not_yet"}
    record_visit(director, visit_id=uuid.uuid4(), child_id=child, fields={**fields, key_of(form, "boarding"): "yes"})
    phone, form = make_phone(director), leave(director, child)
    assert phone.send(phone.no_change(form)).state == "applied"
    assert Visit.objects.filter(no_change=True).count() == 1


def said_by_another(child, **answers):
    other = make_actor("child_director")
    form = leave(other, child)
    fields = {"visited_on": timezone.localdate().isoformat(), "met": "guardian", f"result:{child}": "not_yet"}
    record_visit(
        other, visit_id=uuid.uuid4(), child_id=child,
        fields={**fields, **{key_of(form, name, entity="household" if name == "dibao" else "child"): said for name, said in answers.items()}},
    )  # fmt: skip
    return other


def test_a_field_that_somebody_else_changed_meanwhile_is_kept_with_both_values_and_the_rest_is_recorded(
    director, supervisor, child
):
    phone, form = make_phone(director), leave(director, child)
    household = key_of(form, "dibao", entity="household")
    piece = phone.visit(form, {key_of(form, "boarding"): "yes", household: "yes"})
    other = said_by_another(child, boarding="no")
    assert phone.send(piece).state == "conflict"
    assert on_file(child, "boarding") == [False]
    assert on_file(child, "dibao") == [True]
    (clash,) = read_event(supervisor, event_id=one_event().id).clashes
    assert (clash.content.base, clash.content.theirs, clash.content.ours) == ("", "false", "true")
    assert clash.content.theirs_by == other.id and clash.theirs_by and clash.content.theirs_at
    assert tasks() == {("choose_field_value", "supervisor")}


@pytest.mark.parametrize(("choice", "expected"), [("kept", [False]), ("taken", [True])])
def test_a_person_chooses_once_and_then_the_task_ends(director, supervisor, child, choice, expected):
    phone, form = make_phone(director), leave(director, child)
    piece = phone.visit(form, {key_of(form, "boarding"): "yes"})
    said_by_another(child, boarding="no")
    phone.send(piece)
    clash = FieldClash.objects.get()
    choose_value(supervisor, event_id=one_event().id, clash_id=clash.id, choice=choice)
    assert on_file(child, "boarding")[-1:] == expected
    assert (one_event().state, tasks()) == ("settled", set())
    with pytest.raises(RecordError):
        choose_value(supervisor, event_id=one_event().id, clash_id=clash.id, choice="kept")


def test_the_same_value_from_two_phones_is_no_conflict(director, child):
    phone, form = make_phone(director), leave(director, child)
    piece = phone.visit(form, {key_of(form, "boarding"): "yes"})
    said_by_another(child, boarding="yes")
    assert phone.send(piece).state == "applied"


def test_no_change_does_not_confirm_what_somebody_changed_since(director, supervisor, child):
    said_by_another(child, dibao="yes")
    phone, form = make_phone(director), leave(director, child)
    piece = phone.no_change(form)
    said = NewStatement("household.dibao", False, Basis.VERIFIED, timezone.localdate())
    record_facts(make_actor("child_director"), person_id=child, statements=[said], source="visit")
    assert phone.send(piece).state == "conflict"
    assert on_file(child, "dibao") == [False]
    assert read_event(supervisor, event_id=one_event().id).clashes[0].content.ours == "true"


def test_a_lead_that_somebody_else_reported_is_not_reported_again_and_a_person_hears_of_it(director, child):
    phone, form = make_phone(director), leave(director, child)
    piece = phone.visit(form, {})
    other = make_actor("child_director")
    fields = {"visited_on": timezone.localdate().isoformat(), "met": "guardian"}
    record_visit(other, visit_id=uuid.uuid4(), child_id=child, fields={**fields, f"result:{child}": "not_in_difficulty", **no_need(child)})  # fmt: skip
    assert phone.send(piece).state == "conflict"
    assert Lead.objects.get().result == "not_in_difficulty"
    assert FieldClash.objects.count() == 1


def no_need(child):
    return {f"no_need:{child}": next(iter(NOT_IN_DIFFICULTY_REASONS))}


def test_work_on_a_child_that_moved_to_another_county_is_kept_for_the_county_and_not_recorded(director, drafter, child):
    phone, form = make_phone(director), leave(director, child)
    piece = phone.visit(form, {key_of(form, "boarding"): "yes"})
    PersonPlace.objects.filter(person_id=child).update(division=OTHER_COUNTY)
    Person.objects.filter(id=child).update(division=OTHER_COUNTY)
    answer = phone.send(piece)
    assert (answer.state, answer.reason, phone.outbox) == ("set_aside", "not_yours", [])
    assert Visit.objects.count() == 0
    assert tasks() == {("settle_field_event", "county_drafter")}
    read = read_event(drafter, event_id=answer.id)
    assert (read.child, read.said) == (None, None), "the child is not this county's to read of any more"
    settle_event(drafter, event_id=answer.id, settlement="told_other_place")
    assert (one_event().state, tasks(), waiting_events(drafter)) == ("settled", set(), ())
    assert open_said(one_event()).fields[key_of(form, "boarding")] == "yes", "what was said stays as it came"


def test_work_in_a_post_that_ended_is_kept_and_the_county_may_record_it(director, drafter, child):
    phone, form = make_phone(director), leave(director, child)
    piece = phone.visit(form, {key_of(form, "boarding"): "yes"})
    Post.objects.filter(id=director.post_id).update(valid_to=timezone.localdate())
    answer = phone.send(piece)
    assert (answer.state, answer.reason) == ("set_aside", "post_ended")
    assert read_event(drafter, event_id=answer.id).said is not None
    assert apply_event(drafter, event_id=answer.id).done
    assert (on_file(child, "boarding"), one_event().settlement, tasks()) == ([True], "recorded", set())


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"boarding": "perhaps"}, "out_of_range"),
        ({"no_such_fact": "yes"}, "form_changed"),
    ],
)
def test_what_cannot_be_recorded_as_it_is_is_kept_with_its_reason(director, child, fields, reason):
    phone, form = make_phone(director), leave(director, child)
    answer = phone.send(phone.visit(form, {key_of(form, name): text for name, text in fields.items()}))
    assert (answer.state, answer.reason) == ("set_aside", reason)
    assert (Visit.objects.count(), Fact.objects.filter(source="visit").count()) == (0, 0)
    assert open_said(one_event()).fields[key_of(form, next(iter(fields)))] == next(iter(fields.values()))


@pytest.mark.parametrize("days", [-400, 3])
def test_a_phone_with_a_wrong_clock_still_says_the_right_day_and_both_times_are_kept(director, child, days):
    phone, form = make_phone(director, off=dt.timedelta(days=days)), leave(director, child)
    answer = phone.send(phone.visit(form, {key_of(form, "boarding"): "yes"}))
    assert answer.state == "applied"
    assert Visit.objects.get().visited_on == timezone.localdate()
    event = one_event()
    assert abs(event.made_at - event.received_at) > dt.timedelta(days=2)


def test_work_that_lay_on_the_phone_for_forty_days_is_recorded_on_its_day(director, child):
    phone, form = make_phone(director), leave(director, child)
    made = timezone.now() - dt.timedelta(days=40)
    said = phone._said(form, {"visited_on": timezone.localdate(made).isoformat(), "met": "guardian", f"result:{child}": "not_yet"})  # fmt: skip
    assert phone.send(phone.seal("visit", said, made_at=made)).state == "applied"
    assert Visit.objects.get().visited_on == timezone.localdate(made)


def test_nobody_else_hands_in_a_users_work_and_a_broken_seal_is_kept_as_it_came(director, child):
    phone, form = make_phone(director), leave(director, child)
    piece = phone.visit(form, {})
    with pytest.raises(FieldWorkNotFound):
        receive_event(make_actor("child_director"), sent=piece)
    broken = {**piece, "kind": "no_change"}
    assert (phone.send(broken).reason, Visit.objects.count()) == ("unreadable", 0)
    assert open_said(one_event()) is None


def test_the_county_recovers_what_a_phone_could_not_send_and_only_a_person_records_it(director, drafter, child):
    phone, form = make_phone(director), leave(director, child)
    piece = phone.visit(form, {key_of(form, "boarding"): "yes"})
    revoke_phone(director, phone_id=phone.keys.id)
    answer = recover_event(drafter, sent=piece)
    assert (answer.state, answer.reason, Visit.objects.count()) == ("set_aside", "recovered", 0)
    assert recover_event(drafter, sent=piece).repeated
    assert apply_event(drafter, event_id=answer.id).done
    with pytest.raises(FieldWorkNotFound):
        recover_event(make_actor("county_drafter", division=OTHER_COUNTY), sent=phone.visit(form, {}))


def test_a_phone_that_was_taken_back_gets_no_share_and_what_it_still_sends_is_kept(director, child):
    phone, form = make_phone(director), leave(director, child)
    assert release_share(director, phone_id=phone.keys.id).share == phone.keys.share
    assert not is_wiped(phone.keys.id)
    with pytest.raises(FieldWorkNotFound):
        release_share(make_actor("child_director"), phone_id=phone.keys.id)
    revoke_phone(director, phone_id=phone.keys.id)
    assert is_wiped(phone.keys.id)
    with pytest.raises(PhoneRevoked):
        release_share(director, phone_id=phone.keys.id)
    assert phone.send(phone.visit(form, {})).reason == "phone_revoked"


def test_a_bundle_holds_the_villages_children_but_no_protected_one(director, child):
    hidden = file_child()
    Person.objects.filter(id=hidden).update(restricted=True)
    bundle = read_bundle(director)
    assert [one.id for one in bundle.children] == [child]
    assert bundle.ends_at - bundle.made_at == dt.timedelta(days=7)
    assert record_no_change(director, visit_id=uuid.uuid4(), child_id=child)
