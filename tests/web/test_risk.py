"""Pages of risk: a form that loses nothing, what it proposes in words, confirming, and the list that must be empty."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.assessments.models import RiskAssessment
from ciyou.apps.assessments.selectors import standing_tier
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases.models import Task
from ciyou.apps.cases.visit_following import plan_all_visits
from tests.apps.test_cases_risk import orphan
from tests.office import OTHER_COUNTY, OTHER_VILLAGE, make_actor, make_person, make_post, sign_in
from tests.risk_builders import assess, give_tier, harmless

HERE = {"host": "127.0.0.1"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def director(client):
    return sign_in(client, make_post("child_director"))


@pytest.fixture
def supervisor():
    return sign_in(Client(headers=HERE), make_post("supervisor"))


def words(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def sent(client, child, *, on=None, **said):
    answers = {f"answer:{code}": answer for code, answer in harmless(**said).items()}
    form = {"form": str(uuid.uuid4()), "assessed_on": on or timezone.localdate().isoformat()}
    return client.post(reverse("assess_risk", args=(child.id,)), form | answers)


def test_the_childs_page_leads_to_the_assessment_and_says_that_its_numbers_are_no_law(director):
    child = make_person()
    assert reverse("child_risk", args=(child.id,)) in words(director.get(reverse("child", args=(child.id,))))
    page = words(director.get(reverse("child_risk", args=(child.id,))))
    assert "还没有人确定过等级" in page
    assert "不是法律规定" in page
    assert reverse("assess_risk", args=(child.id,)) in page


def test_a_form_with_a_gap_names_the_question_and_keeps_what_was_chosen(director):
    child = make_person()
    refused = sent(director, child, carer="", health="untreated")
    page = words(refused)
    assert refused.status_code == 422
    assert "“平时由谁照料”还没有选" in page
    assert 'value="untreated" checked' in page
    assert not RiskAssessment.objects.exists()


def test_a_day_that_is_none_is_told_and_keeps_what_was_chosen(director):
    refused = sent(director, make_person(), on="昨天", health="untreated")
    page = words(refused)
    assert refused.status_code == 422
    assert "日期请写成" in page
    assert 'value="untreated" checked' in page
    assert not RiskAssessment.objects.exists()


def test_the_form_asks_by_the_age_on_the_day_of_the_assessment(director):
    today = timezone.localdate()
    birthday = next(day for day in (today, today - dt.timedelta(1)) if (day.month, day.day) != (2, 29))
    child, before = make_person(birth_date=birthday.replace(year=today.year - 8)), today - dt.timedelta(3)
    question = 'name="answer:unattended"'
    assert question not in words(director.get(reverse("assess_risk", args=(child.id,))))
    refused = sent(director, child, on=before.isoformat(), unattended="")
    assert refused.status_code == 422
    assert question in words(refused)
    assert sent(director, child, on=before.isoformat()).status_code == 302


def test_what_is_unknown_stands_in_words_between_two_tiers(director):
    child = make_person()
    assert sent(director, child, carer="unknown").status_code == 302
    page = words(director.get(reverse("child_risk", args=(child.id,))))
    assert "合计 1 分，1 项不清楚，各按 1 分算，查清以后可能在低风险和高风险之间" in page
    assert "系统从不调低等级" in page


def test_the_supervisor_confirms_from_the_days_work_and_the_visit_is_there(director, supervisor):
    child = make_person()
    sent(director, child, carer="nobody")
    address = reverse("child_risk", args=(child.id,))
    assert address in words(supervisor.get("/"))
    row = RiskAssessment.objects.get()
    form = {"assessment": row.id, "version": row.version, "tier": "medium_high", "reason": ""}
    refused = supervisor.post(address, form)
    assert refused.status_code == 422
    assert "要写明理由" in words(refused)

    assert supervisor.post(address, form | {"reason": "邻居每天来照料"}).status_code == 302
    assert standing_tier(child.id) == "medium_high"
    page = words(supervisor.get(address))
    assert ("每 14 天" in page, "邻居每天来照料" in page) == (True, True)
    assert reverse("visit", args=(child.id,)) in words(director.get("/"))
    assert "中高风险" in words(director.get(reverse("happening", args=(child.id,))))


def test_who_may_not_see_the_child_has_no_page_and_cannot_confirm(director):
    child = make_person()
    row = assess(make_actor("child_director"), child.id)
    address = reverse("child_risk", args=(child.id,))
    for post in (
        make_post("county_reviewer", division=OTHER_COUNTY),
        make_post("child_director", division=OTHER_VILLAGE),
    ):
        other = sign_in(Client(headers=HERE), post)
        form = {"assessment": row.id, "version": 1, "tier": "low", "reason": ""}
        assert other.get(address).status_code == other.post(address, form).status_code == 404
        assert other.get(reverse("assess_risk", args=(child.id,))).status_code == 404
    assert RiskAssessment.objects.get().state == "proposed"


def test_an_assessment_of_another_child_is_not_confirmed_under_an_address_of_this_one(supervisor):
    mine = make_person()
    theirs = make_person(division="990102001001")
    row = assess(make_actor("child_director", division="990102001001"), theirs.id)
    form = {"assessment": row.id, "version": 1, "tier": "low", "reason": ""}
    assert supervisor.post(reverse("child_risk", args=(mine.id,)), form).status_code == 404


def test_every_version_stays_with_who_confirmed_it(director):
    child, supervisor = make_person(), make_actor("supervisor")
    give_tier(supervisor, child.id, "high")
    give_tier(supervisor, child.id, "low")
    page = words(director.get(reverse("child_risk", args=(child.id,))))
    versions = page[page.index("历次评估") :]
    assert versions.index("低风险") < versions.index("高风险")
    assert versions.count("<details") == 2


def test_the_list_of_children_without_a_next_action_says_whom_and_is_empty_after_the_job(supervisor):
    child = orphan()
    address = reverse("without_next")
    page = words(supervisor.get(address))
    assert "1 个孩子没有下一步" in page
    assert reverse("child", args=(child,)) in page
    assert LogEntry.objects.filter(subject="without_next", persons__person_id=str(child)).exists()
    plan_all_visits()
    assert Task.objects.filter(kind="visit_child").count() == 1
    assert "每个在办的孩子都有下一步" in words(supervisor.get(address))
