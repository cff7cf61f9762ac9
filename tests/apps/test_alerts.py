"""Alerts: silence, thresholds and changes become tasks with an owner and a clock, once for a child and a rule, and end with a reason."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ciyou.apps.alerts import signs
from ciyou.apps.alerts.closing import end_answered
from ciyou.apps.alerts.following import (
    hand_on_open_alerts,
    on_child_died,
    on_determination_made,
    on_people_merged,
    on_person_moved,
    on_protection_changed,
    on_questionnaire_recorded,
    on_tier_confirmed,
    on_workers_changed,
)
from ciyou.apps.alerts.signs import raise_for, watch_missed_visits
from ciyou.apps.alerts.silence import watch_silence
from ciyou.apps.assessments.models import AssessmentState, RiskAssessment
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.care.models import FilledQuestionnaire, FilledState
from ciyou.apps.cases.alert_lists import own_alerts, see_to_alert
from ciyou.apps.cases.contacts import visited_on
from ciyou.apps.cases.models import Task, Visit, VisitedChild
from ciyou.apps.registry.models import NamedAccess, Person, Relationship
from ciyou.core.errors import RecordError
from ciyou.packs import load_alerts
from tests.office import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, file_child, make_actor, make_person, make_post

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 10)
SILENCE, SIGN, CHANGE = "answer_silence", "look_into_sign", "look_into_change"


def ago(days):
    return TODAY - dt.timedelta(days=days)


def moment(day):
    return timezone.make_aware(dt.datetime.combine(day, dt.time(9)))


def give_tier(child, tier="medium_low", *, at=None):
    """A tier that a person confirmed."""
    now = at or timezone.now()
    return RiskAssessment.objects.create(
        person_id=child, division=VILLAGE, assessed_on=TODAY, pack_version="x", content=b"x", proposed=tier, tier=tier,
        state=AssessmentState.CONFIRMED, recorded_by="x", recorded_at=now, confirmed_by="y", confirmed_at=now,
    )  # fmt: skip


def a_child(tier="medium_low", *, opened=200, **fields):
    """A child of the caseload whose file was opened so many days ago."""
    child = make_person(created_at=moment(ago(opened)), **fields)
    if tier:
        give_tier(child.id, tier)
    return child


def visit(child, day, *, met=True):
    post = make_post("child_director")
    row = Visit.objects.create(
        id=uuid.uuid4(),
        post=post,
        division=VILLAGE,
        visited_on=day,
        met_somebody=met,
        content=b"x",
        recorded_at=moment(day),
    )
    VisitedChild.objects.create(visit=row, person=child)
    return row


def told(kind, state="open"):
    return {row.person_id for row in Task.objects.filter(kind=kind, state=state)}


@pytest.fixture
def supervisor():
    return make_post("supervisor")


def test_a_child_whom_nobody_contacted_for_longer_than_its_tier_allows_has_one_alert_with_an_owner_and_a_clock(
    supervisor,
):
    silent, visited = a_child(), a_child()
    visit(silent, ago(61))
    visit(visited, ago(60))

    assert watch_silence(TODAY) == 1
    assert watch_silence(TODAY + dt.timedelta(days=0)) == 0

    (task,) = Task.objects.filter(kind=SILENCE)
    assert (task.person_id, task.subject_id) == (silent.id, f"no_contact:{silent.id.hex}")
    assert (task.queue_role, task.division, task.started_on) == ("supervisor", TOWNSHIP, TODAY)
    assert task.half_on <= task.due_on <= task.escalate_on and task.due_on == dt.date(2026, 3, 13)
    assert watch_silence(TODAY + dt.timedelta(days=1)) == 1
    assert told(SILENCE) == {silent.id, visited.id}


def test_what_counts_as_silence_goes_by_tier_and_a_locked_door_breaks_none(supervisor):
    high, low = a_child("high"), a_child("low")
    for child in (high, low):
        visit(child, ago(20))
    visit(high, ago(3), met=False)
    watch_silence(TODAY)
    assert told(SILENCE) == {high.id}


def test_a_new_file_is_not_silent_and_one_outside_the_caseload_never_is(supervisor):
    a_child(opened=30), a_child(tier="")
    assert watch_silence(TODAY) == 0


def test_a_questionnaire_or_a_call_breaks_the_silence_too(supervisor):
    asked, called = a_child(), a_child()
    FilledQuestionnaire.objects.create(
        person=asked, instrument="psc_17", pack_version="x", respondent="carer", division=VILLAGE, asked_on=ago(2), content=b"x",
        result=b"x", state=FilledState.RECORDED, recorded_by="x", recorded_at=moment(ago(2)),
    )  # fmt: skip
    Task.objects.create(
        kind=SILENCE, person=called, subject_id=f"no_contact:{called.id.hex}", division=TOWNSHIP, started_on=ago(5),
        due_on=ago(2), half_on=ago(3), escalate_on=ago(1), state="done", reason="called", ended_at=moment(ago(4)), created_at=moment(ago(5)),
    )  # fmt: skip
    assert watch_silence(TODAY) == 0


def test_an_alert_ends_by_itself_with_its_reason_when_somebody_was_there(supervisor):
    child, other = a_child(), a_child()
    watch_silence(TODAY)
    visit(child, TODAY)
    visit(other, ago(1), met=True)

    assert end_answered() == 1

    task = Task.objects.get(kind=SILENCE, person=child)
    assert (task.state, task.reason) == ("done", "contact")
    assert told(SILENCE) == {other.id}
    assert end_answered() == 0


def test_nothing_ends_in_silence_for_a_protected_child_or_one_who_must_be_seen_today(supervisor):
    hidden, endangered = a_child(restricted=True), a_child()
    named = make_post("county_drafter")
    NamedAccess.objects.create(
        person=hidden,
        user_id=str(named.user_id),
        purpose="serve",
        why="case_worker",
        reason="主办",
        granted_by="x",
        granted_at=timezone.now(),
    )
    watch_silence(TODAY)
    FilledQuestionnaire.objects.create(
        person=endangered, instrument="phq_9", pack_version="x", respondent="self", division=VILLAGE, asked_on=TODAY, content=b"x",
        result=b"x", state=FilledState.WAITING, recorded_by="x", recorded_at=moment(TODAY),
    )  # fmt: skip
    for child in (hidden, endangered):
        visit(child, TODAY)

    assert end_answered() == 0

    assert told(SILENCE) == {hidden.id, endangered.id}
    assert Task.objects.get(person=hidden).post == named


def test_a_protected_child_without_a_named_worker_is_told_of_to_nobody(supervisor):
    a_child(restricted=True)
    assert watch_silence(TODAY) == 0


def test_visits_in_a_row_that_met_nobody_tell_once_and_again_only_after_another(supervisor):
    child, once = a_child(), a_child()
    for day in (9, 5):
        visit(child, ago(day), met=False)
    visit(once, ago(5), met=False)

    assert watch_missed_visits(TODAY) == 1
    assert told(SIGN) == {child.id}
    Task.objects.filter(kind=SIGN).update(state="done", reason="seen_to")
    assert watch_missed_visits(TODAY) == 0
    later = visit(child, TODAY, met=False)
    Visit.objects.filter(id=later.id).update(recorded_at=timezone.now() + dt.timedelta(hours=1))
    assert watch_missed_visits(TODAY) == 1


def test_of_several_rules_about_missed_visits_each_waits_for_its_own_number(supervisor, monkeypatch):
    rule = load_alerts(division=VILLAGE)["missed_visits"]
    rules = {"two": replace(rule, code="two"), "three": replace(rule, code="three", at_least=3)}
    monkeypatch.setattr(signs, "load_alerts", lambda **_where: rules)
    child = a_child()
    for day in (9, 5):
        visit(child, ago(day), met=False)
    assert watch_missed_visits(TODAY) == 1
    assert [row.subject_id.partition(":")[0] for row in Task.objects.all()] == ["two"]


def test_a_tier_that_rose_tells_somebody_and_one_that_fell_nobody(supervisor):
    worse, better = a_child("low"), a_child("high")
    later = timezone.now() + dt.timedelta(seconds=1)
    give_tier(worse.id, "medium_high", at=later)
    give_tier(better.id, "low", at=later)
    on_tier_confirmed([str(worse.id), str(better.id)])
    assert told(CHANGE) == {worse.id}


def test_a_child_who_moved_is_told_of_at_the_new_place_with_what_was_open(supervisor):
    director = make_post("child_director", division=OTHER_VILLAGE)
    child = a_child()
    watch_silence(TODAY)
    Person.objects.filter(id=child.id).update(division=OTHER_VILLAGE)
    on_person_moved(str(child.id), VILLAGE, OTHER_VILLAGE)
    assert Task.objects.get(kind=CHANGE).post == director
    assert Task.objects.get(kind=SILENCE).queue_role == "supervisor"


def test_a_parents_state_that_changed_tells_somebody_once_and_names_nothing(supervisor):
    child = file_child(father={"imprisoned": True})
    on_determination_made([str(child)])
    assert told(CHANGE) == set()  # so the file began
    Person.objects.filter(id=child).update(created_at=timezone.now() - dt.timedelta(days=30))
    on_determination_made([str(child)])
    on_determination_made([str(child)])
    task = Task.objects.get(kind=CHANGE)
    assert task.subject_id == f"family_changed:{child.hex}"
    assert task.reason == ""


def test_another_guardian_tells_somebody_and_two_that_a_roster_names_together_nobody(supervisor):
    """A screening that brings two names for one child tells of no change; found in the demo, where 69 children had such an alert."""
    child, opened = a_child(tier=None), timezone.now() - dt.timedelta(days=30)
    Person.objects.filter(id=child.id).update(created_at=opened)

    def named(at):
        Relationship.objects.create(
            person=child, other=make_person(kind="adult"), kind="guardian", source="x", confidence=0.5, recorded_at=at
        )
        on_determination_made([str(child.id)])
        return told(CHANGE)

    now = timezone.now()
    together = now - dt.timedelta(days=2)
    assert named(opened + dt.timedelta(hours=1)) == set()
    Relationship.objects.update(recorded_at=together)
    assert named(together) == set()
    assert named(now) == {child.id}


def test_which_facts_of_a_parent_tell_somebody_the_childs_place_says(supervisor, monkeypatch):
    nation = load_alerts(division="00")
    there = {"family_changed": replace(nation["family_changed"], facts=("working_away",))}
    monkeypatch.setattr(signs, "load_alerts", lambda *, division: there if division == OTHER_VILLAGE else nation)
    here, elsewhere, dead = (
        file_child(father={"working_away": True}),
        file_child(division=OTHER_VILLAGE, father={"working_away": True}),
        file_child(division=OTHER_VILLAGE, father={"dead": True}),
    )
    Person.objects.update(created_at=timezone.now() - dt.timedelta(days=30))
    on_determination_made([str(one) for one in (here, elsewhere, dead)])
    assert told(CHANGE) == {elsewhere}


def test_death_withdraws_and_a_merge_keeps_one(supervisor):
    kept, dropped, dead = a_child(), a_child(), a_child()
    watch_silence(TODAY)
    on_child_died([str(dead.id)])
    Person.objects.filter(id=dropped.id).update(status="merged", merged_into=kept)
    Task.objects.filter(person=kept).delete()
    Task.objects.filter(person=dropped).update(person=kept)
    on_people_merged(kept=str(kept.id), dropped=str(dropped.id))
    assert [row.subject_id for row in Task.objects.filter(state="open")] == [f"no_contact:{kept.id.hex}"]
    assert set(Task.objects.filter(state="withdrawn").values_list("reason", flat=True)) == {"died", "merged"}


def test_protection_hands_an_alert_to_a_named_worker_and_without_one_to_nobody(supervisor):
    child = a_child()
    watch_silence(TODAY)
    Person.objects.filter(id=child.id).update(restricted=True)
    on_protection_changed([str(child.id)])
    assert Task.objects.get(kind=SILENCE).reason == "no_named_worker"


def name(child, role="county_drafter", **fields):
    """A named worker of a child's case."""
    post = make_post(role)
    said = {
        "purpose": "protect",
        "why": "case_worker",
        "reason": "主办",
        "granted_by": "x",
        "granted_at": timezone.now(),
    }
    NamedAccess.objects.create(person=child, user_id=str(post.user_id), **{**said, **fields})
    return post


