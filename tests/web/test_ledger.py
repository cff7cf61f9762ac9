"""The ledger's pages: filters in the address and never a name, views, handing out, encrypted export, paper."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from ciyou.apps.accounts.models import SignIn
from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.cases.models import Lead
from ciyou.apps.oversight.models import ExportRecord, SavedView
from tests.office import COUNTY, OTHER_VILLAGE, VILLAGE, make_person, make_post, sign_in

pytestmark = pytest.mark.django_db
REASON = "发放学期助学金前核对名单"


def _browser(role="county_drafter", **fields):
    browser = Client(headers={"host": "127.0.0.1"})
    sign_in(browser, make_post(role, **fields))
    return browser


@pytest.fixture
def office():
    """A browser of the county's drafter."""
    return _browser()


def _lead(person):
    return Lead.objects.create(
        linkage_id=str(uuid.uuid4()),
        person=person,
        why="possible_category",
        rank=1,
        division=person.division,
        queue="county",
        opened_at=timezone.now(),
    )


def test_the_ledger_shows_the_countys_children_and_records_exactly_whom_it_showed(office):
    child, elsewhere = make_person(name="陈小满"), make_person(name="别县儿", division="990102001001")
    page = office.get("/ledger/").content.decode()
    assert "陈小满" in page
    assert "别县儿" not in page
    (record,) = list_disclosures(subject="ledger")
    assert record.person_ids == (str(child.id),)
    assert str(elsewhere.id) not in record.person_ids


def test_filters_stand_in_the_address_and_in_the_form(office):
    make_person(name="甲甲")
    make_person(name="乙乙", division=OTHER_VILLAGE)
    page = office.get(f"/ledger/?place={VILLAGE}&sex=female&unvisited=30").content.decode()
    assert "甲甲" in page
    assert "乙乙" not in page
    assert 'value="30"' in page


def test_a_name_is_sent_in_the_body_and_stands_in_no_address(office):
    make_person(name="陈小满", name_reading="chenxiaoman", name_initials="cxm")
    make_person(name="王大力", name_reading="wangdali", name_initials="wdl")
    page = office.post("/ledger/", {"name": "陈小满"}).content.decode()
    assert "陈小满" in page
    assert "王大力" not in page
    assert not [link for link in re.findall(r'(?:href|action)="([^"]*)"', page) if "陈" in link or "%E9" in link]
    assert "陈小满" not in office.get("/ledger/?name=陈小满&sex=male").content.decode()


def test_a_view_is_kept_and_forgotten(office):
    office.post("/ledger/views/", {"name": "三十天未走访", "query": "unvisited=30"})
    assert "三十天未走访" in office.get("/ledger/").content.decode()
    view = SavedView.objects.get()
    assert view.query == "unvisited=30"
    office.post(f"/ledger/views/{view.id}/forget/", {"query": ""})
    assert not SavedView.objects.exists()


def test_leads_of_all_pages_are_handed_to_a_child_director(office):
    children = [make_person() for _ in range(30)]
    for child in children:
        _lead(child)
    director = make_post("child_director")
    query = f"place={VILLAGE}"
    chosen = office.post("/ledger/selection/", {"query": query, "all": "1", "do": "assign"}).content.decode()
    assert director.user.full_name in chosen
    done = office.post("/ledger/assign/", {"query": query, "post": str(director.id)})
    assert done.status_code == 200
    assert Lead.objects.filter(post=director, state="assigned").count() == 30


def test_only_the_ticked_children_are_handed_out(office):
    ticked, other = make_person(), make_person()
    _lead(ticked), _lead(other)
    director = make_post("child_director")
    office.post("/ledger/assign/", {"query": "", "person": [str(ticked.id)], "post": str(director.id)})
    assert [lead.person_id for lead in Lead.objects.filter(post=director)] == [ticked.id]


def test_a_child_of_another_county_is_not_handed_out_whatever_the_form_says(office):
    stranger = make_person(division="990102001001")
    _lead(stranger)
    director = make_post("child_director")
    office.post("/ledger/assign/", {"query": "", "person": [str(stranger.id)], "post": str(director.id)})
    assert Lead.objects.get().post is None


def test_without_a_post_the_form_comes_back_with_a_sentence(office):
    _lead(make_person())
    make_post("child_director")
    page = office.post("/ledger/assign/", {"query": "", "post": ""}).content.decode()
    assert "请选择把线索交给谁" in page


