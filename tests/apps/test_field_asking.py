"""Questionnaires that were filled on a phone without a network: recorded once as on the page, or kept with a reason and seen to the same day."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.accounts.selectors import actor_by_post
from ciyou.apps.care.models import FilledQuestionnaire
from ciyou.apps.care.refusals import FilledNotFound
from ciyou.apps.care.selectors import read_alerted, read_filled
from ciyou.apps.cases.models import Task
from ciyou.apps.fieldwork.bundles import read_bundle
from ciyou.apps.fieldwork.lists import read_event
from ciyou.apps.fieldwork.models import FieldEvent
from ciyou.apps.fieldwork.settling import apply_event, settle_event
from ciyou.apps.registry.models import Person, PersonPlace
from ciyou.core.errors import RecordError
from ciyou.packs import load_questionnaires
from ciyou.packs.questionnaire_export import form_version
from tests.field_builders import make_phone
from tests.office import OTHER_COUNTY, VILLAGE, make_actor, make_person

pytestmark = pytest.mark.django_db
PHQ = load_questionnaires(division=VILLAGE)["phq_a"]
AT_ONCE = {("assess_in_person", "child_director"), ("see_to_assessment", "supervisor")}
KEPT = {("settle_field_event", "county_drafter"), ("see_to_field_alarm", "supervisor")}


@pytest.fixture
def office():
    """A director with a phone, and a supervisor to be told."""
    return make_phone(make_actor("child_director")), make_actor("supervisor")


def youth():
    day = timezone.localdate()
    return make_person(birth_date=day.replace(year=day.year - 15) - dt.timedelta(days=40))


def said(child, digits="000000001", **fields):
    """A PHQ-A of one point, of self-harm, as the phone says it."""
    answers = {f"answer:{item}": one for item, one in zip(PHQ.scoring.items, digits, strict=True) if one != "-"}
    told = {"instrument": "phq_a", "version": form_version(PHQ), "consent": "child_agreed", "flags": ""}
    day = fields.pop("day", timezone.localdate()).isoformat()
    return {"child": str(child.id), "visited_on": day, "fields": {**told, **answers, **fields}, "base": {}, "leads": {}}


def open_tasks():
    return {(task.kind, task.queue_role) for task in Task.objects.filter(state="open")}


def test_it_is_recorded_once_as_on_the_page_with_work_for_today_and_both_times(office):
    phone, supervisor = office
    child, made = youth(), timezone.now() - dt.timedelta(days=40)
    piece = phone.seal("questionnaire", said(child, day=timezone.localdate(made)), made_at=made)
    assert (phone.send(piece).state, phone.send(piece).repeated) == ("applied", True)
    row = FilledQuestionnaire.objects.get()
    assert (str(row.id), row.filled_at, row.asked_on) == (piece["id"], made, timezone.localdate(made))
    assert open_tasks() == AT_ONCE
    assert {task.due_on for task in Task.objects.all()} == {timezone.localdate()}
    assert read_filled(phone.actor, filled_id=row.id).line.result.raised == ("self_harm",)
    told = read_alerted(supervisor, filled_id=row.id)
    assert (told.reads, told.raised, told.filled_at, told.recorded_at > made) == (False, (), made, True)


def test_a_wrong_clock_is_put_right(office):
    phone, _supervisor = office
    phone.off = dt.timedelta(days=-400)
    day = timezone.localdate(phone.clock())
    assert phone.send(phone.seal("questionnaire", said(youth(), day=day))).state == "applied"
    assert FilledQuestionnaire.objects.get().asked_on == timezone.localdate()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"version": "of another day"}, "form_changed"),
        ({"instrument": "gone", "flags": "self_harm"}, "form_changed"),
        ({"answer:q10": "1", "answer:q9": "1"}, "form_changed"),
        ({"answer:q9": "7"}, "out_of_range"),
        ({"consent": ""}, "no_consent"),
        ({"consent": "guardian_agreed"}, "no_consent"),
    ],
)
def test_what_cannot_be_recorded_is_kept_with_its_reason_and_seen_to_the_same_day(office, fields, reason):
    phone, supervisor = office
    answer = phone.send(phone.seal("questionnaire", said(youth(), **fields)))
    assert (answer.state, answer.reason) == ("set_aside", reason)
    assert open_tasks() == KEPT
    assert Task.objects.get(kind="see_to_field_alarm").due_on == timezone.localdate()
    read = read_event(supervisor, event_id=answer.id)
    assert (read.alarming, read.said, read.may_record) == (True, None, True)
    with pytest.raises(RecordError):
        settle_event(supervisor, event_id=answer.id, settlement="no_visit_made")
    settle_event(supervisor, event_id=answer.id, settlement="seen_in_person")
    assert open_tasks() == set()


def test_nothing_flagged_and_set_aside_is_no_alarm(office):
    phone, supervisor = office
    answer = phone.send(phone.seal("questionnaire", said(youth(), "00000000-", version="old")))
    assert open_tasks() == {("settle_field_event", "county_drafter")}
    assert read_event(supervisor, event_id=answer.id).alarming is False


def test_an_officer_records_it_for_whoever_asked_and_reads_nothing(office):
    phone, supervisor = office
    answer = phone.send(phone.seal("questionnaire", said(youth(), version="of another day")))
    assert apply_event(supervisor, event_id=answer.id).done
    row = FilledQuestionnaire.objects.get(id=answer.id)
    assert row.recorded_by == phone.actor.id
    with pytest.raises(FilledNotFound):
        read_filled(supervisor, filled_id=row.id)
    assert "see_to_field_alarm" not in {kind for kind, _role in open_tasks()}
    assert len(open_tasks()) == 2


@pytest.mark.parametrize("what", ["moved", "protected", "post_ended"])
def test_a_child_or_post_that_went_meanwhile_is_kept_and_alarms(office, what):
    phone, _supervisor = office
    child = youth()
    piece = phone.seal("questionnaire", said(child))
    if what == "moved":
        Person.objects.filter(id=child.id).update(division=OTHER_COUNTY)
        PersonPlace.objects.filter(person_id=child.id).delete()
    elif what == "protected":
        Person.objects.filter(id=child.id).update(restricted=True)
    else:
        Post.objects.filter(id=phone.actor.post_id).update(valid_to=timezone.localdate())
        assert actor_by_post(uuid.UUID(phone.actor.post_id)) is None
    answer = phone.send(piece)
    assert (answer.state, answer.reason) == ("set_aside", "post_ended" if what == "post_ended" else "not_yours")
    assert open_tasks() == KEPT
    assert FieldEvent.objects.get().state == "set_aside"


def test_the_phone_takes_along_what_fits_each_child_and_whom_to_call(office):
    phone, supervisor = office
    child, small, unknown = (
        youth(),
        make_person(birth_date=timezone.localdate() - dt.timedelta(days=400)),
        make_person(),
    )
    Person.objects.filter(id=unknown.id).update(birth_date=None)
    bundle = read_bundle(phone.actor)
    assert bundle.asks[child.id].grounds == ("child_agreed", "child_agreed_guardian_not_told")
    assert "phq_a" in bundle.asks[child.id].codes
    assert {small.id, unknown.id}.isdisjoint(bundle.asks)
    assert set(bundle.instruments) == set(bundle.asks[child.id].codes)
    assert bundle.superior is not None
    assert bundle.superior.name == Post.objects.get(id=supervisor.post_id).user.full_name
