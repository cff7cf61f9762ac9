"""The complaint button stands on every page; one tap is enough, and whoever answers reads no name."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from ciyou.apps.oversight.models import Complaint
from tests.office import VILLAGE, make_post, sign_in

pytestmark = pytest.mark.django_db
SAID = "每周要截图发到群里"


def test_every_page_has_the_button_and_whoever_answers_reads_no_name(client):
    post = make_post("child_director", division=VILLAGE)
    director = sign_in(client, post)
    page = reverse("complaints")
    assert f'href="{page}"' in director.get(reverse("home")).content.decode()
    assert f'href="{page}">反映负担和问题（要有网络）' in director.get(reverse("field")).content.decode()
    empty = director.post(page, {"form": uuid.uuid4(), "words": SAID})
    assert empty.status_code == 422 and SAID in empty.content.decode()
    sent = director.post(page, {"form": uuid.uuid4(), "about": "proof", "reader": "county_approver"}, follow=True)
    assert "答复会出现在这一页" in sent.content.decode()  # one tap and no words are enough
    approver = sign_in(Client(headers={"host": "127.0.0.1"}), make_post("county_approver"))
    assert f'href="{page}"' in approver.get(reverse("home")).content.decode()
    seen = approver.get(page).content.decode()
    assert "没有必要的拍照" in seen and "儿童主任" in seen and post.user.full_name not in seen
    address = reverse("answer_complaint", args=[Complaint.objects.get().id])
    assert approver.post(address, {"version": 1, "words": ""}).status_code == 422
    assert approver.post(address, {"version": 1, "words": "已通知各镇停止"}).status_code == 302
    assert "已通知各镇停止" in director.get(page).content.decode()
