"""The form for a record that leads to nobody: few taps to the child, a new child, or nobody; and who is told what."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.cases.leads import assign_leads, report_lead
from ciyou.apps.cases.models import Lead
from ciyou.apps.registry.models import Person
from tests.apps.test_cases_records import NAME, make_record
from tests.case_builders import parent_of
from tests.office import OTHER_VILLAGE, VILLAGE, file_child, make_person, make_post, sign_in

pytestmark = pytest.mark.django_db


def browser(post):
    return sign_in(Client(headers={"host": "127.0.0.1"}), post)


def words(response):
    body = re.sub(r"<(script|style|title|option)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture
def posts():
    return {role: make_post(role) for role in ("child_director", "supervisor", "county_drafter", "county_reviewer")}


@pytest.fixture
def record(posts):
    """A record that the county gave to the village's director."""
    lead = make_record()
    assign_leads(actor_of(posts["county_drafter"]), lead_ids=[lead.id], post_id=posts["child_director"].id)
    lead.refresh_from_db()
    return lead


@pytest.fixture
def director(posts):
    return browser(posts["child_director"])


def at(record, step=""):
    return f"/leads/records/{record.id}/" + (f"{step}/" if step else "")


def child_form(**fields):
    return {"key": uuid.uuid4(), "name": "郑小北", "sex": "female", "birth_date": "2017-04-05", **fields}


def test_from_the_days_work_to_the_form_that_says_whom_the_record_names_and_not_which_roster(director, record):
    home = director.get("/")
    assert "一条没有连到孩子的记录" in words(home)
    assert NAME not in words(home)
    opened = director.get(f"/visits/lead/{record.id}/")
    assert opened.headers["Location"] == at(record)
    page = words(director.get(at(record)))
    assert NAME in page
    assert "1985-03-02 出生" in page
    assert "服刑" not in page
    assert "不利" not in page
    seen = [one for one in list_disclosures(subject=str(record.id)) if one.action == "record"]
    assert [(one.highest_class, one.person_ids) for one in seen] == [(3, ())]


def test_the_county_reads_the_roster_on_the_same_form(posts, record):
    assert "服刑、强制隔离戒毒和其他限制人身自由人员名册" in words(browser(posts["county_drafter"]).get(at(record)))


def test_a_suggested_child_is_one_tap_away_and_the_visit_follows(director, record):
    child = file_child("w1")
    Person.objects.filter(id=parent_of(child, "father")).update(name=NAME)
    assert str(child) in director.get(at(record)).content.decode()
    answer = director.post(at(record, "child"), {"child": child})
    assert answer.headers["Location"] == f"/visits/child/{child}/"
    assert director.get(answer.headers["Location"]).status_code == 200
    record.refresh_from_db()
    assert (record.person_id, record.state) == (child, "visiting")
    # The old address leads on.
    assert director.get(at(record)).headers["Location"] == f"/leads/{record.id}/"


def test_a_search_in_ones_own_area_comes_before_a_new_file(director, record):
    make_person(name="郑小北", division=OTHER_VILLAGE)
    assert "登记这个孩子" not in words(director.get(at(record)))
    page = director.post(at(record), {"text": "郑小北"})
    assert "没有找到这个孩子的档案" in words(page)
    assert 'name="name" value="郑小北"' in page.content.decode()
    mine = make_person(name="郑小北")
    found = director.post(at(record), {"text": "郑小北"}).content.decode()
    assert f'name="child" value="{mine.id}"' in found
    short = director.post(at(record), {"text": "郑"})
    assert (short.status_code, "至少输入" in words(short)) == (422, True)


def test_a_new_child_is_put_on_file_in_the_village_without_asking_which(director, record):
    form = child_form()
    answer = director.post(at(record, "new-child"), form)
    assert answer.headers["Location"] == f"/visits/child/{form['key']}/"
    assert Person.objects.get(id=form["key"]).division == VILLAGE
    assert director.post(at(record, "new-child"), form).status_code == 302
    assert Person.objects.filter(name="郑小北").count() == 1


def test_what_is_wrong_with_a_new_child_stands_beside_its_field_and_nothing_typed_is_lost(director, record):
    answer = director.post(at(record, "new-child"), child_form(birth_date="", id_card="990101"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="birth_date-problem"' in page
    assert 'value="郑小北"' in page
    assert 'value="990101"' in page
    refused = director.post(at(record, "new-child"), child_form(id_card="990101"))
    assert (refused.status_code, 'id="id_card-problem"' in refused.content.decode()) == (422, True)
    assert not Person.objects.filter(name="郑小北").exists()


def test_a_child_that_looks_the_same_is_shown_before_a_second_file_is_opened(director, record):
    form = child_form()
    there = make_person(name="郑小北", name_reading="zhengxiaobei", birth_date=form["birth_date"])
    shown = director.post(at(record, "new-child"), form)
    assert str(there.id) in shown.content.decode()
    assert "可能已有这个孩子的档案" in words(shown)
    assert director.post(at(record, "new-child"), {**form, "looked": "yes"}).status_code == 302


def test_nobody_is_reported_in_two_taps_and_reviewed(posts, director, record):
    nothing = director.post(at(record, "no-child"), {})
    assert (nothing.status_code, "请选择核实结果" in words(nothing)) == (422, True)
    answer = director.post(at(record, "no-child"), {"why": "no_child:no_minor_child"})
    assert answer.headers["Location"] == f"/leads/{record.id}/"
    assert "没有相关的孩子：没有未满 18 周岁的孩子" in words(director.get(answer.headers["Location"]))
    supervisor = browser(posts["supervisor"])
    assert "没有相关的孩子" in words(supervisor.get(f"/leads/{record.id}/"))
    supervisor.post(f"/leads/{record.id}/review/", {"decision": "accept"})
    assert Lead.objects.get(id=record.id).state == "closed"


def test_a_form_of_a_record_that_has_gone_on_leads_to_the_record(posts, director, record):
    report_lead(actor_of(posts["child_director"]), lead_id=record.id, result="no_child", reason="other")
    for step, form in (("child", {"child": file_child("w2")}), ("new-child", {}), ("no-child", {}), ("", {})):
        assert director.post(at(record, step), form).headers["Location"] == f"/leads/{record.id}/"


def test_a_colleague_and_a_village_next_door_do_not_find_the_record(record):
    for post in (make_post("child_director"), make_post("child_director", division=OTHER_VILLAGE)):
        client = browser(post)
        assert client.get(at(record)).status_code == 404
        for step in ("child", "new-child", "no-child"):
            assert client.post(at(record, step), child_form()).status_code == 404


def test_a_child_of_elsewhere_cannot_be_sent_along(director, record):
    for child in (file_child("w3", division=OTHER_VILLAGE), "nonsense"):
        assert director.post(at(record, "child"), {"child": child}).status_code == 404


def test_the_county_hands_a_record_down_like_any_lead(posts):
    lead = make_record()
    drafter = browser(posts["county_drafter"])
    page = drafter.get("/leads/?why=adverse_record_alone").content.decode()
    assert f'value="{lead.id}"' in page
    drafter.post("/leads/assign/", {"lead": [lead.id], "post": posts["child_director"].id})
    assert Lead.objects.get(id=lead.id).post_id == posts["child_director"].id
