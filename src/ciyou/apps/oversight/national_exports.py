"""A county's list in the layout of the national system: asked for with a reason, made by the worker, encrypted like every export."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from ciyou.apps.accounts.selectors import actor_by_post, division_name, user_name
from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.sheet_file import Cell, write_sheets
from ciyou.apps.exchange.export_rows import ExchangeSheet, ExportedChildren, exchange_sheet
from ciyou.apps.oversight.exports import LEAST_REASON, PURPOSES, ExportAbout, keep_export
from ciyou.apps.oversight.models import ExportRecord, NationalExport
from ciyou.apps.oversight.refusals import check_may, check_purpose, check_reason, not_found_here, refused
from ciyou.apps.oversight.workbook import encrypt_workbook, make_password
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import ROLES, Action
from ciyou.core.errors import CiyouError
from ciyou.packs import load_exchange_mappings
from ciyou.vault.fields import decrypt_text, encrypt_text

NOBODY, NOT_HELD, REFUSED = "nobody", "not_held", "refused"
"""Why no file was made: nobody is to be in it, the post is not held any more, or what was asked for is not possible now."""


@dataclass(frozen=True)
class NationalWish:
    """What is asked for. `export_id` is made by the form: sent twice it is one export. `purpose` None: none was chosen."""

    export_id: uuid.UUID
    mapping: str
    which: str
    purpose: Purpose | None
    reason: str


@dataclass(frozen=True)
class NationalCard:
    """How far an export is, as its maker sees it. `failed` "" or why none was made."""

    id: uuid.UUID
    which: str
    percent: int
    rows: int
    done: bool
    failed: str


def begin_national_export(
    actor: Actor, *, wish: NationalWish, proved: bool, lang: str = "zh", origin: str = ""
) -> tuple[NationalCard, str]:
    """Ask the worker for the file; gives how far it is and the password, the only time that anybody sees it.

    Raises RecordError for a short reason or a form sent twice, AccessDenied for a role or purpose that exports nothing.
    """
    check_may(actor, Action.EXPORT)
    purpose, reason = _checked(actor, wish, proved)
    password = make_password()
    row = NationalExport(
        id=wish.export_id,
        actor_id=actor.id,
        post_id=actor.post_id,
        mapping=wish.mapping,
        which=wish.which,
        purpose=purpose.value,
        reason=reason,
        lang=lang,
        origin=origin[:64],
        begun_at=timezone.now(),
    )
    row.secret = encrypt_text(keyring(), password, context=_context(row.id))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record_action(
                actor, action="begin_national_export", subject=str(row.id), details={"which": wish.which}, origin=origin
            )
    except IntegrityError as error:
        raise _sent_twice() from error
    return _card(row), password


def _checked(actor: Actor, wish: NationalWish, proved: bool) -> tuple[Purpose, str]:
    if not proved:
        raise refused(
            "export_proof",
            "导出前请先再次验证身份，然后重新提交。",
            "Prove that it is you before you export, then send the form again.",
        )
    if wish.purpose is None or wish.purpose not in PURPOSES:
        raise refused("export_purpose", "请选择导出的用途。", "Choose what the export is for.")
    check_purpose(actor, wish.purpose)
    if wish.which not in set(ExportedChildren):
        raise refused("export_which", "请选择导出哪些孩子。", "Choose which children are exported.")
    if wish.mapping not in load_exchange_mappings(division=actor.scope.first):
        raise refused("export_mapping", "请选择导出的格式。", "Choose the layout.")
    taken = ExportRecord.objects.filter(id=wish.export_id).exists()
    if taken or NationalExport.objects.filter(id=wish.export_id).exists():
        raise _sent_twice()
    return wish.purpose, check_reason(wish.reason, least=LEAST_REASON)


def _sent_twice() -> CiyouError:
    return refused(
        "export_twice",
        "这份导出已经生成过，密码只显示一次。如没有记下密码，请重新导出。",
        "This export was made already and its password is shown only once. If you did not note it, export again.",
    )


def national_export(actor: Actor, *, export_id: uuid.UUID) -> NationalCard:
    """How far one of the actor's own exports is; raises NotFoundHere for anybody else's."""
    row = NationalExport.objects.filter(id=export_id, actor_id=actor.id).first()
    if row is None:
        raise not_found_here()
    return _card(row)


def _card(row: NationalExport) -> NationalCard:
    done = row.done_at is not None
    # Writing, encrypting and the record in the log come after the last row.
    percent = 100 if done else min(95, row.position * 90 // row.rows) if row.rows else 0
    return NationalCard(row.id, row.which, percent, row.rows, done, row.failed)


@task()
def make_national_export(export_id: str) -> bool:
    """Make the file that was asked for."""
    return make_export_now(uuid.UUID(export_id))


def resume_national_exports() -> int:
    """Go on with exports that a stopped worker left unfinished; a job of the worker. How many there were."""
    with walled(LOCAL_OPERATOR):
        waiting = list(NationalExport.objects.filter(done_at=None).order_by("begun_at").values_list("id", flat=True))
    for export_id in waiting:
        make_export_now(export_id)
    return len(waiting)


def make_export_now(export_id: uuid.UUID) -> bool:
    """The same in this process; False where no file was made. It is made with what its maker may see now, not with the machine's eyes."""
    with walled(LOCAL_OPERATOR):
        row = NationalExport.objects.get(id=export_id)
        if row.done_at is not None or row.secret is None:
            return not row.failed
        actor = actor_by_post(row.post_id)
    if actor is None:
        return _end(row, NOT_HELD)
    try:
        with walled(actor):
            sheet = exchange_sheet(
                actor,
                mapping=row.mapping,
                which=ExportedChildren(row.which),
                purpose=Purpose(row.purpose),
                today=timezone.localdate(),
            )
    except CiyouError:
        return _end(row, REFUSED)
    if not sheet.person_ids:
        return _end(row, NOBODY)
    _make(actor, row, sheet)
    return True


