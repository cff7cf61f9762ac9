"""Pages of case plans: every step by its button, what is missing in words, class 4 for nobody below it, and numbers without names."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from ciyou.apps.cases.visit_following import plan_all_visits
from ciyou.apps.plans.models import ChildCase
from tests.office import make_actor, make_person, make_post, sign_in
from tests.risk_builders import give_tier

HERE = {"host": "127.0.0.1"}
pytestmark = pytest.mark.django_db


def words(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def take(client, child, step: str, **fields):
    row = ChildCase.objects.filter(person=child).first()
    about = {"case": str(row.id), "version": row.version} if row else {}
    return client.post(reverse("child_plan", args=(child.id,)), {"step": step, **about, **fields})


def test_the_page_says_what_is_missing_and_the_numbers_name_nobody(client):
    post = make_post("child_director")
    director, child = sign_in(client, post), make_person(name="小计划")
    supervisor = sign_in(Client(headers=HERE), make_post("supervisor"))
    reviewer = sign_in(Client(headers=HERE), make_post("county_reviewer"))
    address = reverse("child_plan", args=(child.id,))
    assert address in words(director.get(reverse("child", args=(child.id,))))
    assert "还没有个案" in words(director.get(address))
    give_tier(make_actor("supervisor"), child.id, "medium_low")
    assert take(director, child, "open").status_code == 302
    assert take(director, child, "open_everything").status_code == 404
    assert take(director, child, "set_goal", goal=str(uuid.uuid4()), domain="rights").status_code == 422
    refused = take(
        director, child, "set_goal", domain="rights", words="查明户口", post=str(post.id), due_on="2020-01-01"
    )
    assert refused.status_code == 422
    assert "从今天起" in words(refused)
    assert "查明户口" in words(refused)
    assert take(reviewer, child, "say_need", need="psych:counseling", state="due").status_code == 302
    assert take(director, child, "say_need", need="rights:hukou", state="due").status_code == 302
    assert "心理辅导" in words(reviewer.get(address))
    assert "心理辅导" not in words(director.get(address))
    assert take(director, child, "hand_in").status_code == 302
    assert "确认结案" not in words(supervisor.get(address))
    assert take(director, child, "agree").status_code == 403
    assert take(supervisor, child, "agree").status_code == 302
    unmet = words(supervisor.get(reverse("unmet_needs")))
    assert "户口登记" in unmet
    assert "小计划" not in unmet
    assert "心理辅导" not in unmet
    assert director.get(reverse("unmet_needs")).status_code == 403
    plan_all_visits()
    workload = words(supervisor.get(reverse("workload")))
    assert "中低风险" in workload
    assert "小计划" not in workload
