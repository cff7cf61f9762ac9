"""A place's own packs are kept with what was determined under them, and nothing is served while they cannot be used."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ciyou.apps.entitlements.archive import book_then, zip_packs
from ciyou.apps.entitlements.models import PackArchive
from ciyou.packs import load_packs
from ciyou.packs.own_packs import VARIABLE
from ciyou.packs.pack_files import SHIPPED
from tests.own_pack_folder import write_own_pack


@pytest.mark.django_db
def test_what_was_decided_under_a_places_own_packs_is_read_again_with_them(tmp_path):
    root = tmp_path / "packs"
    root.mkdir()
    for name in ("cn", "cn_51"):
        (root / name).symlink_to(SHIPPED / name)
    write_own_pack(root / "own")
    version = load_packs(root).version
    PackArchive.objects.create(version=version, content=zip_packs(root), kept_at=timezone.now())
    shutil.rmtree(root)
    book = book_then(version=version, division="510104", as_of=dt.date(2026, 6, 1))
    assert book.overlays == ("cn", "cn_51", "own/cn_51")
    assert book.parameters["study_grant_higher"].value == 700000


@pytest.mark.parametrize(("lang", "said"), [("zh", "请更正 CIYOU_PACKS"), ("en", "correct CIYOU_PACKS")])
def test_nothing_is_prepared_while_a_named_folder_is_not_there(monkeypatch, tmp_path, lang, said):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(CommandError) as refused:
        call_command("prepare", lang=lang)
    assert said in str(refused.value)
    assert str(tmp_path / "nowhere") in str(refused.value)
