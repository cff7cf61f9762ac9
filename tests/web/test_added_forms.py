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
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases import added_answers, added_forms
from ciyou.apps.cases.added_answers import words_json
from ciyou.apps.cases.visits import visit_form
from ciyou.apps.fieldwork.models import FieldEvent
from ciyou.packs import load_visit_forms
from ciyou.packs.pack_files import SHIPPED
from ciyou.web.field import bundle_words
from tests.case_builders import open_lead
from tests.field_builders import file_households, make_phone
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


def test_whoever_settles_a_phones_piece_reads_up_to_their_class_and_the_log_says_the_real_one(tmp_path, monkeypatch):
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn", ignore=shutil.ignore_patterns("rosters"))
    write_form(tmp_path, pack="cn", definition=DEFINITION.replace("class: 3", "class: 4"))
    for module in (added_forms, added_answers):
        monkeypatch.setattr(module, "load_visit_forms", functools.partial(load_visit_forms, root=tmp_path))
    form = load_visit_forms(division="51", root=tmp_path)["winter"]
    director, child = make_actor("child_director"), file_child()
    open_lead(child, deciding=["child.boarding"])
    phone = make_phone(director)
    fields = {"v:household:winter": form.version, f"w:{form.version}": words_json(form)}
    fields |= {"x:household:winter:heated": "no", "x:household:winter:cold_rooms": "99"}
    phone.send(phone.visit(visit_form(director, child_id=child), fields))
    address = reverse("field_event", kwargs={"event_id": FieldEvent.objects.get(state="set_aside").id})
    for role, class_shown in (("supervisor", 3), ("county_drafter", 4)):
        post = Post.objects.get(id=make_actor(role).post_id)
        page = sign_in(Client(headers={"host": "127.0.0.1"}), post).get(address).content.decode()
        assert ("几间屋子没有取暖？" in page) == (class_shown == 4)
        assert ("2 个回答属于第 4 类，由县里看" in page) == (class_shown == 3)
        assert LogEntry.objects.filter(action="field_event").latest("id").highest_class == class_shown


def test_a_phone_with_many_households_makes_each_form_once(tmp_path, monkeypatch):
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn", ignore=shutil.ignore_patterns("rosters"))
    write_form(tmp_path, pack="cn")
    for module in (added_forms, added_answers):
        monkeypatch.setattr(module, "load_visit_forms", functools.partial(load_visit_forms, root=tmp_path))
    director, made = make_actor("child_director"), []
    file_households(3)
    monkeypatch.setattr(bundle_words, "words_json", lambda form: made.append(form.version) or words_json(form))
    client = sign_in(Client(headers={"host": "127.0.0.1"}), Post.objects.get(id=director.post_id))
    bundle = json.loads(client.get(reverse("field_bundle")).content)
    assert (len(bundle["forms"]), list(bundle["added"])) == (3, made)