def open_rows():
    return {(row.kind, row.post_id, row.queue_role, row.person_id) for row in Task.objects.filter(state="open")}


def test_an_alert_goes_on_when_an_access_ran_out_and_without_anybody_the_county_is_asked_to_name_somebody(supervisor):
    child = a_child(restricted=True)
    first = name(child)
    watch_silence(TODAY)
    raise_for("tier_rose", {child.id: timezone.now()})
    assert {(post, who) for _kind, post, _role, who in open_rows()} == {(first.id, child.id)}
    NamedAccess.objects.update(ends_at=timezone.now())
    assert hand_on_open_alerts() == 2
    asked = Task.objects.get(state="open")
    assert (asked.kind, asked.queue_role, asked.division, asked.person_id) == (
        "name_worker",
        "county_reviewer",
        COUNTY,
        None,
    )
    assert (watch_silence(TODAY), hand_on_open_alerts()) == (0, 0)
    second = name(child, "county_reviewer")
    on_workers_changed([str(child.id)])
    assert open_rows() == {(CHANGE, second.id, "county_reviewer", child.id)}
    assert watch_silence(TODAY) == 1  # a silence is found again in the night
    assert open_rows() == {(kind, second.id, "county_reviewer", child.id) for kind in (SILENCE, CHANGE)}
    assert hand_on_open_alerts() == 0


