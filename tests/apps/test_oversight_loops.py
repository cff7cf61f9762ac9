"""The report of loops: everything that has to come to an end stands in it by state, and what nobody owns is told."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.cases.models import Task
from ciyou.apps.cases.open_work import list_open_work
from ciyou.apps.cases.shown_work import OF_REFERRALS, UNLISTED
from ciyou.apps.oversight.loops import loop_kinds, read_loops
from ciyou.apps.registry.models import Person
from ciyou.core.errors import AccessDenied
from ciyou.web import loop_wording
from ciyou.web.work_wording import OF_REFERRALS as OF_REFERRAL_PAGES
from tests.office import OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, make_actor, make_person
from tests.referral_builders import drafted, sending, sent

pytestmark = pytest.mark.django_db


def report(role: str = "county_drafter", **fields):
    return read_loops(make_actor(role, **fields), today=timezone.localdate())


def kind_of(found, code: str):
    return next((one for one in found.loops if one.kind == code), None)


def test_a_referral_stands_in_its_state_with_owner_and_clock():
    who = sending()
    drafted(who)
    sent(who)
    found = kind_of(report("supervisor"), "referral")
    assert {state: cell.count for state, cell in found.states.items()} == {"drafted": 1, "sent": 1}
    assert (found.open.count, found.ownerless.count, found.clockless.count, found.overdue.count) == (2, 0, 0, 0)
    assert found.oldest == timezone.localdate()


def test_what_is_open_without_work_about_it_has_neither_owner_nor_clock():
    referral = sent(sending())
    Task.objects.filter(subject_id=str(referral.id)).delete()
    found = report()
    one = kind_of(found, "referral")
    assert (one.open.count, one.ownerless.count, one.clockless.count) == (1, 1, 1)
    assert found.amiss == 2


def test_work_that_lost_its_owner_still_has_its_clock():
    referral = sent(sending())
    Task.objects.filter(subject_id=str(referral.id)).update(post=None, queue_role="", department="")
    found = report()
    one = kind_of(found, "referral")
    assert (one.ownerless.count, one.clockless.count) == (1, 0)
    assert not [task.kind for task in found.tasks if task.kind in OF_REFERRALS]  # the loop tells of them


def test_what_is_late_is_counted_and_listed_with_its_owner():
    referral, day = sent(sending()), timezone.localdate() - dt.timedelta(days=3)
    assert kind_of(report(), "referral").overdue.count == 0
    Task.objects.filter(subject_id=str(referral.id)).update(due_on=day, started_on=day)
    assert kind_of(report(), "referral").overdue.count == 1
    # The question is written once; the day in it is of whoever asks.
    on_its_day = read_loops(make_actor("county_drafter"), today=day)
    assert kind_of(on_its_day, "referral").overdue.count == 0
    Task.objects.filter(subject_id=str(referral.id), state="open").update(kind="verify_lead")
    page = list_open_work(make_actor("supervisor"), kinds=["verify_lead"], late=True, today=timezone.localdate())
    assert page.person_ids == (str(referral.child_id),)
    assert (page.total, page.lines[0].post.role, page.lines[0].due_on) == (1, "child_director", day)


def test_protected_children_and_other_places_are_in_no_number():
    who = sending()
    sent(who)
    assert kind_of(report(division=OTHER_COUNTY), "referral") is None
    Person.objects.filter(id=who.child.id).update(restricted=True)
    assert kind_of(report(), "referral") is None


def ended(person, division: str, *, count: int, state: str = "done") -> None:
    day = timezone.localdate()
    Task.objects.bulk_create(
        Task(
            kind="verify_lead", person=person, subject_id="ended", division=division, queue_role="child_director", state=state,
            started_on=day, due_on=day, half_on=day, escalate_on=day, created_at=timezone.now(),
        )
        for _ in range(count)
    )  # fmt: skip


def test_work_that_ended_is_counted_over_all_places_and_that_about_protected_children_not_at_all():
    open_to_all, protected = make_person(), make_person(restricted=True)
    merged = make_person(status="merged", merged_into=protected)
    ended(open_to_all, VILLAGE, count=2)
    ended(None, OTHER_VILLAGE, count=3)
    ended(open_to_all, VILLAGE, count=1, state="withdrawn")
    for hidden in (protected, merged):
        ended(hidden, VILLAGE, count=4)
        ended(hidden, OTHER_VILLAGE, count=1, state="refused")
    ended(open_to_all, OTHER_COUNTY, count=5)
    (task,) = report().tasks
    assert [(state, cell.count) for state, cell in task.states.items()] == [("done", 5), ("withdrawn", 1)]
    assert (task.open.count, task.place) == (0, min(VILLAGE, OTHER_VILLAGE))


def test_no_place_is_told_where_only_a_protected_child_has_such_work():
    ended(make_person(restricted=True), VILLAGE, count=2)
    ended(make_person(), OTHER_VILLAGE, count=1)
    (task,) = report().tasks
    assert ({state: cell.count for state, cell in task.states.items()}, task.place) == ({"done": 1}, OTHER_VILLAGE)


def test_who_sees_only_figures_is_told_no_small_number_and_no_tasks():
    sent(sending())
    found = report("city_viewer")
    one = kind_of(found, "referral")
    assert not found.exact
    assert found.tasks == ()
    assert one.open.withheld and one.ownerless.withheld and one.oldest is None
    assert all(cell.withheld for cell in one.states.values())


def test_who_hands_out_no_work_reads_neither_report_nor_list():
    with pytest.raises(AccessDenied):
        report("child_director")
    with pytest.raises(AccessDenied):
        list_open_work(make_actor("city_viewer"), kinds=["verify_lead"], late=False, today=timezone.localdate())


def test_work_that_names_no_child_or_tells_of_one_by_its_kind_is_never_listed():
    referral = sent(sending())
    work = Task.objects.filter(subject_id=str(referral.id)).last()
    Task.objects.exclude(id=work.id).delete()
    assert frozenset(OF_REFERRAL_PAGES) == OF_REFERRALS
    for kind in UNLISTED:
        Task.objects.filter(id=work.id).update(kind=kind, person=None)
        page = list_open_work(make_actor("supervisor"), kinds=[kind], late=False, today=timezone.localdate())
        assert (page.total, page.lines, loop_wording.work_address([kind])) == (0, (), "")


def test_of_a_child_who_is_not_well_no_small_number_is_told_to_anybody():
    referral = sent(sending())
    Task.objects.exclude(kind="accept_referral").delete()
    Task.objects.filter(subject_id=str(referral.id)).update(kind="see_to_assessment")
    (task,) = report("supervisor").tasks
    assert task.open.withheld and task.overdue.withheld and task.oldest is None
    assert all(cell.withheld for cell in task.states.values())


def test_a_look_at_the_ground_is_no_next_step_of_a_referral():
    referral = sent(sending())
    Task.objects.filter(subject_id=str(referral.id), state="open").update(kind="review_referral_ground")
    one = kind_of(report(), "referral")
    assert (one.ownerless.count, one.clockless.count) == (1, 1)


def test_every_kind_has_words():
    assert {kind.code for kind in loop_kinds()} == set(loop_wording.KINDS)
