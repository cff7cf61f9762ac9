"""The packs as they were: kept with the first determination of a version, and read again to replay it."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import zipfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from ciyou.apps.entitlements.models import PackArchive
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.errors import Place, Problem, RunError
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.law_changes import LawChange, law_change
from ciyou.packs import book_place, dated_changes, load_rule_book, pack_version
from ciyou.packs.loading import load_packs
from ciyou.packs.pack_files import SHIPPED, content_hash, pack_paths

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def keep_packs(version: str) -> None:
    """Keep the packs that now hold, a place's own among them, once per version; raises RunError when the files are not that version any more."""
    if not PackArchive.objects.filter(version=version).exists():
        row = PackArchive(version=version, content=_shipped(version), kept_at=timezone.now())
        PackArchive.objects.bulk_create([row], ignore_conflicts=True)


@lru_cache(maxsize=1)
def _shipped(version: str) -> bytes:
    if content_hash(load_packs(SHIPPED).packs) != version:
        raise RunError(_changed_meanwhile())
    return zip_packs()


def zip_packs(root: Path = SHIPPED) -> bytes:
    """All files of all packs below a root, under their names there; equal files give equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for pack in load_packs(root).packs:
            for path in pack_paths(pack.folder):
                entry = zipfile.ZipInfo(pack.named(path), _FIXED_TIME)
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def book_then(*, version: str, division: str, as_of: dt.date) -> RuleBook:
    """The rule book of a place and day under the packs of a version; raises RunError when those packs were not kept."""
    if version == pack_version():
        return book_now(division=division, as_of=as_of)
    root = archived_root(version)
    return _book(root, book_place(division, root=root), as_of)


def book_now(*, division: str, as_of: dt.date) -> RuleBook:
    """The rule book of a place and day under the packs that now hold."""
    return _book(SHIPPED, book_place(division), as_of)


@lru_cache(maxsize=64)
def _book(root: Path, division: str, as_of: dt.date) -> RuleBook:
    # One object per place and day: what the interpreter works out for a book once is found again by the object.
    return load_rule_book(division=division, as_of=as_of, root=root)


def law_days(*, version: str, division: str, after: dt.date) -> tuple[tuple[dt.date, LawChange], ...]:
    """The announced days behind a day on which the law of a place says something else, each with what differs, in order."""
    root = SHIPPED if version == pack_version() else archived_root(version)
    return _law_days(root, book_place(division, root=root), after)


@lru_cache(maxsize=512)
def _law_days(root: Path, division: str, after: dt.date) -> tuple[tuple[dt.date, LawChange], ...]:
    found = []
    before = _book(root, division, after)
    for day in dated_changes(division=division, root=root):
        if day > after:
            book = _book(root, division, day)
            change = law_between(before, book)
            found += [] if change.nothing else [(day, change)]
            before = book
    return tuple(found)


def law_between(before: RuleBook, after: RuleBook) -> LawChange:
    """What differs between two books, with restricted amounts (class 5) as something that concerns everybody.

    To whom they are due stands in no table: not even the day on which a child is looked at again may tell.
    """
    change = law_change(before, after)
    hidden = {code for code in change.amounts if after.by_code[code].sensitivity >= RESTRICTED}
    return replace(change, conditions=change.conditions | hidden) if hidden else change


def archived_root(version: str) -> Path:
    """A folder with the packs of a version as they were; raises RunError when they were not kept or do not match."""
    folder = Path(settings.HOME) / "packs" / version
    if not folder.is_dir():
        _unpack(version, folder)
    if load_packs(folder).version != version:
        raise RunError(_unusable())
    return folder


def _unpack(version: str, folder: Path) -> None:
    kept = PackArchive.objects.filter(version=version).first()
    if kept is None:
        raise RunError(_unusable())
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent))
    with zipfile.ZipFile(io.BytesIO(bytes(kept.content))) as archive:
        archive.extractall(made)
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():  # otherwise another process was first: its copy is as good
            raise


def _changed_meanwhile() -> Problem:
    return Problem(
        Place(),
        "determination.packs_changed",
        "规则包文件在程序启动后被改动；请重新启动服务，再重新判断。",
        "The files of the packs were changed after the program started; restart it, then determine again.",
    )


def _unusable() -> Problem:
    return Problem(
        Place(),
        "determination.packs_missing",
        "作出这份认定时所用的规则包没有保存，或与当时不一致；请从备份恢复数据库后再复算。",
        "The packs that this determination was made with were not kept, or are not what they were; restore the database from a backup and replay again.",
    )
