"""Photographs from a phone: on file only where a document asks for them, without what a camera wrote, in parts, once."""

from __future__ import annotations

import base64
import functools
import json
import shutil
import struct
import uuid
import zlib

import pytest
from django.test import Client
from django.urls import reverse

from ciyou.apps.accounts.models import Post
from ciyou.apps.fieldwork import enclosed
from ciyou.apps.fieldwork.contents import open_said
from ciyou.apps.fieldwork.models import FieldEvent
from ciyou.apps.registry.models import Evidence
from ciyou.apps.registry.proofs import open_evidence
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import PackError
from ciyou.packs import load_visit_pieces
from ciyou.packs.pack_files import SHIPPED
from tests.field_builders import make_phone
from tests.office import VILLAGE, make_actor, make_person, sign_in

pytestmark = pytest.mark.django_db
PIECE = """code: home_photo
name: {zh: 住房照片, en: Photograph of the home}
kind: photo
class: 3
sources: [{document: gf_2016_36}]
"""


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"tEXt", b"Comment\x00" + b"taken at 104.06 30.67" * 3000)
    + chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + chunk(b"IEND", b"")
)


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    """The shipped packs with one photograph that a document asks for."""
    root = tmp_path_factory.mktemp("packs") / "packs"
    shutil.copytree(SHIPPED, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (root / "cn/visit_pieces").mkdir()
    (root / "cn/visit_pieces/home_photo.yaml").write_text(PIECE, encoding="utf-8")
    return root


@pytest.fixture
def asked(packs, monkeypatch):
    monkeypatch.setattr(enclosed, "load_visit_pieces", functools.partial(load_visit_pieces, root=packs))


def said(child, content=PICTURE):
    fields = {"piece": "home_photo", "visit": str(uuid.uuid4()), "content": base64.b64encode(content).decode()}
    return {"child": str(child.id), "visited_on": "2026-11-02", "fields": fields, "base": {}, "leads": {}}


def test_no_visit_asks_for_a_photograph_where_no_document_does(packs):
    for division in ("51", "4401", "22"):
        assert load_visit_pieces(division=division) == {}
    (packs / "cn_51/visit_pieces").mkdir()
    weak = packs / "cn_51/visit_pieces/hall_photo.yaml"
    weak.write_text(PIECE.replace("home_photo", "hall_photo").replace("gf_2016_36", "gbf_2021_42"), encoding="utf-8")
    with pytest.raises(PackError) as found:
        load_visit_pieces(division="51", root=packs)
    assert [one.code for one in found.value.problems] == ["pack.visit_piece_basis"]


def test_a_photograph_comes_in_parts_once_and_lies_on_file_without_what_the_camera_wrote(asked):
    phone = make_phone(make_actor("child_director"))
    post = Post.objects.get(id=phone.actor.post_id)
    client = sign_in(Client(headers={"host": "127.0.0.1"}), post)
    child = make_person()
    piece = phone.seal("enclosure", said(child))
    whole = json.dumps(piece).encode()
    address = reverse("field_part", kwargs={"piece_id": piece["id"]})

    def send(offset, part):
        asked_for = f"{address}?offset={offset}&total={len(whole)}&sent_at=2026-11-02T08:00:00Z"
        answer = client.post(asked_for, part, content_type="application/octet-stream")
        return answer.status_code, answer.json()

    assert len(whole) > 60_000
    assert send(0, whole[:30_000]) == (202, {"id": piece["id"], "have": 30_000})
    # The line was cut and the answer got lost: the same part again adds nothing, and an empty one asks how far it came.
    assert send(0, whole[:30_000])[1]["have"] == 30_000
    assert send(0, b"")[1]["have"] == 30_000
    assert send(30_000, whole[30_000:60_000])[1]["have"] == 60_000
    assert send(60_000, whole[60_000:]) == (201, {"id": piece["id"], "state": "applied", "reason": ""})
    assert send(0, b"") == (200, {"id": piece["id"], "state": "applied", "reason": ""})
    row = Evidence.objects.get()
    assert (str(row.id), row.person_id, row.media_type, row.sensitivity) == (piece["id"], child.id, "image/png", 3)
    kept = open_evidence(phone.actor, evidence_id=row.id, purpose=Purpose.VERIFY)
    assert b"104.06" not in kept.content
    assert kept.content.startswith(b"\x89PNG")
    assert "content" not in open_said(FieldEvent.objects.get()).fields, "the picture lies once"


@pytest.mark.parametrize("content", [b"", b"no picture at all", b"\xff\xd8\xffcut off", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_photograph_is_kept_aside_with_the_reason(asked, content):
    phone = make_phone(make_actor("child_director"))
    answer = phone.send(phone.seal("enclosure", said(make_person(), content)))
    assert (answer.state, answer.reason) == ("set_aside", "no_picture")
    assert base64.b64decode(open_said(FieldEvent.objects.get()).fields["content"]) == content
    assert not Evidence.objects.exists()


def test_a_photograph_that_nothing_asks_for_is_not_put_on_file():
    assert load_visit_pieces(division=VILLAGE) == {}
    phone = make_phone(make_actor("child_director"))
    answer = phone.send(phone.seal("enclosure", said(make_person())))
    assert (answer.state, answer.reason) == ("set_aside", "no_basis")
    assert not Evidence.objects.exists()
