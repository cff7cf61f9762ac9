"""The two pages of identity lists as the county and the departments meet them, and as those do whose list it is not."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.exchange.models import IdentityList
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import record_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR
from tests.award_builders import entitled_child
from tests.office import OTHER_COUNTY, make_post, sign_in

pytestmark = pytest.mark.django_db
ID_CARD = "99010120160501001X"


def browser(role="county_drafter", **post):
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, **post))


@pytest.fixture
def office():
    return browser()


@pytest.fixture
def insurance():
    return browser("partner", department="insurance")


@pytest.fixture
def children():
    found = [entitled_child(key, mother={"dead": True}) for key in ("a", "b")]
    Person.objects.filter(id=found[0]).update(name="小满")
    Person.objects.filter(id=found[1]).update(name="谷雨")
    record_identifier(LOCAL_OPERATOR, person_id=found[0], kind="id_card", value=ID_CARD)
    return found


@pytest.fixture
def sent(office, children):
    """The month's list of insurance, made and sent on the pages."""
    answer = office.post(reverse("make_identity_list"), {"kind": "insurance"})
    row = IdentityList.objects.get()
    assert answer["Location"] == at("identity_list", row)
    assert office.post(at("send_identity_list", row), {"hash": row.hash}).status_code == 302
    row.refresh_from_db()
    return row


def at(name, row, **parts):
    return reverse(name, kwargs={"list_id": row.id, **parts})


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def keys(row):
    names = dict(Person.objects.values_list("id", "name"))
    return {names[one.person_id]: one.id for one in row.children.all()}


def test_the_county_reads_masked_numbers_and_the_department_full_ones_both_on_record(office, insurance, sent):
    page = text(office, at("identity_list", sent))
    assert "小满" in page and ID_CARD not in page
    page = text(insurance, at("identity_list", sent))
    assert ID_CARD in page
    assert "/children/" not in page
    assert LogEntry.objects.filter(action="identity_list", kind="disclosure", person_count=2).count() == 2


@pytest.mark.parametrize(
    ("role", "post"),
    [
        ("partner", {"department": "education"}),
        ("partner", {"department": "insurance", "division": OTHER_COUNTY}),
        ("partner", {}),
        ("county_drafter", {"division": OTHER_COUNTY}),
    ],
)
def test_nobody_else_sees_or_touches_a_list(sent, role, post):
    other = browser(role, **post)
    assert str(sent.id) not in text(other, reverse("identity_lists"))
    assert other.get(at("identity_list", sent)).status_code == 404
    key = keys(sent)["小满"]
    name, fields = "answer_identity_list", {f"answer-{key}": "taken"}
    if role == "county_drafter":
        name, fields = "send_identity_list", {"hash": sent.hash}
    assert other.post(at(name, sent), fields).status_code == 404
    assert set(sent.children.values_list("answer", flat=True)) == {""}


def test_a_draft_is_not_the_departments_to_see(office, insurance, children):
    office.post(reverse("make_identity_list"), {"kind": "insurance"})
    row = IdentityList.objects.get()
    assert insurance.get(at("identity_list", row)).status_code == 404
    assert str(row.id) not in text(insurance, reverse("identity_lists"))


def test_a_refusal_without_a_reason_keeps_what_was_chosen_and_every_link_still_leads_to_the_list(insurance, sent):
    key = keys(sent)["小满"]
    answer = insurance.post(at("answer_identity_list", sent), {f"answer-{key}": "refused", f"note-{key}": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("请写明原因") == 2
    assert '<option value="refused" selected>' in page
    assert re.findall(r'aria-describedby="note-([0-9a-f-]{36})-error"', page) == [str(key)]
    assert f'href="{at("identity_list", sent)}?show=waiting"' in page
    assert 'href="?' not in page


def test_pages_after_a_failed_answer_lead_to_the_list(insurance, sent, monkeypatch):
    monkeypatch.setattr("ciyou.apps.exchange.identity_reading.SHOWN", 1)
    page = insurance.post(at("answer_identity_list", sent), {"page": "1"}).content.decode()
    assert f'href="{at("identity_list", sent)}?page=2"' in page


def test_the_department_answers_and_the_county_sees_to_what_was_not_found(office, insurance, sent):
    assert f"{at('identity_list', sent)}?show=waiting" in text(insurance, reverse("home"))
    found = keys(sent)
    given = {f"answer-{found['小满']}": "not_found", f"answer-{found['谷雨']}": "", "rest": "1", "page": "1"}
    answer = insurance.post(at("answer_identity_list", sent), given)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, at("identity_list", sent))
    assert dict(sent.children.values_list("id", "answer")) == {found["小满"]: "not_found", found["谷雨"]: "taken"}
    page = text(office, reverse("home"))
    assert "核实部门查无或不予落实的孩子" in page
    assert f"{at('identity_list', sent)}?show=unsettled" in page
    page = text(office, f"{at('identity_list', sent)}?show=unsettled")
    assert "小满" in page and "谷雨" not in page
    settle = at("settle_listed_child", sent, listed_id=found["小满"])
    assert office.post(settle).status_code == 302
    assert office.post(settle).status_code == 422
    assert "核实部门查无或不予落实的孩子" not in text(office, reverse("home"))


def test_both_pages_speak_english(office, sent):
    office.cookies["ciyou_language"] = "en"
    assert "Identity lists" in text(office, reverse("identity_lists"))
    assert "No answer yet" in text(office, at("identity_list", sent))