def test_what_came_up_while_nobody_was_named_is_told_once_somebody_is(supervisor):
    child = a_child(restricted=True)
    assert raise_for("tier_rose", {child.id: timezone.now()}) == 0
    assert {kind for kind, *_more in open_rows()} == {"name_worker"}
    named = name(child)
    assert hand_on_open_alerts() == 1
    assert open_rows() == {(CHANGE, named.id, "county_drafter", child.id)}


def test_who_opened_a_file_in_need_gets_no_alert_about_it(supervisor):
    child = a_child(restricted=True)
    name(child, why="break_glass")
    assert watch_silence(TODAY) == 0
    assert {kind for kind, *_more in open_rows()} == {"name_worker"}


def test_a_named_worker_who_was_there_ends_a_silence_by_hand_and_that_is_a_contact(supervisor):
    hidden, seen = a_child(restricted=True), a_child()
    named = make_actor("county_drafter")
    NamedAccess.objects.create(
        person=hidden, user_id=named.id, purpose="protect", why="case_worker", reason="主办", granted_by="x", granted_at=timezone.now()
    )  # fmt: skip
    watch_silence(TODAY)
    (line,) = own_alerts(named).lines
    assert line.done == ("called", "visited")
    see_to_alert(named, task_id=line.task_id, done="visited")
    assert set(visited_on([hidden.id], since=TODAY)) == {hidden.id}
    mine = make_actor("supervisor")
    with pytest.raises(RecordError):
        see_to_alert(mine, task_id=Task.objects.get(person=seen, state="open").id, done="visited")


