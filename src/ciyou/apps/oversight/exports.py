"""Exports: a list that leaves the system, encrypted with a password of its own, with a watermark, a reason and a record."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name, user_name
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.oversight.export_columns import ExportColumn, Looked, chosen_columns
from ciyou.apps.oversight.ledger import LedgerRow, ledger_rows, listed_rules, matching
from ciyou.apps.oversight.ledger_query import LedgerQuery
from ciyou.apps.oversight.models import ExportRecord
from ciyou.apps.oversight.refusals import check_may, check_purpose, check_reason, not_found_here, refused
from ciyou.apps.oversight.workbook import Cell, encrypt_workbook, make_password, write_workbook
from ciyou.apps.registry.listed_identifiers import listed_id_numbers, listed_parents
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import ROLES, Action
from ciyou.packs import load_limits, load_retention_rules

LEAST_REASON = 10
ID_NUMBER = "id_number"
PARENTS = frozenset({"father", "mother"})
PURPOSES = (Purpose.SERVE, Purpose.VERIFY, Purpose.DECIDE, Purpose.PROTECT)
"""What a list may leave the system for. Paying has its own roster; supervising and auditing use counts and the log."""


@dataclass(frozen=True)
class ExportWish:
    """What is asked for: which children, which columns, what for, why. `export_id` is made by the form."""

    export_id: uuid.UUID
    query: LedgerQuery
    columns: tuple[str, ...]
    purpose: Purpose
    reason: str
    unmasked: bool = False
    only: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True)
class ExportAbout:
    """What the record of an export says about it."""

    purpose: Purpose
    reason: str
    query: str
    columns: tuple[str, ...]
    unmasked: bool
    rows: int


@dataclass(frozen=True)
class ExportCard:
    """One export as its maker sees it. `taken`: the file is no longer there."""

    id: uuid.UUID
    made_at: dt.datetime
    purpose: str
    reason: str
    rows: int
    columns: tuple[str, ...]
    unmasked: bool
    sha256: str
    keep_until: dt.datetime
    is_there: bool


@dataclass(frozen=True)
class MadeExport:
    """A finished export with its password: the only time that anybody sees it."""

    card: ExportCard
    password: str


def export_ledger(actor: Actor, *, wish: ExportWish, proved: bool, lang: str = "zh", origin: str = "") -> MadeExport:
    """Make an encrypted workbook of a ledger query. `proved`: the officer has shown just now that it is they.

    Protected files and everything of class 5 stay out. Raises RecordError for a short reason, too many rows, a form sent twice;
    AccessDenied for a role or purpose that exports nothing.
    """
    check_may(actor, Action.EXPORT)
    check_purpose(actor, wish.purpose)
    reason, columns = _checked(actor, wish, proved)
    today = timezone.localdate()
    rows = _rows(actor, wish, today)
    ids = [row.person_id for row in rows]
    content = write_workbook(
        [
            (_word(lang, "说明", "About"), _about(actor, wish, reason, columns, len(rows), lang)),
            (_word(lang, "名单", "List"), _list(actor, wish, columns, rows, lang, today)),
        ]
    )
    password = make_password()
    sealed = encrypt_workbook(content, password=password)
    with transaction.atomic():
        row = keep_export(
            actor,
            export_id=wish.export_id,
            sealed=sealed,
            about=ExportAbout(
                purpose=wish.purpose,
                reason=reason,
                query=wish.query.address(page=1),
                columns=tuple(column.code for column in columns),
                unmasked=wish.unmasked,
                rows=len(rows),
            ),
        )
        record_disclosure(
            actor,
            purpose=wish.purpose,
            action="export_ledger",
            persons=[str(one) for one in ids],
            fields=[column.code for column in columns],
            highest_class=max(column.sensitivity for column in columns),
            origin=origin,
            subject=str(wish.export_id),
        )
        record_action(
            actor,
            action="export_ledger",
            subject=str(wish.export_id),
            details={"rows": len(rows), "unmasked": wish.unmasked, "sha256": row.sha256},
            highest_class=3,
            origin=origin,
        )
    return MadeExport(card_of(row), password)


def _checked(actor: Actor, wish: ExportWish, proved: bool) -> tuple[str, tuple[ExportColumn, ...]]:
    if not proved:
        raise refused(
            "export_proof",
            "导出前请先再次验证身份，然后重新提交。",
            "Prove that it is you before you export, then send the form again.",
        )
    if wish.purpose not in PURPOSES:
        raise refused("export_purpose", "请选择导出的用途。", "Choose what the export is for.")
    reason = check_reason(wish.reason, least=LEAST_REASON)
    columns = chosen_columns(actor, wish.columns)
    if not columns:
        raise refused("export_columns", "请至少选择一列。", "Choose at least one column.")
    if ExportRecord.objects.filter(id=wish.export_id).exists():
        raise refused(
            "export_twice",
            "这份导出已经生成过，密码只显示一次。如没有记下密码，请重新导出。",
            "This export was made already and its password is shown only once. If you did not note it, export again.",
        )
    return reason, columns


def _rows(actor: Actor, wish: ExportWish, today: dt.date) -> tuple[LedgerRow, ...]:
    people = matching(actor, query=wish.query, today=today, purpose=wish.purpose).filter(restricted=False)
    if wish.only:
        people = people.filter(pk__in=wish.only)
    limit = load_limits()["export_rows"].value
    found = ledger_rows(actor, people=people[: limit + 1], today=today)
    if not found:
        raise refused("export_empty", "没有符合条件的孩子；请调整筛选。", "No child fits; change the filters.")
    if len(found) > limit:
        raise refused(
            "export_too_many",
            f"一次最多导出 {limit} 行；请缩小筛选范围，分次导出。",
            f"One export holds at most {limit} rows; narrow the filters and export in parts.",
        )
    return found


def _list(
    actor: Actor,
    wish: ExportWish,
    columns: Sequence[ExportColumn],
    rows: Sequence[LedgerRow],
    lang: str,
    today: dt.date,
) -> list[list[Cell]]:
    ids, codes = [row.person_id for row in rows], {column.code for column in columns}
    looked = Looked(
        rules={rule.code: rule for rule in listed_rules(actor, today=today)},
        id_numbers=listed_id_numbers(actor, person_ids=ids, purpose=wish.purpose, unmasked=wish.unmasked)
        if ID_NUMBER in codes
        else {},
        parents=listed_parents(actor, person_ids=ids, purpose=wish.purpose) if codes & PARENTS else {},
        lang=lang,
    )
    body: list[list[Cell]] = [[column.read(row, looked) for column in columns] for row in rows]
    return [[column.label(lang) for column in columns], *body]


def _about(
    actor: Actor, wish: ExportWish, reason: str, columns: Sequence[ExportColumn], rows: int, lang: str
) -> list[list[Cell]]:
    """The watermark sheet: whoever holds the file can see whose it is and what for."""
    role = ROLES[actor.role]
    numbers = _word(lang, "完整", "in full") if wish.unmasked else _word(lang, "已遮盖", "masked")
    return [
        [_word(lang, "慈幼台账导出：内部资料，注意保密", "Export of the ledger: internal, keep it confidential")],
        [_word(lang, "导出人", "Taken by"), f"{user_name(actor.id)} · {_word(lang, role.zh, role.en)}"],
        [_word(lang, "地方", "Place"), division_name(actor.scope.first)],
        [_word(lang, "时间", "At"), timezone.localtime().strftime("%Y-%m-%d %H:%M")],
        [_word(lang, "用途", "Purpose"), wish.purpose.value],
        [_word(lang, "理由", "Reason"), reason],
        [_word(lang, "筛选", "Filters"), wish.query.address(page=1) or "—"],
        [_word(lang, "列", "Columns"), ", ".join(column.label(lang) for column in columns)],
        [_word(lang, "身份证号码", "ID numbers"), numbers],
        [_word(lang, "行数", "Rows"), rows],
        [_word(lang, "编号", "Number"), str(wish.export_id)],
        [
            _word(
                lang,
                "用完请删除；不得转发、张贴或上传公共网络。",
                "Delete it after use; do not pass it on, post it up or put it on a public network.",
            )
        ],
    ]


def _word(lang: str, zh: str, en: str) -> str:
    return en if lang == "en" else zh


def keep_export(actor: Actor, *, export_id: uuid.UUID, sealed: bytes, about: ExportAbout) -> ExportRecord:
    """Put an encrypted file into the store with its record, inside the caller's transaction; the file goes if that fails."""
    now = timezone.now()
    kept_for = load_retention_rules()["export_files"].destroy_after
    row = ExportRecord.objects.create(
        id=export_id,
        actor_id=actor.id,
        role=actor.role,
        purpose=about.purpose.value,
        reason=about.reason,
        division=actor.scope.first,
        query=about.query[:1000],
        columns=list(about.columns),
        unmasked=about.unmasked,
        rows=about.rows,
        sha256=hashlib.sha256(sealed).hexdigest(),
        made_at=now,
        keep_until=now + dt.timedelta(days=kept_for.amount if kept_for else 1),
    )
    handle = os.open(_path(export_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(sealed)
    return row


def my_exports(actor: Actor) -> tuple[ExportCard, ...]:
    """The actor's latest exports, newest first."""
    rows = ExportRecord.objects.filter(actor_id=actor.id).order_by("-made_at")[:100]
    return tuple(card_of(row) for row in rows)


def take_export(actor: Actor, *, export_id: uuid.UUID, origin: str = "") -> bytes:
    """The encrypted file, for whoever made it while it is kept; leaves a record. Raises NotFoundHere for anybody else."""
    row = ExportRecord.objects.filter(id=export_id, actor_id=actor.id).first()
    if row is None or not _is_there(row):
        raise not_found_here()
    record_action(actor, action="take_export", subject=str(export_id), highest_class=3, origin=origin)
    return _path(export_id).read_bytes()


def discard_export_files(actor: Actor = LOCAL_OPERATOR, *, now: dt.datetime | None = None) -> int:
    """Destroy the files of exports whose time is over; the records stay. A job of the worker; how many there were."""
    moment = now or timezone.now()
    due = list(ExportRecord.objects.filter(discarded_at=None, keep_until__lte=moment).values_list("id", flat=True))
    with transaction.atomic():
        for export_id in due:
            _path(export_id).unlink(missing_ok=True)
        ExportRecord.objects.filter(id__in=due).update(discarded_at=moment)
        if due:
            record_action(actor, action="discard_export_files", details={"files": len(due)})
    return len(due)


def _path(export_id: uuid.UUID) -> Path:
    return Path(settings.EXPORTS) / f"{export_id}.xlsx"


def _is_there(row: ExportRecord) -> bool:
    return row.discarded_at is None and row.keep_until > timezone.now() and _path(row.id).exists()


def card_of(row: ExportRecord) -> ExportCard:
    """The record as its maker sees it."""
    return ExportCard(
        id=row.id,
        made_at=row.made_at,
        purpose=row.purpose,
        reason=row.reason,
        rows=row.rows,
        columns=tuple(row.columns),
        unmasked=row.unmasked,
        sha256=row.sha256,
        keep_until=row.keep_until,
        is_there=_is_there(row),
    )
