"""Handing work over as supervisors, the county and administrators meet it, and the notice to whoever gets it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from ciyou.apps.accounts.models import Post
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.cases.leads import assign_leads
from ciyou.apps.cases.models import Lead, Task
from ciyou.apps.registry.models import Person
from tests.apps.test_cases_leads import make_lead
from tests.office import OTHER_COUNTY, OTHER_VILLAGE, TOWNSHIP, make_person, make_post, sign_in

pytestmark = pytest.mark.django_db


def browser(post):
    return sign_in(Client(headers={"host": "127.0.0.1"}), post)


def words(response):
    body = re.sub(r"<(script|style|title)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture
def leaver():
    return make_post("child_director")


@pytest.fixture
def successor():
    return make_post("child_director")


@pytest.fixture
def supervisor():
    return browser(make_post("supervisor"))


@pytest.fixture
def leads(leaver):
    """Three leads of the leaver's."""
    made = [make_lead(person=make_person(name=f"李小雨{number}")) for number in range(3)]
    drafter = actor_of(make_post("county_drafter"))
    assign_leads(drafter, lead_ids=[lead.id for lead in made], post_id=leaver.id)
    return made


def at(post):
    return f"/leads/caseloads/{post.id}/"


def owners(leads):
    return {Lead.objects.get(id=lead.id).post_id for lead in leads}


def test_from_the_list_of_caseloads_to_the_hand_over_with_its_count(supervisor, leaver, successor, leads):
    listed = supervisor.get("/leads/caseloads/")
    assert at(leaver) in listed.content.decode()
    assert "李小雨" not in words(listed)
    page = supervisor.get(at(leaver))
    assert "移交全部：3 条线索、3 件待办" in words(page)
    assert "要退回，请从接手人那里再移交一次" in words(page)
    seen = [one for one in list_disclosures(subject=str(leaver.id)) if one.action == "hand_over"]
    assert [len(one.person_ids) for one in seen] == [3]
    answer = supervisor.post(at(leaver), {"to": successor.id, "what": "all"})
    assert answer.headers["Location"] == "/leads/caseloads/"
    after = supervisor.get("/leads/caseloads/")
    assert f"{leaver.user.full_name}的 3 条线索、3 件待办已移交给{successor.user.full_name}" in words(after)
    assert at(successor) in after.content.decode()
    assert owners(leads) == {successor.id}


def test_a_county_narrows_the_list_of_caseloads_to_a_township(leaver, leads):
    client = browser(make_post("county_drafter"))
    assert at(leaver) in client.get(f"/leads/caseloads/?place={TOWNSHIP}").content.decode()
    assert at(leaver) not in client.get("/leads/caseloads/?place=990101002000").content.decode()
    assert at(leaver) in client.get("/leads/caseloads/?place=nonsense").content.decode()


def test_the_one_who_gets_it_finds_a_notice_in_the_days_work_and_says_that_it_is_known(
    supervisor, leaver, successor, leads
):
    supervisor.post(at(leaver), {"to": successor.id, "what": "all"})
    taker = browser(successor)
    assert "接手移交的工作" in words(taker.get("/"))
    notice = f"/leads/handed-over/{Task.objects.get(kind='take_over_work').id}/"
    assert notice in taker.get("/").content.decode()
    assert "3 条线索、3 件待办" in words(taker.get(notice))
    assert browser(leaver).get(notice).status_code == 404
    assert taker.post(notice).headers["Location"] == "/"
    assert "接手移交的工作" not in words(taker.get("/"))
    assert taker.get(notice).status_code == 404


def test_ticked_leads_go_and_the_others_stay(supervisor, leaver, successor, leads):
    supervisor.post(at(leaver), {"to": successor.id, "what": "some", "lead": [leads[0].id]})
    assert owners(leads[:1]) == {successor.id}
    assert owners(leads[1:]) == {leaver.id}


def test_a_form_that_lacks_something_comes_back_with_what_was_chosen(supervisor, leaver, successor, leads):
    nobody = supervisor.post(at(leaver), {"what": "some", "lead": [leads[0].id]})
    assert (nobody.status_code, "请选择由谁接手" in words(nobody)) == (409, True)
    assert f'value="{leads[0].id}" checked' in nobody.content.decode()
    nothing = supervisor.post(at(leaver), {"to": successor.id, "what": "some"})
    assert (nothing.status_code, "请至少勾选一条线索" in words(nothing)) == (409, True)
    assert f'value="{successor.id}" selected' in nothing.content.decode()
    assert owners(leads) == {leaver.id}


def test_the_same_form_twice_hands_over_once(supervisor, leaver, successor, leads):
    for _again in range(2):
        assert supervisor.post(at(leaver), {"to": successor.id, "what": "all"}).status_code == 302
    assert Task.objects.filter(kind="take_over_work").count() == 1


def test_only_posts_that_fit_are_offered_and_others_are_refused(supervisor, leaver, successor, leads):
    next_village = make_post("child_director", division=OTHER_VILLAGE)
    page = supervisor.get(at(leaver)).content.decode()
    assert str(successor.id) in page
    assert str(next_village.id) not in page
    assert supervisor.post(at(leaver), {"to": next_village.id, "what": "all"}).status_code == 409
    far = make_post("child_director", division=OTHER_COUNTY[:6] + "001001")
    assert supervisor.post(at(leaver), {"to": far.id, "what": "all"}).status_code == 403
    assert supervisor.get(at(far)).status_code == 404
    assert owners(leads) == {leaver.id}


def test_a_village_and_roles_without_assigning_do_not_come_in(leaver, leads):
    for role in ("child_director", "city_viewer", "partner", "auditor", "sysadmin"):
        client = browser(make_post(role))
        assert client.get("/leads/caseloads/").status_code == 403
        assert client.post(at(leaver), {}).status_code == 403


def test_a_protected_child_stands_in_no_list_of_what_is_handed_over(supervisor, leaver, successor, leads):
    Person.objects.filter(id=leads[0].person_id).update(restricted=True)
    page = words(supervisor.get(at(leaver)))
    assert "李小雨0" not in page
    assert "移交全部：2 条线索、2 件待办" in page


def test_an_administrator_ends_a_post_after_seeing_what_is_open_and_names_a_successor(leaver, successor, leads):
    sysadmin = browser(make_post("sysadmin"))
    page = sysadmin.get(f"/people/{leaver.user_id}/")
    assert "名下还有 3 条线索、3 件待办" in words(page)
    assert "李小雨" not in words(page)
    assert f'value="{successor.id}"' in page.content.decode()
    end = f"/people/{leaver.user_id}/posts/{leaver.id}/end/"
    wrong = sysadmin.post(end, {"successor": make_post("partner").id})
    assert (wrong.status_code, "这个岗位不能接手" in words(wrong)) == (400, True)
    assert sysadmin.post(end, {"successor": successor.id}).status_code == 302
    deliver_events()
    assert Post.objects.get(id=leaver.id).valid_to is not None
    assert owners(leads) == {successor.id}


def test_a_post_ends_without_a_successor_too(leaver, leads):
    supervisor = make_post("supervisor")
    sysadmin = browser(make_post("sysadmin"))
    sysadmin.post(f"/people/{leaver.user_id}/posts/{leaver.id}/end/", {"successor": ""})
    deliver_events()
    assert owners(leads) == {None}
    assert "接手移交的工作" in words(browser(supervisor).get("/"))
