"""Tasks: their days, what happens as time is used, and whose day they fill."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases import escalation, worklist
from ciyou.apps.cases.models import Task
from ciyou.apps.cases.planning import working_days_left
from ciyou.apps.cases.tasks import end_task, escalate_tasks, open_task
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import RecordError
from ciyou.packs.clocks import DuePlan
from tests.office import COUNTY, VILLAGE, make_actor, make_person, make_post

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 2)
DUE = dt.date(2026, 11, 16)  # ten working days after the first Monday of November 2026
HALF = dt.date(2026, 11, 9)
LATE = dt.date(2026, 11, 23)


def make_task(*, post=None, kind="verify_lead", subject="s1", division=VILLAGE, **fields):
    return Task.objects.get(
        id=open_task(
            LOCAL_OPERATOR,
            kind=kind,
            subject_id=subject,
            division=division,
            post_id=post.id if post else None,
            **{"started_on": MONDAY, **fields},
        )
    )


def test_a_task_has_its_days_from_its_clock_and_the_working_calendar():
    task = make_task(post=make_post("child_director"))
    assert (task.half_on, task.due_on, task.escalate_on) == (HALF, DUE, LATE)
    assert (task.statutory_on, task.queue_role) == (None, "child_director")


def test_the_law_is_kept_beside_the_promise_and_the_earlier_day_counts():
    task = make_task(kind="confirm_determination", queue_role="county_reviewer", division=COUNTY)
    assert (task.statutory_on, task.promised_on, task.due_on) == (LATE, DUE, DUE)


def test_opening_a_task_that_is_open_already_gives_that_one():
    assert make_task(queue_role="supervisor").id == make_task(queue_role="supervisor").id
    end_task(LOCAL_OPERATOR, kind="verify_lead", subject_id="s1")
    assert Task.objects.filter(state="done").count() == 1
    assert make_task(queue_role="supervisor").state == "open"


def test_a_kind_of_work_without_a_clock_is_refused():
    with pytest.raises(RecordError, match="no_clock"):
        make_task(kind="dance")


def told():
    return Task.objects.values_list("stage_told", "escalated_to").get()


def test_each_stage_is_acted_on_once_and_stands_in_the_log():
    make_task(post=make_post("child_director"))
    for day, stage in (
        (MONDAY, (0, "")),
        (HALF, (50, "")),
        (DUE, (50, "")),
        (DUE + dt.timedelta(days=1), (100, "supervisor")),
        (LATE, (150, "county_approver")),
    ):
        escalate_tasks(day)
        assert escalate_tasks(day) == 0
        assert told() == stage
    assert LogEntry.objects.filter(action="escalate_tasks").count() == 3


def test_an_ended_task_is_escalated_no_more():
    make_task(post=make_post("child_director"))
    end_task(LOCAL_OPERATOR, kind="verify_lead", subject_id="s1")
    assert escalate_tasks(LATE) == 0


def test_a_late_task_comes_up_to_the_supervisor_and_later_to_the_head_of_the_county():
    make_task(post=make_post("child_director"), person_id=make_person().id)
    supervisor, approver = make_actor("supervisor"), make_actor("county_approver")

    def seen_by(actor, day):
        return [group.total for group in worklist.today(actor, on=day).others]

    escalate_tasks(DUE)
    assert seen_by(supervisor, DUE) == []
    escalate_tasks(DUE + dt.timedelta(days=1))
    assert (seen_by(supervisor, DUE), seen_by(approver, DUE)) == ([1], [])
    escalate_tasks(LATE)
    assert (seen_by(supervisor, LATE), seen_by(approver, LATE)) == ([1], [1])
    assert seen_by(make_actor("supervisor", division="990101002000"), LATE) == []


def test_work_of_ones_own_that_came_up_too_is_counted_as_ones_own():
    post = make_post("supervisor")
    task = make_task(post=post, person_id=make_person().id)
    Task.objects.filter(id=task.id).update(queue_role="child_director", stage_told=100)
    make_task(kind="review_lead", queue_role="supervisor", subject="waits")
    day = worklist.today(actor_of(post), on=LATE)
    assert ([(group.kind, group.total) for group in day.groups], day.others) == (
        [("review_lead", 1), ("verify_lead", 1)],
        (),
    )


def test_a_provisional_deadline_is_planned_again_when_the_calendar_is_published(monkeypatch):
    task = make_task(queue_role="supervisor", started_on=dt.date(2031, 12, 25))
    assert task.provisional
    day = dt.date(2032, 1, 20)
    settled = DuePlan(None, day, day, dt.date(2032, 1, 8), dt.date(2032, 2, 2), False)
    monkeypatch.setattr(escalation, "plan_task", lambda *arguments: settled)
    escalate_tasks(dt.date(2031, 12, 26))
    task.refresh_from_db()
    assert (task.due_on, task.provisional) == (day, False)


def test_an_officers_day_holds_own_work_and_the_queue_of_the_role_the_most_serious_first():
    post = make_post("supervisor")
    actor = actor_of(post)
    make_task(post=post, subject="mine", person_id=make_person().id)
    make_task(kind="review_lead", queue_role="supervisor", subject="waits", started_on=dt.date(2026, 10, 12))
    make_task(kind="assign_lead", queue_role="county_drafter", subject="not mine")
    day = worklist.today(actor, on=dt.date(2026, 11, 3))
    assert [(group.kind, group.total, group.overdue) for group in day.groups] == [
        ("review_lead", 1, 1),
        ("verify_lead", 1, 0),
    ]


def test_what_is_asked_of_a_department_is_only_that_departments_work():
    make_task(kind="answer_inquiry", queue_role="partner", department="justice", division=COUNTY)
    assert worklist.today(make_actor("partner", department="justice"), on=MONDAY).total == 1
    assert worklist.today(make_actor("partner", department="police"), on=MONDAY).total == 0
    assert worklist.today(make_actor("county_drafter"), on=MONDAY).total == 0


def test_a_protected_child_is_not_named_in_a_days_work():
    post = make_post("child_director")
    make_task(post=post, person_id=make_person(restricted=True).id)
    (group,) = worklist.today(actor_of(post), on=MONDAY).groups
    assert (group.items[0].name, group.items[0].restricted) == ("", True)


@pytest.mark.parametrize(
    ("due", "left"),
    [
        (dt.date(2026, 11, 2), 0),
        (dt.date(2026, 11, 5), 3),
        (dt.date(2026, 11, 9), 5),
        (dt.date(2026, 10, 30), -1),
        (dt.date(2026, 11, 1), -1),
    ],
)
def test_time_left_is_told_in_working_days(due, left):
    assert working_days_left(due, MONDAY) == left
