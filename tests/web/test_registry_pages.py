"""The registry's pages: search, registration, history, corrections, evidence and identifiers, each with its record."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.registry.models import Evidence, Fact, Identifier, Person
from ciyou.apps.registry.services import NewStatement, record_facts, record_identifier
from tests.office import OTHER_COUNTY, VILLAGE, make_actor, make_person, make_post, sign_in

pytestmark = pytest.mark.django_db
ID_CARD = "110101201605010016"
PDF = b"%PDF-1.4\n%%EOF\n"


def browser(role="county_drafter", **fields):
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, **fields))


@pytest.fixture
def child():
    return make_person(name="单小雨", name_reading="shanxiaoyu", name_initials="sxy")


def test_a_name_is_searched_in_the_body_and_the_answer_goes_on_record(child):
    page = browser().post("/search/found/", {"text": "sxy"})
    assert "单小雨" in page.content.decode()
    entry = LogEntry.objects.filter(kind="disclosure", action="search_found").get()
    assert [seen.person_id for seen in entry.persons.all()] == [str(child.id)]


def test_a_reloaded_search_leads_back_to_the_box():
    assert browser().get("/search/found/").headers["Location"] == "/search/"


def test_another_county_searches_and_finds_nobody(child):
    page = browser(division=OTHER_COUNTY).post("/search/found/", {"text": "单小雨"})
    assert "没有找到" in page.content.decode()


def test_an_auditor_has_no_search():
    client = browser("auditor")
    assert client.get("/search/").status_code == 403
    assert client.post("/search/found/", {"text": "单小雨"}).status_code == 403
    assert "search-box" not in client.get("/").content.decode()


def form(**fields):
    return {
        "key": str(uuid4()),
        "name": "单小雨",
        "sex": "male",
        "birth_date": "2016-05-01",
        "division": VILLAGE,
        "residence_division": "",
        "id_card": ID_CARD,
        **fields,
    }


def test_a_child_is_registered_once_however_often_the_form_is_sent():
    client, typed = browser(), form()
    for _ in range(2):
        page = client.post("/children/new/", typed)
        assert page.headers["Location"] == f"/children/{typed['key']}/"
    assert Person.objects.count() == 1


def test_a_file_that_may_be_the_same_is_shown_before_a_new_one_is_opened():
    client = browser()
    client.post("/children/new/", form(id_card=""))
    again = form(id_card="")
    page = client.post("/children/new/", again).content.decode()
    assert "可能已有这个孩子的档案" in page
    assert Person.objects.count() == 1
    seen = str(Person.objects.get().id)
    assert f'name="seen" value="{seen}"' in page
    unsaid = client.post("/children/new/", again | {"looked": "yes", "seen": seen}).content.decode()
    assert "请选择为什么都不是这个孩子" in unsaid
    unseen = client.post("/children/new/", again | {"looked": "yes", "seen": "", "because": "namesake"})
    assert unseen.status_code == 200
    assert Person.objects.count() == 1
    client.post("/children/new/", again | {"looked": "yes", "seen": seen, "because": "namesake"})
    assert Person.objects.count() == 2


def test_a_likely_file_stands_beside_what_was_typed_with_the_reasons_in_words():
    client = browser()
    client.post("/children/new/", form(id_card="", name="王晓明"))
    page = client.post("/children/new/", form(id_card="", name="王小明")).content.decode()
    for words in ("很可能就是同一个孩子", "姓名读音相同", "出生日期相同", "同一个村（居）", "您填写的", "王晓明"):
        assert words in page


def test_of_a_likely_file_elsewhere_a_masked_name_and_the_county_are_shown():
    elsewhere = browser(division=OTHER_COUNTY)
    elsewhere.post("/children/new/", form(id_card="", name="王晓明", division="990102001001"))
    page = browser().post("/children/new/", form(id_card="", name="王晓明")).content.decode()
    assert "王*明" in page
    assert "这份档案在别的县" in page
    assert f"/children/{Person.objects.get().id}/" not in page


def test_nothing_typed_is_lost_when_the_id_number_is_wrong():
    page = browser().post("/children/new/", form(id_card="110101201605010017")).content.decode()
    assert "校验位不对" in page
    assert 'value="110101201605010017"' in page
    assert not Person.objects.exists()


def test_a_village_worker_does_not_register(child):
    assert browser("child_director").get("/children/new/").status_code == 403


def test_the_history_shows_what_was_known_on_a_day(child):
    officer = make_actor()
    for value in (True, False):
        record_facts(
            officer, person_id=child.id, statements=[NewStatement("boarding", value, "verified")], source="visit"
        )
    client = browser()
    everything = client.get(f"/children/{child.id}/facts/").content.decode()
    assert everything.count("寄宿</th>") == 2
    assert "history-past" in everything
    before = client.get(f"/children/{child.id}/facts/?known=2020-01-01").content.decode()
    assert "那一天还什么都不知道" in before


def test_a_wrong_statement_is_corrected_and_the_first_form_wins(child):
    record_facts(
        make_actor(), person_id=child.id, statements=[NewStatement("boarding", True, "verified")], source="visit"
    )
    number = Fact.objects.get().id
    address = f"/children/{child.id}/facts/{number}/correct/"
    client = browser()
    assert "寄宿" in client.get(address).content.decode()
    typed = {"value": "false", "reason": "mistyped", "valid_from": "", "valid_to": ""}
    assert client.post(address, typed).headers["Location"] == f"/children/{child.id}/facts/"
    assert client.post(address, typed).headers["Location"] == f"/children/{child.id}/facts/"
    assert Fact.objects.count() == 2


def test_a_correction_without_a_reason_keeps_what_was_typed(child):
    record_facts(
        make_actor(), person_id=child.id, statements=[NewStatement("boarding", True, "verified")], source="visit"
    )
    address = f"/children/{child.id}/facts/{Fact.objects.get().id}/correct/"
    page = browser().post(address, {"value": "false", "reason": ""}).content.decode()
    assert "请选择更正的原因" in page
    assert '<option value="false" selected>' in page


def upload(client, child, content=PDF, **fields):
    file = SimpleUploadedFile("证明.pdf", content, "application/pdf")
    return client.post(
        f"/children/{child.id}/evidence/",
        {"key": str(uuid4()), "title": "死亡证明", "file": file, "sensitivity": "4", **fields},
    )


def test_evidence_is_uploaded_and_downloaded_as_an_attachment(child):
    client = browser()
    assert upload(client, child).status_code == 302
    number = Evidence.objects.get().id
    assert "死亡证明" in client.get(f"/children/{child.id}/evidence/").content.decode()
    sent = client.get(f"/evidence/{number}/")
    assert sent.content == PDF
    assert sent.headers["Content-Disposition"].startswith("attachment;")
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert browser(division=OTHER_COUNTY).get(f"/evidence/{number}/").status_code == 404
    assert browser("child_director").get(f"/evidence/{number}/").status_code == 404


def test_an_upload_that_only_pretends_to_be_a_pdf_is_refused_beside_the_form(child):
    page = upload(browser(), child, b"MZ not a pdf")
    assert "只接受 PDF" in page.content.decode()
    assert 'value="死亡证明"' in page.content.decode()
    assert not Evidence.objects.exists()


def test_an_identifier_is_masked_until_it_is_revealed_for_a_purpose(child):
    record_identifier(make_actor(), person_id=child.id, kind="id_card", value=ID_CARD)
    client, address = browser(), f"/children/{child.id}/identifiers/"
    masked = client.get(address).content.decode()
    assert "1101**********0016" in masked
    assert ID_CARD not in masked
    number = Identifier.objects.get().id
    shown = client.post(address + "reveal/", {"what": "identifier", "number": number, "purpose": "verify"})
    assert ID_CARD in shown.content.decode()
    entry = LogEntry.objects.get(action="reveal_identifier", fields='["identifier.id_card"]')
    assert (entry.purpose, entry.origin) == ("verify", "127.0.0.1")
    assert client.post(address + "reveal/", {"what": "identifier", "number": number, "purpose": ""}).status_code == 404
    assert (
        client.post(address + "reveal/", {"what": "identifier", "number": number, "purpose": "audit"}).status_code
        == 403
    )


def test_a_number_is_put_on_file_and_a_wrong_one_keeps_what_was_typed(child):
    client, address = browser(), f"/children/{child.id}/identifiers/"
    wrong = client.post(address, {"person": str(child.id), "kind": "phone", "value": "123"}).content.decode()
    assert "电话号码应为" in wrong
    assert 'value="123"' in wrong
    assert client.post(address, {"person": str(child.id), "kind": "phone", "value": "13800138000"}).status_code == 302


@pytest.mark.parametrize("page", ["facts/", "timeline/", "evidence/", "identifiers/", "facts/1/correct/"])
def test_a_child_of_another_county_reads_like_a_child_that_does_not_exist(child, page):
    client = browser(division=OTHER_COUNTY)
    theirs, nobodys = (client.get(f"/children/{one}/{page}") for one in (child.id, uuid4()))
    assert theirs.status_code == nobodys.status_code == 404
    assert seen(theirs) == seen(nobodys)


def seen(page):
    """A page without what differs from request to request: the form tokens and the address itself."""
    return re.sub(r'value="[^"]*"', "", page.content.decode())


@pytest.mark.parametrize("page", ["facts/", "timeline/", "evidence/", "identifiers/"])
def test_no_personal_data_stand_in_the_title(child, page):
    text = browser().get(f"/children/{child.id}/{page}").content.decode()
    assert "单小雨" not in text.split("</title>")[0]
