"""今日: what each officer finds on the first page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases.leads import assign_leads, report_lead
from ciyou.apps.cases.models import Task
from ciyou.apps.cases.tasks import escalate_tasks, open_task
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.access.roles import ROLES
from tests.apps.test_cases_leads import make_lead
from tests.office import COUNTY, make_person, make_post
from tests.web.test_leads import browser, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def director():
    """The village's child director, with one visit to make."""
    post = make_post("child_director")
    lead = make_lead(person=make_person(name="李小雨"))
    assign_leads(actor_of(make_post("county_drafter")), lead_ids=[lead.id], post_id=post.id)
    return post


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"local_operator"}))
def test_every_role_has_a_first_page_that_says_what_comes_next(role):
    response = browser(make_post(role)).get("/")
    assert response.status_code == 200
    assert "今天没有要办的事" in words(response)


def test_a_director_finds_the_child_the_reason_the_time_left_and_one_button(director):
    page = browser(director).get("/")
    shown = words(page)
    for part in ("入户核实", "李小雨", "可能符合保障条件", "还剩 10 个工作日"):
        assert part in shown
    assert page.content.decode().count("去走访") == 1
    child = Task.objects.get(post_id=director.id).person_id
    assert "还剩 10 个工作日" in words(browser(director).get(f"/children/{child}/")), "the child's page says the same"


def test_naming_a_child_on_the_first_page_is_a_disclosure_and_naming_none_is_not(director):
    browser(director).get("/")
    entry = LogEntry.objects.filter(kind="disclosure").latest("id")
    assert (entry.action, entry.subject, entry.person_count) == ("home", "today", 1)
    before = LogEntry.objects.filter(kind="disclosure").count()
    browser(make_post("county_approver")).get("/")
    assert LogEntry.objects.filter(kind="disclosure").count() == before


def test_what_is_overdue_stands_first_and_is_told_in_words(director):
    actor = actor_of(director)
    seen = make_person(name="赵小禾")
    open_task(
        LOCAL_OPERATOR,
        kind="visit_child",
        subject_id=str(seen.id),
        division=seen.division,
        person_id=seen.id,
        post_id=actor.post_id,
    )
    Task.objects.update(due_on=timezone.localdate() + dt.timedelta(days=30))
    late = make_person(name="王小山")
    open_task(
        LOCAL_OPERATOR,
        kind="review_lead",
        subject_id="s",
        division=late.division,
        person_id=late.id,
        post_id=actor.post_id,
        started_on=timezone.localdate() - dt.timedelta(days=40),
    )
    shown = words(browser(director).get("/"))
    assert shown.index("王小山") < shown.index("李小雨")
    assert "已超期" in shown
    assert "还剩 30 天" in shown, "what runs in calendar days is told in them"


def test_a_queue_is_one_line_with_its_number_and_a_link(director):
    make_lead()
    make_lead()
    drafter = make_post("county_drafter")
    for number in range(3):
        open_task(
            LOCAL_OPERATOR, kind="assign_lead", subject_id=str(number), division=COUNTY, queue_role="county_drafter"
        )
    page = browser(drafter).get("/").content.decode()
    assert '<a href="/leads/?state=new">3 件</a>' in page


def test_a_supervisor_reviews_and_sees_what_directors_let_run_late(director):
    supervisor = make_post("supervisor")
    task = Task.objects.get()
    escalate_tasks(task.due_on + dt.timedelta(days=1))
    shown = words(browser(supervisor).get("/"))
    assert "别人超期未办，请您过问" in shown
    assert f"经办：{director.user.full_name}" in shown
    report_lead(actor_of(director), lead_id=task.subject_id, result="confirmed")
    assert "审核走访结果 1 件" in words(browser(supervisor).get("/"))


def test_a_department_finds_its_letters_without_any_childs_name():
    child = make_person(name="李小雨")
    open_task(
        LOCAL_OPERATOR,
        kind="answer_inquiry",
        subject_id="8f8f9f4e-0a47-4d20-9a7c-0a2b3c4d5e6f",
        division=COUNTY,
        person_id=child.id,
        queue_role="partner",
        department="justice",
    )
    page = browser(make_post("partner", department="justice")).get("/").content.decode()
    assert "答复协查函" in page
    assert "/letters/8f8f9f4e-0a47-4d20-9a7c-0a2b3c4d5e6f/" in page
    assert "李小雨" not in page
