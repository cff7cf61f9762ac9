"""Pages of questionnaires: what is offered, a form that loses nothing, a result with its numbers to call, and who sees which part."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.care.models import FilledQuestionnaire
from ciyou.apps.cases.models import Task
from ciyou.packs import load_questionnaires
from tests.apps.test_care_asking import born
from tests.office import OTHER_VILLAGE, VILLAGE, make_person, make_post, sign_in

HERE = {"host": "127.0.0.1"}
pytestmark = pytest.mark.django_db
NUMBERS = ("12356", "12355", "120", "110")
SECRET = ("PHQ", "自伤", "自杀", "self_harm", "轻生")


@pytest.fixture
def director(client):
    return sign_in(client, make_post("child_director"))


@pytest.fixture
def supervisor():
    return sign_in(Client(headers=HERE), make_post("supervisor"))


def filled(client, child, code="phq_a", digits="000000001", consent="child_agreed", **fields):
    items = load_questionnaires(division=VILLAGE)[code].scoring.items
    answers = {f"answer:{item}": one for item, one in zip(items, digits, strict=True) if one != "-"}
    form = {"form": str(uuid.uuid4()), "consent": consent, "asked_on": timezone.localdate().isoformat(), **answers}
    return client.post(reverse("fill_questionnaire", args=(child.id, code)), form | fields)


def words(response) -> str:
    return response.content.decode()


def test_the_child_page_leads_to_what_fits_its_age(director):
    child = make_person(birth_date=born(8))
    assert reverse("questionnaires", args=(child.id,)) in words(director.get(reverse("child", args=(child.id,))))
    page = words(director.get(reverse("questionnaires", args=(child.id,))))
    assert reverse("fill_questionnaire", args=(child.id, "psc_17")) in page
    assert reverse("fill_questionnaire", args=(child.id, "phq_a")) not in page
    assert ("SDQ" in page, "PHQ-A" in page) == (True, True)  # told, with the reason why not


def test_a_questionnaire_for_another_age_or_without_texts_has_no_form(director):
    child = make_person(birth_date=born(8))
    for code in ("phq_a", "sdq", "nothing"):
        assert director.get(reverse("fill_questionnaire", args=(child.id, code))).status_code == 404


def test_a_form_with_a_mistake_names_the_question_and_keeps_what_was_chosen(director):
    child = make_person(birth_date=born(15))
    response = filled(director, child, digits="123------", consent="", **{"answer:q4": "9"})
    page = words(response)
    assert response.status_code == 422
    assert "第 4 题" in page
    assert 'name="answer:q2" value="2" checked' in page
    assert "请说明谁同意了" in page
    assert not FilledQuestionnaire.objects.exists()


def test_a_flagged_answer_shows_the_numbers_at_once_and_never_a_diagnosis(director):
    make_post("supervisor")
    response = filled(director, make_person(birth_date=born(15)))
    page = words(director.get(response.headers["Location"]))
    assert all(f"tel:{number}" in page for number in NUMBERS)
    assert "提示，不是诊断" in page
    assert "正常" not in page


def test_who_is_told_sees_the_child_and_the_numbers_and_nothing_of_what_was_answered(director, supervisor):
    child = make_person(birth_date=born(15))
    location = filled(director, child).headers["Location"]
    row = FilledQuestionnaire.objects.get()
    today = reverse("see_child_today", args=(row.id,))
    assert supervisor.get(location).status_code == 404
    home, page = words(supervisor.get(reverse("home"))), words(supervisor.get(today))
    assert today in home
    assert child.name in page
    assert all(f"tel:{number}" in page for number in NUMBERS)
    assert not [word for word in SECRET if word in home + page]
    assert "自杀" in words(director.get(today))
    said = {"version": "1", "outcome": "referred", "guardian": "told", "words": "李医生在家里见了孩子，明早陪去医院。"}
    assert "还没有记下" in words(supervisor.post(today, {**said, "words": ""}))
    assert supervisor.post(today, said).headers["Location"] == reverse("home")
    assert not Task.objects.filter(state="open").exists()
    assert "李医生" in words(director.get(location))
    assert supervisor.get(today).status_code == 404


def test_another_village_and_a_colleague_read_nothing(director):
    child = make_person(birth_date=born(15))
    location = filled(director, child).headers["Location"]
    for post in (
        make_post("child_director", division=OTHER_VILLAGE),
        make_post("child_director"),
        make_post("county_approver"),
    ):
        other = sign_in(Client(headers=HERE), post)
        assert other.get(location).status_code == 404
        page = other.get(reverse("questionnaires", args=(child.id,)))
        assert page.status_code == (404 if post.division == OTHER_VILLAGE else 200)
        assert location not in words(page)


def test_the_second_of_one_questionnaire_stands_beside_the_first(director):
    child = make_person(birth_date=born(15))
    filled(director, child, digits="110000000")
    page = words(director.get(filled(director, child, digits="111100000").headers["Location"]))
    assert "比上一次多 2 分，困难比上一次多。" in page
    assert "trend-chart" in page
