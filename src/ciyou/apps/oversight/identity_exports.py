"""An identity list as an encrypted workbook for a department without an account: a reason, a watermark, a password shown once, a record."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name, user_name
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.exchange.identity_files import IdentitySheet, identity_sheet
from ciyou.apps.exchange.identity_lists import HIGHEST_CLASS
from ciyou.apps.oversight.exports import LEAST_REASON, ExportAbout, MadeExport, card_of, keep_export
from ciyou.apps.oversight.models import ExportRecord
from ciyou.apps.oversight.refusals import check_may, check_purpose, check_reason, refused
from ciyou.apps.oversight.workbook import Cell, encrypt_workbook, make_password, write_workbook
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import ROLES, Action
from ciyou.packs import department_name

ABOUT = "说明"


def export_identity_list(
    actor: Actor, *, list_id: uuid.UUID, export_id: uuid.UUID, reason: str, proved: bool, origin: str = ""
) -> MadeExport:
    """Make the file of a list that was sent, in its receiver's layout with the numbers in full; the watermark is its second sheet.

    Raises RecordError without a proof or a reason, for a draft, and for a form sent twice.
    """
    check_may(actor, Action.EXPORT)
    check_purpose(actor, Purpose.SERVE)
    if not proved:
        raise refused(
            "export_proof",
            "导出前请先再次验证身份，然后重新提交。",
            "Prove that it is you before you export, then send the form again.",
        )
    kept = check_reason(reason, least=LEAST_REASON)
    if ExportRecord.objects.filter(id=export_id).exists():
        raise refused(
            "export_twice",
            "这份导出已经生成过，密码只显示一次。如没有记下密码，请重新导出。",
            "This export was made already and its password is shown only once. If you did not note it, export again.",
        )
    sheet = identity_sheet(actor, list_id=list_id)
    content = write_workbook([(sheet.sheet, sheet.rows), (ABOUT, _about(actor, sheet, kept, export_id))])
    password = make_password()
    sealed = encrypt_workbook(content, password=password)
    with transaction.atomic():
        about = ExportAbout(
            purpose=Purpose.SERVE,
            reason=kept,
            query=f"identity-list={list_id}",
            columns=sheet.columns,
            unmasked=True,
            rows=len(sheet.person_ids),
        )
        row = keep_export(actor, export_id=export_id, sealed=sealed, about=about)
        record_disclosure(
            actor,
            purpose=Purpose.SERVE,
            action="export_identity_list",
            persons=[str(one) for one in sheet.person_ids],
            fields=sheet.columns,
            highest_class=HIGHEST_CLASS,
            origin=origin,
            subject=str(list_id),
        )
        record_action(
            actor,
            action="export_identity_list",
            subject=str(list_id),
            details={"rows": about.rows, "export": str(export_id), "sha256": row.sha256},
            highest_class=HIGHEST_CLASS,
            origin=origin,
        )
    return MadeExport(card_of(row), password)


def _about(actor: Actor, sheet: IdentitySheet, reason: str, export_id: uuid.UUID) -> list[list[Cell]]:
    """The watermark: it goes to a department, so that it is in Chinese whatever language the officer reads."""
    return [
        ["慈幼身份名单：内部资料，注意保密"],
        ["名单", f"{sheet.kind.zh} {sheet.month}"],
        ["发给", department_name(sheet.kind.department, "zh")],
        ["导出人", f"{user_name(actor.id)} · {ROLES[actor.role].zh}"],
        ["地方", division_name(actor.scope.first)],
        ["时间", timezone.localtime().strftime("%Y-%m-%d %H:%M")],
        ["理由", reason],
        ["人数", len(sheet.person_ids)],
        ["编号", str(export_id)],
        ["填好办理结果两列后退回发出单位；用完请删除，不得转发、张贴或上传公共网络。"],
    ]