def _end(row: NationalExport, failed: str) -> bool:
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        NationalExport.objects.filter(id=row.id).update(done_at=timezone.now(), failed=failed, secret=None)
    return False


def _make(actor: Actor, row: NationalExport, sheet: ExchangeSheet) -> None:
    password = decrypt_text(keyring(), bytes(row.secret), context=_context(row.id))
    rows = itertools.chain([sheet.titles], _watched(row, sheet))
    about = _about(actor, row, sheet)
    # The list comes first: the system that reads the file looks at the first sheet.
    content = write_sheets([(sheet.mapping.sheet, rows), (_word(row.lang, "说明", "About"), about)])
    sealed = encrypt_workbook(content, password=password)
    columns = tuple(column.value for column in sheet.columns)
    purpose = Purpose(row.purpose)
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        if not NationalExport.objects.filter(id=row.id, done_at=None).update(done_at=timezone.now(), secret=None):
            return  # another process made it
        made = keep_export(
            actor,
            export_id=row.id,
            sealed=sealed,
            about=ExportAbout(
                purpose=purpose,
                reason=row.reason,
                query=f"exchange={row.mapping}&which={row.which}",
                columns=columns,
                unmasked=True,
                rows=len(sheet.person_ids),
            ),
        )
        record_disclosure(
            actor,
            purpose=purpose,
            action="national_export",
            persons=[str(one) for one in sheet.person_ids],
            fields=columns,
            highest_class=max(column.shape.sensitivity for column in sheet.columns),
            origin=row.origin,
            subject=str(row.id),
        )
        record_action(
            actor,
            action="national_export",
            subject=str(row.id),
            details={"rows": len(sheet.person_ids), "which": row.which, "sha256": made.sha256},
            highest_class=3,
            origin=row.origin,
        )


def _watched(row: NationalExport, sheet: ExchangeSheet) -> Iterator[list[Cell]]:
    """The rows, telling how far they are after each part."""
    written = 0
    _note_position(row, written, len(sheet.person_ids))
    for part in sheet.parts():
        yield from part
        written += len(part)
        _note_position(row, written, len(sheet.person_ids))


def _note_position(row: NationalExport, position: int, rows: int) -> None:
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        NationalExport.objects.filter(id=row.id).update(position=position, rows=rows)


def _about(actor: Actor, row: NationalExport, sheet: ExchangeSheet) -> list[list[Cell]]:
    """The watermark sheet: whoever holds the file can see whose it is and what for."""
    role, lang = ROLES[actor.role], row.lang
    unverified = _word(lang, "版式未经核实", "layout not verified") if not sheet.mapping.verified else ""
    return [
        [_word(lang, "慈幼导出：内部资料，注意保密", "Export of Ciyou: internal, keep it confidential")],
        [_word(lang, "导出人", "Taken by"), f"{user_name(actor.id)} · {_word(lang, role.zh, role.en)}"],
        [_word(lang, "地方", "Place"), division_name(actor.scope.first)],
        [_word(lang, "时间", "At"), timezone.localtime().strftime("%Y-%m-%d %H:%M")],
        [_word(lang, "用途", "Purpose"), row.purpose],
        [_word(lang, "理由", "Reason"), row.reason],
        [_word(lang, "格式", "Layout"), sheet.mapping.name(lang), unverified],
        [_word(lang, "行数", "Rows"), len(sheet.person_ids)],
        [_word(lang, "编号", "Number"), str(row.id)],
        [
            _word(
                lang,
                "录入全国系统后请删除；不得转发、张贴或上传公共网络。",
                "Delete it once it is entered there; do not pass it on, post it up or put it on a public network.",
            )
        ],
    ]


def _word(lang: str, zh: str, en: str) -> str:
    return en if lang == "en" else zh


def _context(export_id: uuid.UUID) -> str:
    return f"oversight.national_export:{export_id}"
