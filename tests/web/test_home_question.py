"""The page on which the county of registration answers, and what the residence reads of it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from ciyou.apps.accounts.models import Post
from tests.award_builders import version_of
from tests.office import sign_in
from tests.residence_builders import HOME, LIVES, both_places, checked_there, resident_child, row_of

pytestmark = pytest.mark.django_db


def officer(client, division: str, role: str = "county_drafter"):
    return sign_in(client, Post.objects.get(division=division, role=role))


def test_the_registration_answers_on_its_own_page_and_the_residence_reads_it(client):
    places = both_places()
    application = checked_there(places, resident_child(places))
    page = reverse("home_question", kwargs={"asked_id": application})
    home = officer(client, HOME)
    shown = home.get(page)
    assert shown.status_code == 200
    assert "在常住地申请低保" in shown.content.decode()
    wrong = home.post(page, {"answer": "ended"})
    assert wrong.status_code == 422
    assert home.post(page, {"answer": "ended", "last_month": "2026-10", "home_words": "已停发"}).status_code == 302
    assert "最后发放 2026年10月" in home.get(page).content.decode()
    assert home.get(reverse("application", kwargs={"application_id": application})).status_code == 404
    there = officer(client, LIVES)
    text = there.get(reverse("application", kwargs={"application_id": application})).content.decode()
    assert "最后发放 2026年10月" in text
    assert "登记答复" not in text
    assert there.get(page).status_code == 404


def test_what_was_heard_by_letter_is_noted_at_the_residence(client):
    places = both_places()
    application = checked_there(places, resident_child(places))
    there = officer(client, LIVES)
    page = reverse("application", kwargs={"application_id": application})
    assert "还没有答复" in there.get(page).content.decode()
    note = reverse("note_home_letter", kwargs={"application_id": application})
    form = {"version": version_of(application), "answer": "not_paid", "home_words": "户籍地民政局回函第3号。"}
    assert there.post(note, form).status_code == 302
    assert "回函第3号" in there.get(page).content.decode()
    assert row_of(application).state == "checked"


def test_today_of_the_registration_leads_to_the_question(client):
    places = both_places()
    application = checked_there(places, resident_child(places))
    address = reverse("home_question", kwargs={"asked_id": application})
    assert address in officer(client, HOME).get("/").content.decode()