def test_silence_is_looked_at_in_as_many_questions_for_many_children_as_for_few(supervisor):
    for _number in range(3):
        a_child()
    with CaptureQueriesContext(connection) as few:
        watch_silence(TODAY)
    for _number in range(20):
        a_child()
    with CaptureQueriesContext(connection) as many:
        assert watch_silence(TODAY) == 20
    assert len(many) <= len(few)


def test_a_questionnaire_whose_score_is_no_hint_tells_nobody(supervisor):
    on_questionnaire_recorded(str(uuid.uuid4()), [str(a_child().id)])
    assert told(SIGN) == set()


def test_that_a_score_is_a_hint_is_told_to_a_named_worker_only_and_the_log_does_not_tell_why(supervisor):
    child, known = a_child(), a_child()
    director = make_post(role="child_director", division=VILLAGE)
    NamedAccess.objects.create(
        person=known,
        user_id=str(director.user_id),
        purpose="serve",
        why="case_worker",
        reason="主办",
        granted_by="x",
        granted_at=timezone.now(),
    )
    raise_for("score", {child.id: timezone.now(), known.id: timezone.now()})
    told_now = Task.objects.filter(kind=SIGN, state="open")
    assert list(told_now.values_list("person_id", "post_id")) == [(known.id, director.id)]
    entry = LogEntry.objects.filter(action="raise_alerts").latest("id")
    assert (entry.highest_class, json.loads(entry.details)["rule"]) == (5, "")
