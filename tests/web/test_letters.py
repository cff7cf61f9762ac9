"""Inquiry letters as the county and the departments meet them."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.cases.models import InquiryLetter
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import Evidence, Fact, Person
from ciyou.core.access.actor import LOCAL_OPERATOR
from tests.case_builders import parent_of
from tests.office import OTHER_COUNTY, file_child, make_post, sign_in

pytestmark = pytest.mark.django_db


def browser(role="county_drafter", **post):
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, **post))


@pytest.fixture
def office():
    return browser()


@pytest.fixture
def justice():
    return browser("partner", department="justice")


@pytest.fixture
def child():
    found = file_child("a", father={"dead": True}, mother={"working_away": True})
    Person.objects.filter(id=found).update(name="小满")
    determine_children(LOCAL_OPERATOR, child_ids=[found], as_of=timezone.localdate(), cause="load")
    return found


def at(name, **parts):
    return reverse(name, kwargs=parts)


def draft(office, child):
    fields = {"letter_id": str(uuid.uuid4()), "entity": "mother", "department": "justice", "facts": ["imprisoned"]}
    answer = office.post(at("letter_choices", child_id=child), fields)
    assert answer.status_code == 302
    return InquiryLetter.objects.get(id=fields["letter_id"])


def send(office, child):
    letter = draft(office, child)
    office.post(at("letter_send", letter_id=letter.id), {"version": letter.version})
    letter.refresh_from_db()
    assert letter.state == "sent"
    return letter


def reply(client, letter, **fields):
    return client.post(
        at("letter_reply", letter_id=letter.id), {"version": letter.version, "outcome": "answered", **fields}
    )


def test_from_the_child_to_the_letter_to_the_reply(office, justice, child):
    offered = office.get(at("letter_choices", child_id=child)).content.decode()
    assert "向司法行政（监狱、戒毒）机关核查：母亲" in offered
    letter = send(office, child)
    shown = office.get(at("letter", letter_id=letter.id)).content.decode()
    assert letter.number in shown
    listed = justice.get(reverse("letters")).content.decode()
    assert letter.number in listed
    page = justice.get(at("letter", letter_id=letter.id)).content.decode()
    assert "服刑在押" in page
    assert "小满" not in page + listed
    answer = reply(justice, letter, **{"q:mother:imprisoned": "yes", "q:mother:imprisoned.term_months": "36"})
    assert answer["Location"] == at("letter", letter_id=letter.id)
    after = office.get(at("letter", letter_id=letter.id)).content.decode()
    assert "刑期（月）" in after
    assert "已答复" in after
    assert Fact.objects.filter(person_id=parent_of(child, "mother"), source="justice").count() == 2


def test_the_document_is_a_pdf_whose_name_says_nothing_and_whose_opening_is_on_record(office, justice, child):
    letter = send(office, child)
    for reader in (office, justice):
        answer = reader.get(at("letter_document", letter_id=letter.id))
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        assert answer["Content-Disposition"] == f'attachment; filename="letter-{letter.id.hex[:8]}.pdf"'
    opened = [one for one in list_disclosures(subject=str(letter.id)) if one.action == "letter_document"]
    assert [one.person_ids for one in opened] == [(str(parent_of(child, "mother")),)] * 2


def test_a_draft_has_no_document(office, child):
    assert office.get(at("letter_document", letter_id=draft(office, child).id)).status_code == 404


def test_a_letter_is_there_for_its_county_and_its_department_only(office, child):
    letter = send(office, child)
    strangers = [
        browser("partner", department="police"),
        browser("partner", department="justice", division=OTHER_COUNTY),
        browser(division=OTHER_COUNTY),
    ]
    for stranger in strangers:
        for name in ("letter", "letter_document"):
            assert stranger.get(at(name, letter_id=letter.id)).status_code == 404
        assert reply(stranger, letter, **{"q:mother:imprisoned": "no"}).status_code == 404
        assert letter.number not in stranger.get(reverse("letters")).content.decode()


@pytest.mark.parametrize("role", ["child_director", "supervisor", "city_viewer", "auditor", "sysadmin"])
def test_who_neither_writes_nor_answers_letters_does_not_come_in(office, child, role):
    letter = send(office, child)
    reader = browser(role)
    assert reader.get(reverse("letters")).status_code == 403
    assert reader.get(at("letter", letter_id=letter.id)).status_code == 403
    assert reader.get(at("letter_choices", child_id=child)).status_code == 403
    assert reply(reader, letter).status_code == 403


def test_a_department_cannot_send_or_withdraw(office, justice, child):
    letter = send(office, child)
    for name in ("letter_send", "letter_withdraw"):
        assert justice.post(at(name, letter_id=letter.id), {"reason": "x", "version": 2}).status_code == 403


def test_an_incomplete_reply_comes_back_with_what_was_typed(office, justice, child):
    letter = send(office, child)
    answer = reply(justice, letter, **{"q:mother:imprisoned": "yes", "q:mother:imprisoned.term_months": "三年"})
    assert answer.status_code == 422
    assert 'value="三年"' in answer.content.decode()
    assert InquiryLetter.objects.get().state == "sent"


def test_of_two_replies_the_second_hears_that_it_was_answered(office, justice, child):
    letter = send(office, child)
    reply(justice, letter, **{"q:mother:imprisoned": "no"})
    again = reply(justice, letter, **{"q:mother:imprisoned": "yes"})
    assert again.status_code == 422
    assert "刚刚被别人" in again.content.decode()


def test_a_letter_is_withdrawn_with_a_reason(office, child):
    letter = send(office, child)
    where = at("letter_withdraw", letter_id=letter.id)
    assert office.post(where, {"reason": ""}).status_code == 422
    assert office.post(where, {"reason": "问错了人"}).status_code == 302
    assert "问错了人" in office.get(at("letter", letter_id=letter.id)).content.decode()


def test_an_unknown_child_offers_no_letters(office):
    assert office.get(at("letter_choices", child_id=uuid.uuid4())).status_code == 404


def test_the_list_keeps_its_filter_in_the_address(office, child):
    send(office, child)
    assert "第1号" in office.get(reverse("letters"), {"state": "sent"}).content.decode()
    assert "第1号" not in office.get(reverse("letters"), {"state": "overdue"}).content.decode()


def attached(content=b"%PDF-1.4\n%%EOF", name="certificate.pdf"):
    return SimpleUploadedFile(name, content)


def test_a_department_attaches_a_certificate_that_it_does_not_get_back_and_the_county_does(office, justice, child):
    letter = send(office, child)
    fields = {"q:mother:imprisoned": "yes", "certificate": attached()}
    assert reply(justice, letter, **fields).status_code == 302
    kept = Evidence.objects.get()
    where = at("evidence_file", evidence_id=kept.id)
    page = justice.get(at("letter", letter_id=letter.id)).content.decode()
    assert "已随附证明" in page
    assert str(kept.id) not in page
    assert justice.get(where).status_code == 404
    assert where in office.get(at("letter", letter_id=letter.id)).content.decode()
    answer = office.get(where)
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.4\n%%EOF")
    opened = [one for one in list_disclosures(subject=str(kept.id)) if one.action == "evidence_file"]
    assert [one.person_ids for one in opened] == [(str(parent_of(child, "mother")),)]
    for role in ("child_director", "supervisor"):
        assert browser(role).get(where).status_code == 404


def test_what_is_no_certificate_is_refused_beside_its_field_and_the_answers_stay(office, justice, child):
    letter = send(office, child)
    fields = {"q:mother:imprisoned": "yes", "q:mother:imprisoned.term_months": "36"}
    answer = reply(justice, letter, **fields, certificate=attached(b"<html>", "certificate.pdf"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="certificate-problem"' in page
    assert "只接受 PDF、JPEG 或 PNG" in page
    assert 'value="36"' in page
    assert 'value="yes" checked' in page
    assert InquiryLetter.objects.get().state == "sent"


def test_a_good_file_beside_a_wrong_answer_has_to_be_chosen_again_and_the_page_says_so(office, justice, child):
    letter = send(office, child)
    fields = {"q:mother:imprisoned": "yes", "q:mother:imprisoned.term_months": "三年"}
    page = reply(justice, letter, **fields, certificate=attached()).content.decode()
    assert "请再选一次" in page
    assert Evidence.objects.count() == 0


def test_a_department_replies_about_a_protected_file_that_it_never_sees(office, justice, child):
    letter = send(office, child)
    Person.objects.filter(id__in=[child, parent_of(child, "mother")]).update(restricted=True)
    assert reply(justice, letter, **{"q:mother:imprisoned": "no", "certificate": attached()}).status_code == 302
    page = justice.get(at("letter", letter_id=letter.id)).content.decode()
    assert "已答复" in page
    assert str(child) not in page
    assert Fact.objects.get(source="justice").person_id == parent_of(child, "mother")
    # The county's officers who are not named in the case do not see the letter any more.
    assert office.get(at("letter", letter_id=letter.id)).status_code == 404
