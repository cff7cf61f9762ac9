"""The pages of training: all are there but who is ticked, what was typed stays, and the list to invite from ranks nobody."""

from __future__ import annotations

import io
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from ciyou.apps.accounts.models import Post
from ciyou.apps.training.models import Attendance, Course, PublicityActivity
from tests.office import TOWNSHIP, make_post, sign_in
from tests.training_builders import held_today, new_course, training_office

pytestmark = pytest.mark.django_db


def enter(client, actor):
    return sign_in(client, Post.objects.get(id=actor.post_id))


def test_a_course_is_entered_held_and_certified_from_its_pages(client):
    who = training_office()
    signed, today = enter(client, who.drafter), timezone.localdate().isoformat()
    written = {
        "form": str(uuid.uuid4()), "audience": "child_directors", "course_kind": "rotation", "title": "轮训一期",
        "organizer": "县民政局", "hours": "6", "starts_on": today,
    }  # fmt: skip
    kept = signed.post(reverse("new_course"), {**written, "hours": "很多"})
    assert kept.status_code == 422 and "轮训一期" in kept.content.decode()
    assert signed.post(reverse("new_course"), written).status_code == 302
    page = reverse("course", args=[Course.objects.get().id])
    assert "谁没有到" in signed.get(page).content.decode()
    held = {"step": "held", "form": str(uuid.uuid4()), "held_on": today, "hours": "6", "away": [who.second.id]}
    assert signed.post(page, held).status_code == 302
    assert [str(one.user_id) for one in Attendance.objects.all()] == [who.first.id]
    assert signed.post(page, {"step": "certify"}).status_code == 302
    assert "下载证书" in signed.get(page).content.decode()


def test_the_form_names_whom_it_asks_about_and_a_day_is_taken_out_again(client):
    who = training_office()
    course = new_course(who.drafter)
    signed, page = enter(client, who.drafter), reverse("course", args=[course])
    form = signed.get(page).content.decode()
    assert all(f'name="offered" value="{one.id}"' in form for one in (who.first, who.second))
    session = reverse("course_session", args=[held_today(who.drafter, course)])
    assert "删去这一天" in signed.get(session).content.decode()
    assert signed.post(session, {"step": "remove", "version": "1"}).status_code == 302
    assert not Attendance.objects.exists()


def test_whether_a_certificate_is_genuine_is_asked_without_an_address_by_everybody_who_works_here(client):
    page, signed = reverse("check_certificate"), sign_in(client, make_post("city_viewer"))
    asked = {"number": "990101-2026-00001", "code": "12345678"}
    assert "没有这样的证书" not in signed.get(page, asked).content.decode()
    assert "没有这样的证书" in signed.post(page, asked).content.decode()
    for _try in range(9):
        signed.post(page, asked)
    assert signed.post(page, asked).status_code == 422


def test_the_list_to_invite_from_names_who_was_not_trained_this_year(client):
    who = training_office()
    held_today(who.drafter, new_course(who.drafter), who.second)
    page = enter(client, who.drafter).get(reverse("untrained")).content.decode()
    names = {actor.id: Post.objects.get(id=actor.post_id).user.full_name for actor in (who.first, who.second)}
    assert names[who.second.id] in page and names[who.first.id] not in page


def test_an_activity_without_a_theme_is_not_entered_and_what_was_typed_stays(client):
    who = training_office()
    signed = enter(client, who.supervisor)
    typed = {"held_on": timezone.localdate().isoformat(), "activity": "集市咨询台", "reach": "300"}
    answer = signed.post(reverse("publicity"), typed)
    assert answer.status_code == 422 and "集市咨询台" in answer.content.decode()
    assert signed.post(reverse("publicity"), {**typed, "theme": "safety"}).status_code == 302
    assert PublicityActivity.objects.get().division == TOWNSHIP


def test_the_workbook_of_figures_says_what_the_page_says(client):
    who = training_office()
    held_today(who.drafter, new_course(who.drafter), who.second)
    signed = sign_in(client, make_post("province_viewer"))
    page = signed.get(reverse("training_figures")).content.decode()
    assert "50%" in page and "当地没有规定" in page
    book = load_workbook(io.BytesIO(signed.post(reverse("training_figures_file"), {"back": "0"}).content))
    cells = [value for row in book.worksheets[1].values for value in row]
    assert "50%" in cells and book.sheetnames[1].endswith("儿童主任")
