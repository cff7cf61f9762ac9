"""What came back from finance: each line is taken or kept as a problem to work on; nothing is lost, and nothing counts twice."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.models import MonthRun, Payment, PaymentState, ResultFile, ResultProblem, RunState
from ciyou.apps.disbursement.refusals import check_may, check_reason, not_found_here, refused
from ciyou.apps.disbursement.result_lines import ReadResult, ResultLine, fen_of, read_result
from ciyou.apps.disbursement.runs import find_run
from ciyou.apps.disbursement.settling import settle_if_done
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.core.errors import ClockError
from ciyou.packs import load_finance_layouts
from ciyou.vault.fields import decrypt_bytes, decrypt_text, encrypt_bytes, encrypt_text

PART = 1000
GOOD, BAD = PaymentState.PAID, PaymentState.FAILED


@dataclass(frozen=True)
class Imported:
    """What became of a file: lines taken as paid and as failed, and lines kept as problems."""

    file_id: uuid.UUID
    paid: int
    failed: int
    problems: int


def receive_result(actor: Actor, *, run_id: object, name: str, content: bytes) -> uuid.UUID:
    """Keep a result file with its run; the same file sent twice is one. Raises RecordError when it is no table of results."""
    check_may(actor, Action.DRAFT_PAYMENTS, Action.APPROVE_PAYMENTS)
    run = find_run(actor, run_id)
    if run.state not in (RunState.HANDED, RunState.SETTLED):
        raise refused(
            "no_results_yet",
            "名册还没有送交财政，不能导入结果。请先送交。",
            "The roster is not with finance yet, so there are no results to import. Hand it over first.",
        )
    read = read_result(name, content, _layouts(run))
    digest = hashlib.sha256(content).hexdigest()
    row = ResultFile(run=run, name=name[-200:], sha256=digest, rows=len(read.lines), by=actor.id, at=timezone.now())
    row.content = encrypt_bytes(keyring(), content, context=f"disbursement.result:{row.id}")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record_action(actor, action="receive_result", subject=str(run.id), details={"rows": row.rows})
    except IntegrityError:
        return ResultFile.objects.values_list("id", flat=True).get(run=run, sha256=digest)
    return row.id


def _layouts(run: MonthRun):
    """The layouts that the run was handed over in first, then the place's others."""
    layouts = load_finance_layouts(division=run.county)
    used = [code for code in run.hand_overs.order_by("-number").values_list("layout", flat=True) if code in layouts]
    return [layouts[code] for code in dict.fromkeys([*used, *layouts])]


def take_results(file_id: uuid.UUID, *, part: int = PART) -> Imported:
    """Read a kept file to its end, from wherever it is: part by part, each one transaction. Again: it changes nothing."""
    file = ResultFile.objects.select_related("run").get(id=file_id)
    content = decrypt_bytes(keyring(), bytes(file.content), context=f"disbursement.result:{file.id}")
    read = read_result(file.name, content, _layouts(file.run))
    first_of = _first_lines(read)
    while not file.done:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            _take_part(file, read, first_of, part)
        file.refresh_from_db()
    return _imported(file)


def _first_lines(read: ReadResult) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in read.lines:
        found.setdefault(line.cells["payment_number"], line.line)
    return found


def _take_part(file: ResultFile, read: ReadResult, first_of: dict[str, int], part: int) -> None:
    lines = [line for line in read.lines if line.line > file.position][:part]
    ended = len(lines) < part
    position = lines[-1].line if lines else file.position
    moved = ResultFile.objects.filter(id=file.id, position=file.position, done=False).update(
        position=position, done=ended
    )
    if not moved:
        return  # another process took this part
    _take(file, lines, first_of, read)
    if ended:
        _check_total(file, read)
        settle_if_done(file.run_id)