def test_nothing_ticked_leads_back_to_the_list(office):
    assert office.post("/ledger/selection/", {"query": "sex=male", "do": "assign"}).url == "/ledger/?sex=male"


def test_a_list_on_paper_leaves_a_record(office):
    child = make_person(name="陈小满")
    page = office.post("/ledger/selection/", {"query": "", "person": [str(child.id)], "do": "print"}).content.decode()
    assert "陈小满" in page
    assert "打印" in page
    (record,) = list_disclosures(subject="ledger")
    assert record.person_ids == (str(child.id),)


def test_an_export_shows_its_password_once_and_gives_the_file_to_its_maker_alone(office):
    make_person(name="陈小满")
    key = str(uuid.uuid4())
    form = {"export_id": key, "query": "", "column": ["name", "age"], "purpose": "serve", "reason": REASON}
    made = office.post("/exports/make/", form).content.decode()
    password = re.search(r'class="secret">([^<]+)<', made)[1]
    assert len(password) == 23
    again = office.post("/exports/make/", form).content.decode()
    assert password not in again
    assert "密码只显示一次" in again
    listed = office.get("/exports/").content.decode()
    assert REASON in listed
    assert password not in listed
    file = office.get(f"/exports/{key}/file/")
    assert file["Content-Type"].endswith("sheet")
    assert file.content[:4] == b"\xd0\xcf\x11\xe0"
    assert "no-store" in file["Cache-Control"]
    assert _browser().get(f"/exports/{key}/file/").status_code == 404


def test_what_was_typed_comes_back_when_the_reason_is_missing(office):
    make_person()
    form = {"query": "sex=female", "column": ["name", "place"], "purpose": "verify", "reason": "短", "unmasked": "1"}
    page = office.post("/exports/make/", form).content.decode()
    assert "请写明理由" in page
    assert ">短</textarea>" in page
    assert re.search(r'value="place" checked', page)
    assert not re.search(r'value="age" checked', page)
    assert not ExportRecord.objects.exists()


def test_an_export_asks_again_who_sits_there(office):
    make_person()
    SignIn.objects.update(proved_at=timezone.now() - timezone.timedelta(minutes=11))
    assert office.get("/exports/new/?sex=male").url.startswith("/me/prove/")
    form = {"query": "", "column": ["name"], "purpose": "serve", "reason": REASON}
    assert "再次验证身份" in office.post("/exports/make/", form).content.decode()
    assert not ExportRecord.objects.exists()


@pytest.mark.parametrize("role", ["child_director", "supervisor", "city_viewer", "auditor", "sysadmin", "partner"])
def test_other_roles_have_no_export(role):
    browser = _browser(role)
    for address in ("/exports/", "/exports/new/"):
        assert browser.get(address).status_code == 403
    assert browser.post("/exports/make/", {}).status_code == 403
    assert "加密导出" not in browser.get("/ledger/").content.decode()


@pytest.mark.parametrize("role", ["city_viewer", "auditor", "sysadmin", "partner", "institution"])
def test_a_role_that_sees_no_children_has_no_ledger_with_children(role):
    make_person(name="陈小满")
    browser = _browser(role, division=COUNTY)
    answer = browser.get("/ledger/")
    assert "陈小满" not in answer.content.decode()
    posted = browser.post("/ledger/selection/", {"query": "", "all": "1", "do": "print"})
    assert "陈小满" not in posted.content.decode()


def test_a_childs_file_on_paper_masks_numbers_and_says_who_printed_it(office):
    child = make_person(name="陈小满")
    page = office.get(f"/children/{child.id}/print/").content.decode()
    assert "陈小满" in page
    assert "打印" in page
    (record,) = list_disclosures(subject=str(child.id))
    assert record.action == "print_child"
    stranger = make_person(division="990102001001")
    assert office.get(f"/children/{stranger.id}/print/").status_code == 404
    assert office.get(f"/children/{uuid.uuid4()}/print/").status_code == 404


def test_a_page_of_the_ledger_takes_few_queries(office, django_assert_max_num_queries):
    for _ in range(25):
        _lead(make_person())
    office.get("/ledger/")
    with django_assert_max_num_queries(14):
        office.get("/ledger/")
