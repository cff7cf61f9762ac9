"""The forms of a place on the pages: asked on the visit's, taken along once by a phone, read where the class allows."""

from __future__ import annotations

import functools
import json
import shutil
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.cases import added_answers, added_forms
from ciyou.packs import load_visit_forms
from ciyou.packs.pack_files import SHIPPED
from tests.case_builders import open_lead
from tests.office import file_child, make_actor, sign_in
from tests.visit_form_folder import DEFINITION, write_form

pytestmark = pytest.mark.django_db


def test_the_pages_ask_and_show_it_and_the_phone_takes_each_version_once(tmp_path, monkeypatch):
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn", ignore=shutil.ignore_patterns("rosters"))
    write_form(tmp_path, pack="cn", definition=DEFINITION.replace("class: 3", "class: 4"))
    for module in (added_forms, added_answers):
        monkeypatch.setattr(module, "load_visit_forms", functools.partial(load_visit_forms, root=tmp_path))
    form = load_visit_forms(division="51", root=tmp_path)["winter"]
    director, child = make_actor("child_director"), file_child()
    open_lead(child, deciding=["child.boarding"])
    client = sign_in(Client(headers={"host": "127.0.0.1"}), Post.objects.get(id=director.post_id))
    page = client.get(reverse("visit", kwargs={"child_id": child})).content.decode()
    assert "冬天家里有取暖吗？" in page and f'value="{form.version}"' in page and "added_form" in page
    bundle = json.loads(client.get(reverse("field_bundle")).content)
    assert list(bundle["added"]) == [form.version]
    assert "data-rows" not in bundle["forms"][0]["page"], "rows travel once, not with each household"
    done = client.post(
        reverse("visit", kwargs={"child_id": child}),
        {
            "visit_id": str(uuid.uuid4()),
            "visited_on": timezone.localdate().isoformat(),
            "met": "guardian",
            f"result:{child}": "not_yet",
            "v:household:winter": form.version,
            "x:household:winter:heated": "no",
            "x:household:winter:cold_rooms": "2",
        },
    )
    saved = client.get(done.headers["Location"]).content.decode()
    assert "几间屋子没有取暖？" not in saved and "由县里查看" in saved, "the next holder of the post would read it too"
    drafter = make_actor("county_drafter")
    county = sign_in(Client(headers={"host": "127.0.0.1"}), Post.objects.get(id=drafter.post_id))
    done_for_child = county.get(reverse("happening", kwargs={"child_id": child})).content.decode()
    assert f'href="{done.headers["Location"]}"' in done_for_child
    assert "几间屋子没有取暖？" in county.get(done.headers["Location"]).content.decode()
    clerk = make_actor("supervisor")
    other = sign_in(Client(headers={"host": "127.0.0.1"}), Post.objects.get(id=clerk.post_id))
    assert "几间屋子没有取暖？" not in other.get(done.headers["Location"]).content.decode(), "class 4 is above its post"
