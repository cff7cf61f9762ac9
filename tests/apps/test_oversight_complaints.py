"""A complaint about burdens goes to the office that its sender chose, without a name, has a clock, and its answer comes back."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases.models import Task
from ciyou.apps.oversight.complaints import answer_complaint, complain, complaints_to_read, own_complaints
from ciyou.apps.oversight.models import Complaint
from ciyou.apps.oversight.refusals import NotFoundHere
from ciyou.apps.oversight.retention import ask_purge, confirm_purge, plan_purge
from ciyou.core.errors import AccessDenied, RecordError
from tests.office import COUNTY, make_actor

pytestmark = pytest.mark.django_db
SAID = "每周要截图发到群里，走访记录又填一遍"


def refusal(service, *args, **named):
    with pytest.raises(RecordError) as wrong:
        service(*args, **named)
    return wrong.value.problems[0].code


def test_a_complaint_is_work_with_a_day_for_the_office_that_was_chosen_and_its_answer_comes_back():
    director, approver, office = (make_actor(one) for one in ("child_director", "county_approver", "committee_office"))
    key = uuid.uuid4()
    told = {"complaint_id": key, "about": "twice", "reader": "committee_office", "words": SAID}
    for wrong, code in (
        ({"about": ""}, "complaint_about"),
        ({"reader": "supervisor"}, "complaint_reader"),
        ({"about": "other", "words": ""}, "complaint_words"),
    ):
        assert refusal(complain, director, **(told | wrong)).endswith(code)
    for _twice in range(2):
        complain(director, **told)
    task = Task.objects.get(kind="answer_complaint")
    assert (task.queue_role, task.division, task.person_id) == ("committee_office", COUNTY, None)
    assert complaints_to_read(approver) == () and complaints_to_read(director) == ()
    (card,) = complaints_to_read(office)
    assert (card.words, card.role, card.due_on, card.mine) == (SAID, "child_director", task.due_on, False)
    row = Complaint.objects.get()
    assert SAID.encode() not in bytes(row.content) and SAID not in str(LogEntry.objects.values_list("details"))
    about = {"complaint_id": key, "version": card.version}
    with pytest.raises(AccessDenied):
        answer_complaint(director, **about, words="好的，这就改")
    with pytest.raises(NotFoundHere):
        answer_complaint(approver, **about, words="好的，这就改")
    assert refusal(answer_complaint, office, **about, words="好").endswith("complaint_answer")
    answer_complaint(office, **about, words="从下周起不再要截图")
    with pytest.raises(RecordError):
        answer_complaint(office, **about, words="再答复一次")
    (mine,) = own_complaints(director)
    assert (mine.answer, mine.mine) == ("从下周起不再要截图", True)
    task.refresh_from_db()
    assert task.state == "done"
    later = timezone.localdate() + dt.timedelta(days=735)
    complain(director, **(told | {"complaint_id": uuid.uuid4()}))  # not answered: stays however old it is
    assert plan_purge(make_actor("auditadmin"), rule="complaints", today=timezone.localdate()).is_empty
    asked = ask_purge(make_actor("auditadmin"), rule="complaints", reason="年度清理：两年前已答复的", today=later)
    assert confirm_purge(make_actor("auditadmin"), purge_id=asked) == {"complaints": 1}
    kept = Complaint.objects.get(id=key)
    assert (kept.user_id, kept.answered_by, kept.answer, kept.about, kept.role) == (
        "-",
        "-",
        None,
        "twice",
        director.role,
    )
    assert [one.words for one in complaints_to_read(office)] == [SAID] and len(own_complaints(director)) == 1
    far = make_actor("committee_office", division="510105000000")
    assert complaints_to_read(far) == ()
    assert refusal(complain, make_actor("city_viewer", division="510100000000"), **told).endswith("complaint_place")
    complain(office, **(told | {"complaint_id": uuid.uuid4(), "reader": "county_approver"}))
    assert len(complaints_to_read(office)) == 1, "nobody answers what they sent themselves"
