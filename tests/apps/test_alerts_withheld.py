"""Alerts that wait until somebody is named: the county that is asked is the child's, and what is told then still holds."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.alerts.following import (
    hand_on_open_alerts,
    on_people_merged,
    on_person_moved,
    on_protection_changed,
    on_workers_changed,
)
from ciyou.apps.alerts.signs import raise_for
from ciyou.apps.cases.models import Task
from ciyou.apps.cases.rounds import named_owner_of
from ciyou.apps.oversight.break_glass import break_glass
from ciyou.apps.registry.models import NamedAccess, Person, PersonStatus
from ciyou.apps.registry.workers import name_worker
from ciyou.core.access.roles import Action
from ciyou.packs import load_limits
from ciyou.packs.alerts import rules_of_named_workers
from tests.office import COUNTY, OTHER_COUNTY, VILLAGE, make_actor, make_person, make_post

pytestmark = pytest.mark.django_db
THERE = "990102001001"
SIGN, CHANGE, ASKED = "look_into_sign", "look_into_change", "name_worker"


@pytest.fixture(autouse=True)
def _supervisor():
    return make_post("supervisor")


def happened(child, what="tier_rose"):
    return raise_for(what, {child.id: timezone.now()})


def name(child, role="county_drafter", **fields):
    """A named worker of a child's case, in a post of this role."""
    post = make_post(role, **fields)
    NamedAccess.objects.create(
        person=child, user_id=str(post.user_id), purpose="protect", why="case_worker", reason="主办", granted_by="x", granted_at=timezone.now()
    )  # fmt: skip
    return post


def asked():
    return list(Task.objects.filter(kind=ASKED, state="open").values_list("subject_id", "division"))


def told():
    return set(Task.objects.exclude(kind=ASKED).filter(state="open").values_list("kind", "post_id"))


def change(child, **fields):
    Person.objects.filter(id=child.id).update(**fields)


def test_when_the_child_moves_its_new_county_is_asked_and_the_old_one_is_not_any_more():
    child = make_person(restricted=True)
    happened(child)
    assert asked() == [(str(child.id), COUNTY)]
    change(child, division=THERE)
    on_person_moved(str(child.id), VILLAGE, THERE)
    assert asked() == [(str(child.id), OTHER_COUNTY)]
    ended = Task.objects.get(kind=ASKED, division=COUNTY)
    assert (ended.state, ended.reason) == ("withdrawn", "moved")


def test_nobody_is_asked_about_a_child_who_left_for_another_system():
    child = make_person(restricted=True)
    happened(child)
    change(child, status=PersonStatus.MOVED)
    assert (hand_on_open_alerts(), asked()) == (0, [])


def test_after_a_merge_the_county_is_asked_about_the_file_that_stays():
    kept, dropped = make_person(), make_person(restricted=True)
    happened(dropped)
    change(kept, restricted=True)
    change(dropped, status="merged", merged_into=kept)
    Task.objects.filter(person=dropped).update(person=kept)
    on_people_merged(kept=str(kept.id), dropped=str(dropped.id))
    assert asked() == [(str(kept.id), COUNTY)]
    post = name(kept)
    on_workers_changed([str(kept.id)])
    assert (asked(), told()) == ([], {(CHANGE, post.id)})


def test_of_an_open_child_whose_score_is_a_hint_the_county_is_asked_and_nobody_else_is_told():
    child = make_person()
    assert happened(child, "score") == 0
    assert (asked(), told()) == ([(str(child.id), COUNTY)], set())
    for restricted in (True, False):
        change(child, restricted=restricted)
        on_protection_changed([str(child.id)])
        assert (asked(), told()) == ([(str(child.id), COUNTY)], set())
    post = name(child)
    on_workers_changed([str(child.id)])
    assert (asked(), told()) == ([], {(SIGN, post.id)})


def test_the_alerts_of_named_workers_are_those_of_every_place():
    assert rules_of_named_workers() == {"hint_reached"}


def test_what_was_seen_to_meanwhile_or_is_too_old_is_not_told_and_what_came_after_is():
    child, longest = make_person(restricted=True), load_limits()["withheld_alert_days"].value
    happened(child)
    Task.objects.filter(kind=CHANGE).update(started_on=timezone.localdate() - dt.timedelta(days=longest + 1))
    post = name(child)
    on_workers_changed([str(child.id)])
    assert (asked(), told()) == ([], set())
    NamedAccess.objects.update(ends_at=timezone.now())
    happened(child)
    NamedAccess.objects.update(ends_at=None)
    on_workers_changed([str(child.id)])
    assert told() == {(CHANGE, post.id)}


def test_a_move_after_which_somebody_was_there_is_not_told():
    child = make_person(restricted=True)
    happened(child, "place_changed")
    Task.objects.filter(kind=CHANGE).update(started_on=timezone.localdate() - dt.timedelta(days=3))
    Task.objects.create(
        kind="answer_silence", subject_id="x", person=child, division=VILLAGE, state="done", reason="visited", ended_at=timezone.now(),
        started_on=timezone.localdate(), due_on=timezone.localdate(), half_on=timezone.localdate(), escalate_on=timezone.localdate(),
        promised_on=timezone.localdate(), created_at=timezone.now(),
    )  # fmt: skip
    name(child)
    on_workers_changed([str(child.id)])
    assert (asked(), told()) == ([], set())


def test_whoever_the_reviewer_may_name_is_told():
    child, today = make_person(restricted=True), timezone.localdate()
    happened(child)
    reviewer, approver = make_actor("county_reviewer"), make_post("county_approver")
    break_glass(reviewer, glass_id=uuid.uuid4(), person_id=child.id, reason="为这份档案指名一位办案人员")
    name_worker(reviewer, person_id=child.id, user_id=str(approver.user_id), reason="接手这个案件")
    on_workers_changed([str(child.id)])
    assert asked() == [] and (CHANGE, approver.id) in told()
    assert named_owner_of(child.id, VILLAGE, today) == (approver.id, "", COUNTY)


def test_work_that_a_role_may_not_do_is_not_its_and_a_post_elsewhere_is_none_of_the_childs():
    child, today = make_person(restricted=True), timezone.localdate()
    office = name(child, "committee_office")
    assert named_owner_of(child.id, VILLAGE, today) is None
    assert named_owner_of(child.id, VILLAGE, today, able=None) == (office.id, "", COUNTY)
    there = name(child, "county_drafter", division=OTHER_COUNTY)
    assert named_owner_of(child.id, VILLAGE, today, able=Action.VISIT) is None
    change(child, residence_division=THERE)
    assert named_owner_of(child.id, VILLAGE, today) == (there.id, "", OTHER_COUNTY)
