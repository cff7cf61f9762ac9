"""The pages of leads: the list by role, handing out with an undo, one lead's steps, and how villages stand."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from ciyou.apps.accounts.models import Division
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases.leads import assign_leads, begin_visit, report_lead, review_lead
from ciyou.apps.cases.models import Lead, Task
from ciyou.apps.registry.models import Person
from tests.apps.test_cases_leads import make_lead
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, make_person, make_post, sign_in

pytestmark = pytest.mark.django_db


def browser(post):
    return sign_in(Client(headers={"host": "127.0.0.1"}), post)


def words(response):
    body = re.sub(r"<(script|style|title|option)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture
def posts():
    """Everybody who has to do with a lead of one village."""
    roles = ("child_director", "supervisor", "county_drafter", "county_reviewer", "committee_office")
    return {role: make_post(role) for role in roles}


@pytest.fixture
def lead(posts):
    """A lead with the village's director."""
    made = make_lead(person=make_person(name="李小雨"))
    assign_leads(actor_of(posts["county_drafter"]), lead_ids=[made.id], post_id=posts["child_director"].id)
    made.refresh_from_db()
    return made


def test_each_role_sees_the_leads_that_are_its_own(posts, lead):
    make_lead(division=OTHER_VILLAGE, person=make_person(name="王小山", division=OTHER_VILLAGE))
    make_lead(division=COUNTY, person=None, why="adverse_record_alone")
    found = {role: words(browser(post).get("/leads/")) for role, post in posts.items()}
    assert "共 1 条线索" in found["child_director"]
    assert "共 2 条线索" in found["supervisor"]
    assert "共 3 条线索" in found["county_drafter"]
    assert "共 3 条线索" in found["committee_office"]
    assert "王小山" not in found["child_director"]


@pytest.mark.parametrize("role", ["city_viewer", "partner", "auditor", "sysadmin"])
def test_who_sees_no_persons_sees_no_list_of_leads(lead, role):
    response = browser(make_post(role)).get("/leads/")
    assert "李小雨" not in response.content.decode()
    assert response.status_code == 403 or "共 0 条线索" in words(response)


def test_a_village_is_not_told_what_departments_said_of_a_parent(posts, lead):
    Lead.objects.update(why="open_with_adverse")
    village = words(browser(posts["child_director"]).get("/leads/"))
    assert "父母照料可能有困难" in village
    assert "父母情况不利" not in browser(posts["child_director"]).get("/leads/").content.decode()
    assert "父母情况不利" in words(browser(posts["county_drafter"]).get("/leads/"))


def test_every_list_of_leads_is_a_disclosure(posts, lead):
    browser(posts["county_drafter"]).get("/leads/")
    entry = LogEntry.objects.filter(kind="disclosure").latest("id")
    assert (entry.action, entry.purpose, entry.person_count) == ("leads", "verify", 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        (f"place={VILLAGE}", 1),
        (f"place={TOWNSHIP[:9]}", 2),
        ("state=new", 1),
        ("state=all", 3),
        ("state=closed", 1),
        ("why=entitled", 2),
        ("why=nonsense", 2),
        ("owner=none", 1),
        ("queue=village", 1),
        ("age=6-11", 2),
        ("overdue=1", 0),
        ("page=99", 2),
        ("page=nonsense&place=x'; --&owner=1", 2),
    ],
)
def test_leads_are_filtered_by_what_the_address_says(posts, lead, query, found):
    make_lead(division=OTHER_VILLAGE)
    make_lead(division=OTHER_VILLAGE, state="closed", result="confirmed")
    assert f"共 {found} 条线索" in words(browser(posts["county_drafter"]).get(f"/leads/?{query}"))


def test_a_name_is_looked_for_without_ever_standing_in_an_address(posts, lead):
    make_lead(person=make_person(name="王小山"))
    response = browser(posts["county_drafter"]).post("/leads/", {"name": "李小"})
    assert "共 1 条线索" in words(response)
    assert not any("李小" in link for link in re.findall(r'href="([^"]*)"', response.content.decode()))


def test_handing_out_tells_to_whom_and_is_undone_with_one_tap(posts):
    lead, client = make_lead(), browser(posts["county_drafter"])
    form = {"lead": [lead.id], "post": posts["child_director"].id, "query": "state=new"}
    response = client.post("/leads/assign/", form)
    assert response.headers["Location"] == "/leads/?state=new"
    page = client.get("/leads/").content.decode()
    assert f"已把 1 条交给{posts['child_director'].user.full_name}" in page
    undo = dict(re.findall(r'name="(query|post|at)" value="([^"]*)"', page))
    client.post("/leads/undo/", undo)
    assert "已撤销，1 条放回待分派" in words(client.get("/leads/"))
    lead.refresh_from_db()
    assert (lead.state, lead.post) == ("new", None)


def test_a_form_without_a_choice_comes_back_with_what_is_missing(posts):
    lead, client = make_lead(), browser(posts["county_drafter"])
    nobody = client.post("/leads/assign/", {"lead": [lead.id]})
    assert (nobody.status_code, "请选择交给谁" in words(nobody)) == (409, True)
    nothing = client.post("/leads/assign/", {"post": posts["child_director"].id})
    assert (nothing.status_code, "请至少勾选一条" in words(nothing)) == (409, True)


