"""The auditor's pages: who looked at whom, never the child's name, and every reading of the log is in the log."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.audit.sealing import seal_entries
from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.core.access.actor import Purpose
from tests.office import COUNTY, OTHER_COUNTY, make_actor, make_person, make_post, sign_in

pytestmark = pytest.mark.django_db
NAME = "欧阳某某"


def browser_of(role: str, division: str) -> Client:
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, division=division))


@pytest.fixture
def auditor():
    """The browser of the county's auditor."""
    return browser_of("auditor", COUNTY)


@pytest.fixture
def child():
    """A child of the county at whom its drafter has looked."""
    person = make_person(name=NAME)
    record_disclosure(
        make_actor("county_drafter"),
        purpose=Purpose.VERIFY,
        action="child",
        persons=[str(person.id)],
        fields=("name", "disability"),
        highest_class=4,
        origin="127.0.0.1",
    )
    return person


def main_of(response) -> str:
    return text_of(response).partition("<main")[2].partition("</main>")[0]


def text_of(response) -> str:
    return response.content.decode()


def test_an_auditor_sees_who_looked_but_not_at_whom_by_name(auditor, child):
    page = text_of(auditor.get(f"/audit/who/{child.id}/"))
    assert "县级经办" in page
    assert "核实情况" in page
    assert "disability" in page
    assert str(child.id) in page
    assert NAME not in page


def test_asking_who_looked_is_in_the_log_itself(auditor, child):
    auditor.get(f"/audit/who/{child.id}/")
    (record,) = list_disclosures(subject=str(child.id))
    assert (record.action, record.purpose, record.person_ids) == ("who_looked", "audit", (str(child.id),))


def test_a_child_of_another_county_looks_like_a_number_that_nobody_has(child):
    other = browser_of("auditor", OTHER_COUNTY)
    unknown = "11111111-1111-4111-8111-111111111111"
    page, empty = (main_of(other.get(f"/audit/who/{number}/")) for number in (child.id, unknown))
    assert page.replace(str(child.id), unknown) == empty
    assert "没有这个编号的记录" in page


@pytest.mark.parametrize("pasted", ["{}", "http://127.0.0.1:8000/children/{}/history/", "  {}  "])
def test_a_pasted_number_or_address_leads_to_the_person(auditor, child, pasted):
    response = auditor.get("/audit/who/", {"person": pasted.format(child.id)})
    assert (response.status_code, response["Location"]) == (302, f"/audit/who/{child.id}/")


def test_what_is_no_number_is_refused_beside_the_field_and_stays_typed(auditor):
    response = auditor.get("/audit/who/", {"person": "张三"})
    assert response.status_code == 400
    assert 'value="张三"' in text_of(response)
    assert "没有看懂编号" in text_of(response)


@pytest.mark.parametrize("role", ["county_approver", "sysadmin", "secadmin", "child_director"])
def test_nobody_else_gets_in(role, child):
    browser = browser_of(role, COUNTY)
    for address in ("/audit/", f"/audit/who/{child.id}/", "/audit/entries/", "/audit/exports/"):
        assert browser.get(address).status_code == 403
    for address in ("/audit/check/", "/audit/head/"):
        assert browser.post(address).status_code == 403


def test_the_log_is_read_by_user_and_shows_only_what_was_done_in_the_county(auditor, child):
    here, there = make_actor("county_drafter"), make_actor("county_drafter", division=OTHER_COUNTY)
    record_action(here, action="assign_lead", details={"leads": 7})
    record_action(there, action="review_lead")
    page = text_of(auditor.get("/audit/entries/", {"user": here.id}))
    assert "leads=7" in page
    assert "review_lead" not in text_of(auditor.get("/audit/entries/"))


def test_a_page_number_or_day_that_is_none_is_left_out(auditor):
    asked = {"before": "9; DROP", "from": "yesterday", "to": "2026-02-31"}
    assert auditor.get("/audit/entries/", asked).status_code == 200


def test_exports_and_backups_are_listed(auditor):
    record_action(make_actor("county_drafter"), action="export_ledger", details={"rows": 12})
    page = text_of(auditor.get("/audit/exports/"))
    assert "export_ledger" in page
    assert "rows=12" in page


def test_a_sound_log_is_told_after_a_check_and_a_changed_one_too(auditor, child):
    seal_entries()
    assert "还没有在这里校验过" in text_of(auditor.get("/audit/"))
    assert auditor.post("/audit/check/")["Location"] == "/audit/"
    assert "问题 0 处" in text_of(auditor.get("/audit/"))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_logentry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER audit_logentry_no_update")
    LogEntry.objects.filter(action="child").update(origin="elsewhere")
    auditor.post("/audit/check/")
    assert "上次校验发现 1 处问题" in text_of(auditor.get("/audit/"))


def test_the_head_is_taken_away_as_a_file(auditor, child):
    seal_entries()
    response = auditor.post("/audit/head/")
    assert "attachment" in response["Content-Disposition"]
    assert json.loads(response.content)["position"] == 1
    assert LogEntry.objects.filter(action="export_log_head").count() == 1


@pytest.mark.parametrize("address", ["/audit/", "/audit/who/{}/", "/audit/entries/", "/audit/exports/"])
def test_no_page_asks_the_database_more_often_for_more_entries(auditor, child, address, django_assert_max_num_queries):
    for _ in range(60):
        record_action(make_actor("county_drafter"), action="export_ledger", persons=[str(child.id)])
    with django_assert_max_num_queries(14):
        auditor.get(address.format(child.id))
