"""Pages of case plans: every step by its button, what is missing in words, class 4 for nobody below it, and numbers without names."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.cases.visit_following import plan_all_visits
from ciyou.apps.plans.casework import open_case
from ciyou.apps.plans.goals import NewGoal, set_goal
from ciyou.apps.plans.lists import child_of_page
from ciyou.apps.plans.models import ChildCase, PlanGoal
from ciyou.apps.plans.package import say_need
from ciyou.apps.plans.printed import print_case_plan
from ciyou.apps.plans.reading import read_plan
from ciyou.web.plan_paper import paper_words
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
    row, page, day = ChildCase.objects.get(), reverse("child_conferences", args=(child.id,)), timezone.localdate()
    guest = sign_in(Client(headers=HERE), make_post("partner", department="education"))
    called = {"case": row.id, "version": row.version, "conference": uuid.uuid4(), "held_on": day, "words": "商量上学"}
    assert reviewer.post(page, {"step": "call", "department": "education", **called}).status_code == 302
    host, invited = (words(one.get(reverse("home"))) for one in (reviewer, guest))
    assert "召开个案会商" in host and f"{day}开会。" in host and page in host
    assert "参加个案会商" in invited and "由县里告诉您" in invited and child.name not in invited
    assert take(director, child, "say_need", need="rights:hukou", state="due").status_code == 302
    assert "心理辅导" in words(reviewer.get(address))
    assert "心理辅导" not in words(director.get(address))
    silent = take(director, child, "say_need", need="rights:legal_aid", state="refused")
    assert "谁不同意" in words(silent)
    assert '<details class="card" open> <summary>记一项需要' in words(silent)  # what was typed lies in no closed fold
    assert take(director, child, "hand_in").status_code == 302
    sent_back = words(take(supervisor, child, "send_back", words="改"))
    assert '<details class="quiet" open> <summary>退回修改' in sent_back and ">改</textarea>" in sent_back
    assert take(supervisor, child, "send_back", words="写明户口在哪里").status_code == 302
    back = words(director.get(address))
    assert back.index("退回计划") < back.index(
        "加一个目标"
    )  # what to change stands at the top, not at the end of the story
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


def test_the_childs_page_says_how_the_plan_stands_and_the_paper_leaves_a_record(client):
    post = make_post("child_director")
    director, child = sign_in(client, post), make_person(name="小计划")
    card, paper = (reverse(name, args=(child.id,)) for name in ("plan_card", "plan_paper"))
    assert f'hx-get="{card}"' in words(director.get(reverse("child", args=(child.id,))))
    assert "还没有个案" in words(director.get(card, headers={"HX-Request": "true"}))
    assert director.get(paper).status_code == 404
    give_tier(make_actor("supervisor"), child.id, "medium_low")
    take(director, child, "open")
    due_on = timezone.localdate() + dt.timedelta(days=30)
    goal = {"domain": "rights", "words": "查明户口", "post": str(post.id), "due_on": due_on.isoformat()}
    assert take(director, child, "set_goal", goal=str(uuid.uuid4()), **goal).status_code == 302
    reviewer = sign_in(Client(headers=HERE), make_post("county_reviewer"))
    take(reviewer, child, "say_need", need="psych:counseling", state="due")
    take(director, child, "say_need", need="rights:hukou", state="refused", words="材料不全")
    said = words(director.get(card))
    assert "正在写计划" in said and "1 个进行中" in said and "没人负责" not in said
    assert "未获同意 1" in said and "应有，还没办 1" not in said  # what is of class 4 is for the county
    assert "应有，还没办 1" in words(reviewer.get(card))
    PlanGoal.objects.update(due_on=timezone.localdate() - dt.timedelta(days=1))
    assert "1 个没人负责或已过期限" in words(director.get(card))
    printed = director.get(paper)
    assert printed.content.startswith(b"%PDF") and "attachment" in printed.headers["Content-Disposition"]
    told = list_disclosures()[-1]
    assert (told.action, "case" in told.fields) == ("plan_paper", True)
    assert LogEntry.objects.filter(action="print_plan", subject=str(ChildCase.objects.get().id)).exists()


def test_what_stands_on_the_paper_is_chinese_and_of_the_readers_class_and_asks_for_no_signature():
    director, child = make_actor("child_director"), make_person(name="小计划")
    give_tier(make_actor("supervisor"), child.id, "medium_low")
    case = open_case(director, child_id=child.id)
    wanted = NewGoal(uuid.uuid4(), "rights", "查明户口", uuid.UUID(director.post_id), timezone.localdate())
    set_goal(director, case_id=case, version=ChildCase.objects.get().version, wanted=wanted)
    told = {"case_id": case, "version": ChildCase.objects.get().version, "state": "due"}
    say_need(make_actor("county_reviewer"), **told, kind="psych", code="counseling")
    for reader, sees in ((director, False), (make_actor("county_drafter"), True)):
        plan = read_plan(reader, child_of_page(reader, child_id=child.id))
        with translation.override("en"):
            said = paper_words(plan, on=timezone.localdate())
        (goal,) = [one for group in said["groups"] for one in group["goals"]]
        assert goal[0] == "查明户口" and "儿童主任" in goal[1] and goal[3] == "进行中"
        needs = {one[0] for group in said["groups"] for one in group["needs"]}
        assert ("心理辅导" in needs) is sees
    assert print_case_plan(reader, plan=plan, words=said).startswith(b"%PDF")
    assert "签" not in str(said)
