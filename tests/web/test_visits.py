"""The visit form as a village director meets it."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.cases.models import Lead, Visit
from ciyou.apps.entitlements.services import determine_children
from ciyou.core.access.actor import LOCAL_OPERATOR
from tests.case_builders import file_sibling, open_lead, parent_of
from tests.office import OTHER_VILLAGE, file_child, make_post, sign_in

pytestmark = pytest.mark.django_db
IN_PRISON = {"imprisoned": True, "imprisoned.term_months": 36}
DECIDING = ["father.working_away", "father.imprisoned", "child.boarding", "household.dibao", "household.size"]


def browser(role="child_director", **post):
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, **post))


@pytest.fixture
def phone():
    return browser()


@pytest.fixture
def child():
    found = file_child("a", mother=IN_PRISON)
    open_lead(found, deciding=DECIDING)
    return found


def address(child):
    return reverse("visit", kwargs={"child_id": child})


def fields_of(page):
    """The names of the fields of the main form, and its visit id."""
    text = page.content.decode()
    main = text[text.index('class="visit-form"') :]
    return set(re.findall(r'name="([^"]+)"', main)), re.search(r'name="visit_id" value="([^"]+)"', main).group(1)


def filled(child, **more):
    today = timezone.localdate().isoformat()
    return {
        "visit_id": str(uuid.uuid4()),
        "visited_on": today,
        "met": "guardian",
        f"seen:{child}": "yes",
        f"result:{child}": "confirmed",
        **more,
    }


def test_the_form_asks_in_plain_words_and_never_about_prison(phone, child):
    text = phone.get(address(child)).content.decode()
    for words in (
        "父亲在外地打工吗？",
        "从哪一天起在外地打工？",
        "孩子住校吗？",
        "这个家庭领低保吗？",
        "其余情况由县里向部门核实",
    ):
        assert words in text
    for words in ("服刑", "戒毒", "羁押", "艾滋", "imprisoned", "in_detox", "hiv"):
        assert words not in text


def test_the_question_of_a_yes_that_is_on_file_says_still():
    child = file_child("s", father={"working_away": True})
    open_lead(child, deciding=["father.working_away"])
    text = browser().get(address(child)).content.decode()
    assert "父亲还在外地打工吗？" in text
    assert "现在登记的是：是" in text


def test_opening_the_form_is_a_disclosure_of_the_child_and_the_parents_asked_about(phone, child):
    phone.get(address(child))
    found = list_disclosures(subject=str(child))
    assert len(found) == 1
    assert found[0].action == "visit"
    assert {str(child), str(parent_of(child, "father"))} <= set(found[0].person_ids)


def test_a_lead_leads_to_the_form_of_its_child(phone, child):
    lead = Lead.objects.get()
    answer = phone.get(reverse("visit_lead", kwargs={"lead_id": lead.id}))
    assert (answer.status_code, answer["Location"]) == (302, address(child))


def test_a_saved_visit_says_what_is_decided_now():
    child = file_child("d", mother=IN_PRISON, father={"lost_contact": (True, "rostered", "police_missing")})
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=timezone.localdate(), cause="load")
    open_lead(child)
    phone = browser()
    key = f"q:father:{parent_of(child, 'father')}:lost_contact"
    gone = {key: "yes", f"{key}.since": "2024-01-15"}
    answer = phone.post(address(child), filled(child, **gone), follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "走访已保存" in text
    assert "确有困难" in text
    assert "待县里确认" in text
    assert "事实无人抚养儿童" in text
    assert "服刑" not in text


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_is_still_there(phone, child):
    key = "q:household:size"
    answer = phone.post(
        address(child), filled(child, met="", note="奶奶在家", **{key: "999", "q:household:dibao": "yes"})
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert Visit.objects.count() == 0
    assert "请选择见到了谁" in text
    assert 'value="999"' in text
    assert "奶奶在家" in text
    assert re.search(r'name="q:household:dibao" value="yes" checked', text)


def test_a_form_that_is_sent_twice_saves_one_visit(phone, child):
    fields = filled(child)
    first, second = phone.post(address(child), fields), phone.post(address(child), fields)
    assert first["Location"] == second["Location"] == reverse("visit_saved", kwargs={"visit_id": fields["visit_id"]})
    assert Visit.objects.count() == 1


def test_a_form_that_comes_back_with_a_mistake_keeps_its_visit_id(phone, child):
    fields = filled(child, met="")
    assert fields_of(phone.post(address(child), fields))[1] == fields["visit_id"]


def test_no_change_is_one_tap(phone, child):
    key = str(uuid.uuid4())
    answer = phone.post(reverse("visit_no_change", kwargs={"child_id": child}), {"visit_id": key}, follow=True)
    assert "无变化" in answer.content.decode()
    assert Visit.objects.get().no_change


def test_brothers_and_sisters_stand_on_one_form(phone, child):
    sibling = file_sibling(child, key="b")
    open_lead(sibling, deciding=DECIDING)
    names, _key = fields_of(phone.get(address(child)))
    assert {f"result:{child}", f"result:{sibling}"} <= names
    assert sum(name.endswith(":working_away") for name in names) == 1
    assert sum(name.endswith(":boarding") for name in names) == 2


def test_another_villages_child_an_unknown_one_and_their_visits_are_equally_not_there(phone, child):
    elsewhere = file_child("x", division=OTHER_VILLAGE)
    for wanted in (elsewhere, uuid.uuid4()):
        assert phone.get(address(wanted)).status_code == 404
        assert phone.post(address(wanted), filled(wanted)).status_code == 404
        assert phone.post(reverse("visit_no_change", kwargs={"child_id": wanted})).status_code == 404
    fields = filled(child)
    phone.post(address(child), fields)
    saved = reverse("visit_saved", kwargs={"visit_id": fields["visit_id"]})
    assert browser(division=OTHER_VILLAGE).get(saved).status_code == 404


def test_a_department_does_not_come_in(child):
    assert browser("partner", department="police").get(address(child)).status_code == 403


def test_the_form_takes_few_queries(phone, child, django_assert_max_num_queries):
    sibling = file_sibling(child, key="b")
    open_lead(sibling, deciding=DECIDING)
    phone.get(address(child))
    with django_assert_max_num_queries(60):
        phone.get(address(child))
