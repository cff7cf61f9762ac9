"""A protected file opened in need: reason first, for some hours, and another person looks at it afterwards."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.cases.models import Task
from ciyou.apps.oversight.break_glass import break_glass, list_openings, open_until, review_opening
from ciyou.apps.oversight.models import BreakGlass
from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.apps.registry.models import NamedAccess
from ciyou.apps.registry.refusals import PersonNotFound
from ciyou.apps.registry.scoping import is_named, visible_people
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import AccessDenied, RecordError
from tests.office import OTHER_COUNTY, make_actor, make_person

pytestmark = pytest.mark.django_db
REASON = "孩子昨晚走失，需要立即联系监护人"
FINDING = "情况属实，处置得当，无须追究"


def _break(actor, person, **fields):
    return break_glass(actor, **{"glass_id": uuid.uuid4(), "person_id": person.id, "reason": REASON, **fields})


def _sees(actor, person):
    return visible_people(actor, purpose=Purpose.PROTECT).filter(pk=person.id).exists()


def test_an_opening_shows_a_protected_file_to_the_one_who_opened_it_for_four_hours():
    actor, colleague, child = make_actor(), make_actor(), make_person(restricted=True)
    assert not _sees(actor, child)
    ends_at = _break(actor, child)
    assert _sees(actor, child)
    assert is_named(actor, child.id)
    assert not _sees(colleague, child)
    assert dt.timedelta(hours=3, minutes=59) < ends_at - timezone.now() <= dt.timedelta(hours=4)
    NamedAccess.objects.update(ends_at=timezone.now())
    assert not _sees(actor, child)


def test_an_opening_gives_the_approver_a_task_and_leaves_an_action_about_the_child():
    actor, child = make_actor(), make_person(restricted=True)
    _break(actor, child)
    task = Task.objects.get(kind="review_break_glass")
    assert (task.queue_role, task.person_id, task.state) == ("county_approver", child.id, "open")


def test_a_short_reason_opens_nothing():
    actor, child = make_actor(), make_person(restricted=True)
    with pytest.raises(RecordError) as refused:
        _break(actor, child, reason="急")
    assert refused.value.problems[0].code == "oversight.reason_short"
    assert not _sees(actor, child)
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize("role", ["child_director", "supervisor", "city_viewer", "auditor"])
def test_other_roles_cannot_open(role):
    with pytest.raises(AccessDenied):
        _break(make_actor(role), make_person(restricted=True))


def test_a_file_of_another_county_is_as_unknown_as_none():
    actor = make_actor()
    for person_id in (make_person(division="990102001001", restricted=True).id, uuid.uuid4()):
        with pytest.raises(PersonNotFound):
            break_glass(actor, glass_id=uuid.uuid4(), person_id=person_id, reason=REASON)


def test_sent_twice_or_asked_again_while_open_it_is_one_opening():
    actor, child = make_actor(), make_person(restricted=True)
    glass = uuid.uuid4()
    first = _break(actor, child, glass_id=glass)
    assert _break(actor, child, glass_id=glass) == first
    assert _break(actor, child) == first
    assert BreakGlass.objects.count() == 1
    assert open_until(actor, person_id=child.id) == first


def test_another_person_reviews_and_the_task_ends():
    actor, approver, child = make_actor(), make_actor("county_approver"), make_person(restricted=True)
    _break(actor, child)
    (opening,) = list_openings(approver)
    assert (opening.own, opening.justified, opening.reason) == (False, None, REASON)
    review_opening(approver, glass_id=opening.id, justified=True, finding=FINDING)
    assert Task.objects.get(kind="review_break_glass").state == "done"
    assert is_named(actor, child.id)
    with pytest.raises(RecordError) as refused:
        review_opening(make_actor("county_approver"), glass_id=opening.id, justified=False, finding=FINDING)
    assert refused.value.problems[0].code == "oversight.moved_on"


def test_an_opening_that_was_not_justified_ends_at_once():
    actor, approver, child = make_actor(), make_actor("county_approver"), make_person(restricted=True)
    _break(actor, child)
    (opening,) = list_openings(approver)
    review_opening(approver, glass_id=opening.id, justified=False, finding=FINDING)
    assert not is_named(actor, child.id)
    assert open_until(actor, person_id=child.id) is None


def test_nobody_reviews_their_own_opening_nor_one_of_another_county():
    approver, child = make_actor("county_approver"), make_person(restricted=True)
    _break(approver, child)
    (opening,) = list_openings(approver)
    assert opening.own
    with pytest.raises(RecordError) as refused:
        review_opening(approver, glass_id=opening.id, justified=True, finding=FINDING)
    assert refused.value.problems[0].code == "oversight.own_opening"
    stranger = make_actor("county_approver", division=OTHER_COUNTY)
    assert list_openings(stranger) == ()
    with pytest.raises(NotFoundHere):
        review_opening(stranger, glass_id=opening.id, justified=True, finding=FINDING)