def test_all_leads_of_a_filter_are_handed_out_over_all_pages(posts):
    made = [make_lead(rank=number) for number in range(30)]
    make_lead(division=OTHER_VILLAGE)
    form = {"all": "1", "post": posts["child_director"].id, "query": f"place={VILLAGE}"}
    browser(posts["county_drafter"]).post("/leads/assign/", form)
    assert Lead.objects.filter(post=posts["child_director"], state="assigned").count() == len(made)


def test_leads_of_another_county_are_not_handed_out_by_sending_their_ids(posts):
    foreign = make_lead(division=OTHER_COUNTY)
    response = browser(posts["county_drafter"]).post(
        "/leads/assign/", {"lead": [foreign.id], "post": posts["child_director"].id}
    )
    foreign.refresh_from_db()
    assert (response.status_code, foreign.state) == (409, "new")


def test_a_lead_of_another_county_is_not_there(posts):
    foreign, client = make_lead(division=OTHER_COUNTY), browser(posts["county_drafter"])
    unknown = client.get(f"/leads/{uuid.uuid4()}/")
    theirs = client.get(f"/leads/{foreign.id}/")
    assert (theirs.status_code, unknown.status_code) == (404, 404)
    assert words(theirs) == words(unknown)


def test_a_reported_result_is_sent_back_only_with_a_reason_which_the_visitor_then_sees(posts, lead):
    report_lead(actor_of(posts["child_director"]), lead_id=lead.id, result="not_in_difficulty", reason="cared_for")
    supervisor = browser(posts["supervisor"])
    assert "不属于困境儿童：父母或一方有能力抚养" in words(supervisor.get(f"/leads/{lead.id}/"))
    refused = supervisor.post(f"/leads/{lead.id}/review/", {"decision": "return", "reason": ""})
    assert (refused.status_code, "请写明原因" in words(refused)) == (409, True)
    supervisor.post(f"/leads/{lead.id}/review/", {"decision": "return", "reason": "请见到孩子"})
    assert "请见到孩子" in words(browser(posts["child_director"]).get("/"))


def test_the_county_may_go_on_without_asking_departments(posts, lead):
    report_lead(actor_of(posts["child_director"]), lead_id=lead.id, result="cannot_be_found", reason="moved_away")
    review_lead(actor_of(posts["supervisor"]), lead_id=lead.id, accept=True)
    drafter = browser(posts["county_drafter"])
    assert "问一问部门" in words(drafter.get(f"/leads/{lead.id}/"))
    drafter.post(f"/leads/{lead.id}/no-inquiry/")
    assert Task.objects.filter(kind="review_lead", state="open").count() == 1


def test_an_adverse_record_is_settled_by_the_county_and_hidden_from_the_township_until_it_is_handed_down(posts):
    record = make_lead(division=COUNTY, person=None, why="adverse_record_alone")
    assert browser(posts["supervisor"]).get(f"/leads/{record.id}/").status_code == 404
    drafter = browser(posts["county_drafter"])
    drafter.post(f"/leads/{record.id}/settle/", {"reason": "没有未成年子女"})
    record.refresh_from_db()
    assert record.state == "closed"


def test_the_table_of_villages_counts_leads_and_names_who_is_there(posts, lead):
    make_lead(division=OTHER_VILLAGE)
    begin_visit(actor_of(posts["child_director"]), lead_id=lead.id)
    page = browser(posts["supervisor"]).get("/leads/distribution/")
    shown = words(page)
    assert f"{posts['child_director'].user.full_name} 1" in shown
    assert "没有儿童主任" in shown
    assert f"?place={VILLAGE}&amp;state=visiting" in page.content.decode()


def test_all_new_leads_are_handed_out_at_once(posts):
    lead = make_lead()
    browser(posts["county_drafter"]).post("/leads/distribution/all/")
    lead.refresh_from_db()
    assert lead.post_id == posts["child_director"].id


@pytest.mark.parametrize("address", ["/leads/", "/leads/distribution/", "/"])
def test_a_page_of_leads_asks_the_database_a_few_times_whatever_their_number(
    posts, django_assert_max_num_queries, address
):
    for code in (COUNTY, TOWNSHIP, VILLAGE):
        Division.objects.create(code=code, name="某地", level="village")
    for number in range(30):
        lead = make_lead(rank=number)
        assign_leads(actor_of(posts["county_drafter"]), lead_ids=[lead.id], post_id=posts["child_director"].id)
    for role in ("county_drafter", "supervisor"):
        client = browser(posts[role])
        client.get(address)
        with django_assert_max_num_queries(12):
            client.get(address)


def test_the_list_names_no_restricted_child(posts, lead):
    Person.objects.filter(id=lead.person_id).update(restricted=True)
    assert "李小雨" not in browser(posts["county_drafter"]).get("/leads/").content.decode()


def test_a_lead_whose_time_is_over_says_so_in_words(posts, lead):
    Task.objects.update(due_on=timezone.localdate() - timezone.timedelta(days=10))
    assert "已超期" in words(browser(posts["county_drafter"]).get("/leads/?overdue=1"))