def _take(file: ResultFile, lines: Sequence[ResultLine], first_of: dict[str, int], read: ReadResult) -> None:
    numbers = [line.cells["payment_number"] for line in lines]
    payments = {row.number: row for row in Payment.objects.filter(number__in=numbers).defer("account")}
    problems, paid, failed = [], [], {}
    for line in lines:
        payment = payments.get(line.cells["payment_number"])
        status = read.layout.statuses.get(line.cells["status"], "")
        code = _trouble(file, line, payment, status, first_of)
        if code:
            problems.append(_problem(file, line, code))
        elif payment is not None and payment.state == PaymentState.SENT:
            if status == "paid":
                paid.append(payment.id)
            else:
                reason = read.layout.reasons.get(line.cells.get("reason", ""), "bank_refused")
                failed.setdefault(reason, []).append(payment.id)
    today = timezone.localdate()
    sent = Payment.objects.filter(state=PaymentState.SENT)
    sent.filter(id__in=paid).update(state=GOOD, settled_on=today)
    for reason, ids in failed.items():
        sent.filter(id__in=ids).update(state=BAD, reason=reason, settled_on=today)
    ResultProblem.objects.bulk_create(problems, ignore_conflicts=True)


def _trouble(file: ResultFile, line: ResultLine, payment: Payment | None, status: str, first_of: dict[str, int]) -> str:
    """What is wrong with a line; "" when it can be taken, or was taken before."""
    if payment is None:
        return "unknown_payment"
    if payment.run_id != file.run_id or _other_month(file, line.cells.get("month", "")):
        return "other_month"
    if first_of[line.cells["payment_number"]] != line.line:
        return "repeated"
    amount = fen_of(line.cells["amount"])
    if amount is None:
        return "amount_wrong"
    if amount != payment.amount_fen:
        return "amount_differs"
    if not status:
        return "status_unknown"
    return _against_state(payment, status)


def _against_state(payment: Payment, status: str) -> str:
    if payment.state in (PaymentState.PLANNED, PaymentState.WITHHELD):
        return "not_sent"
    came_back = payment.state in (PaymentState.FAILED, PaymentState.REISSUED, PaymentState.RETURNED)
    known = "paid" if payment.state == PaymentState.PAID else "failed" if came_back else status
    return "contradicts" if known != status else ""


def _other_month(file: ResultFile, written: str) -> bool:
    if not written:
        return False
    digits = written.replace("年", "-").replace("月", "").replace("/", "-").replace(".", "-")
    try:
        return Month.parse(digits[:7] if "-" in digits else f"{digits[:4]}-{digits[4:6]}") != Month.of(file.run.month)
    except ClockError:
        return True


def _check_total(file: ResultFile, read: ReadResult) -> None:
    if read.total is None:
        return
    amounts = [fen_of(line.cells["amount"]) for line in read.lines]
    if fen_of(read.total.cells["amount"]) != sum(amount or 0 for amount in amounts):
        ResultProblem.objects.bulk_create([_problem(file, read.total, "total_wrong")], ignore_conflicts=True)


def _problem(file: ResultFile, line: ResultLine, code: str) -> ResultProblem:
    row = ResultProblem(file=file, line=line.line, code=code)
    text = json.dumps(dict(line.cells), ensure_ascii=False)
    row.content = encrypt_text(keyring(), text, context=f"disbursement.result_line:{row.id}")
    return row


def _imported(file: ResultFile) -> Imported:
    states = Payment.objects.filter(run=file.run_id)
    return Imported(
        file.id,
        states.filter(state=GOOD).count(),
        states.filter(state=BAD).count(),
        ResultProblem.objects.filter(file=file, settled_at=None).count(),
    )


def settle_problem(actor: Actor, *, problem_id: object, note: str) -> None:
    """Say how a line that could not be taken was dealt with; by then it no longer keeps the month open."""
    check_may(actor, Action.DRAFT_PAYMENTS, Action.APPROVE_PAYMENTS)
    why = check_reason(note)
    row = ResultProblem.objects.select_related("file").filter(id=problem_id).first()
    if row is None:
        raise not_found_here()
    run = find_run(actor, row.file.run_id)
    with transaction.atomic():
        ResultProblem.objects.filter(id=row.id, settled_at=None).update(
            settled_by=actor.id, settled_at=timezone.now(), note=why
        )
        MonthRun.objects.filter(id=run.id).update(version=F("version") + 1)
        record_action(actor, action="settle_result_problem", subject=str(run.id), details={"code": row.code})


def open_line(row: ResultProblem) -> dict[str, str]:
    """The cells of a line that was kept."""
    found: dict[str, str] = json.loads(
        decrypt_text(keyring(), bytes(row.content), context=f"disbursement.result_line:{row.id}")
    )
    return found
