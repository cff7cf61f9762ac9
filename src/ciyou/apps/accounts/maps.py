"""Loading the list of divisions, and recording what became of one."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.divisions import LEVEL_DIGITS, forget_names, level_of
from ciyou.apps.accounts.models import Division, DivisionChange
from ciyou.apps.accounts.refusals import check_may
from ciyou.apps.audit.services import publish_event, record_action
from ciyou.core.access.actor import DIVISION_DIGITS, Actor
from ciyou.core.access.roles import Action
from ciyou.core.errors import Place, Problem, RecordError

KINDS = ("rename", "merge", "split", "recode")
_BATCH = 2000


def read_divisions(path: Path) -> Iterator[Mapping[str, str]]:
    """The rows of a CSV with the columns code, name, level, valid_from, valid_to (the last three may be left out)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def load_divisions(actor: Actor, rows: Iterable[Mapping[str, str]]) -> int:
    """Add divisions to the list, or change the names and ends of those that are there; returns how many were written.

    All rows or none: raises RecordError with every bad line. The same list twice changes nothing.
    """
    check_may(actor, Action.MANAGE_SYSTEM)
    wanted, problems = _read(rows)
    if problems:
        raise RecordError(problems)
    known = {(row.code, row.valid_from): row for row in Division.objects.iterator(chunk_size=_BATCH)}
    new = [row for key, row in wanted.items() if key not in known]
    changed = [_merged(known[key], row) for key, row in wanted.items() if key in known and _differs(known[key], row)]
    with transaction.atomic():
        Division.objects.bulk_create(new, batch_size=_BATCH)
        Division.objects.bulk_update(changed, ("name", "level", "valid_to"), batch_size=500)
        record_action(actor, action="load_divisions", details={"new": len(new), "changed": len(changed)})
    forget_names()
    return len(new) + len(changed)


def record_change(
    actor: Actor, *, kind: str, old_code: str, new_code: str, on: dt.date, name: str = "", document: str = ""
) -> None:
    """Write down that a division was renamed, merged, split or given another code on a day, and tell the rooms above.

    `name`: the name from that day on, of the new code. The old code of a merge or recode ends on that day.
    """
    check_may(actor, Action.MANAGE_SYSTEM)
    problems = [_bad_code() for code in (old_code, new_code) if not _is_code(code)]
    if kind not in KINDS or (kind == "rename") != (old_code == new_code):
        problems.append(
            Problem(
                Place(),
                "accounts.change_kind",
                "变更种类应为 rename、merge、split 或 recode；更名时新旧代码相同，其他变更时不同。",
                "The kind is rename, merge, split or recode; a rename keeps its code, the others change it.",
            )
        )
    if problems:
        raise RecordError(problems)
    with transaction.atomic():
        _write_change(kind, old_code, new_code, on, name)
        change = DivisionChange.objects.create(
            kind=kind,
            old_code=old_code,
            new_code=new_code,
            on=on,
            document=document[:200],
            recorded_by=actor.id,
            recorded_at=timezone.now(),
        )
        publish_event("accounts.division_changed", old_code=old_code, new_code=new_code, on=on.isoformat())
        record_action(actor, action="record_division_change", subject=str(change.id), details={"kind": kind})
    forget_names()


def _write_change(kind: str, old_code: str, new_code: str, on: dt.date, name: str) -> None:
    if kind in ("merge", "recode", "rename"):
        Division.objects.filter(code=old_code, valid_to=None).update(valid_to=on)
    if name and not Division.objects.filter(code=new_code, valid_from=on).exists():
        Division.objects.create(code=new_code, name=name, level=level_of(new_code), valid_from=on)


def _read(rows: Iterable[Mapping[str, str]]) -> tuple[dict[tuple[str, dt.date | None], Division], list[Problem]]:
    wanted: dict[tuple[str, dt.date | None], Division] = {}
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=2):
        code, name = (row.get("code") or "").strip().ljust(DIVISION_DIGITS, "0"), (row.get("name") or "").strip()
        try:
            first, end = _day(row.get("valid_from")), _day(row.get("valid_to"))
        except ValueError:
            problems.append(_bad_line(number))
            continue
        level = (row.get("level") or "").strip() or (level_of(code) if _is_code(code) else "")
        if (
            not _is_code(code)
            or not 0 < len(name) <= 64
            or level not in LEVEL_DIGITS.values()
            or (first and end and end <= first)
        ):
            problems.append(_bad_line(number))
            continue
        wanted[code, first] = Division(code=code, name=name, level=level, valid_from=first, valid_to=end)
    return wanted, problems


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text.strip()) if text and text.strip() else None


def _is_code(code: str) -> bool:
    return len(code) == DIVISION_DIGITS and code.isascii() and code.isdigit()


def _differs(known: Division, wanted: Division) -> bool:
    return (known.name, known.level, known.valid_to) != (wanted.name, wanted.level, wanted.valid_to)


def _merged(known: Division, wanted: Division) -> Division:
    known.name, known.level, known.valid_to = wanted.name, wanted.level, wanted.valid_to
    return known


def _bad_code() -> Problem:
    return Problem(
        Place(),
        "accounts.division_code",
        "地方代码是 12 位数字。请补足。",
        "A division code has 12 digits. Complete it.",
    )


def _bad_line(number: int) -> Problem:
    return Problem(
        Place(line=number),
        "accounts.division_line",
        "这一行不能用：代码要是 2、4、6、9 或 12 位数字，要有名称，日期写成 2026-11-23，结束要晚于开始。请改正后重新导入。",
        "This line cannot be used: a code of 2, 4, 6, 9 or 12 digits, a name, dates like 2026-11-23, the end after the beginning. Correct it and load again.",
    )
