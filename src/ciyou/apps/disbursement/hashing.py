"""One hash over everything that a run drew: what was reviewed is what is approved, and what is approved is what leaves.

It is a chain through the payments in the order of their numbers, so that a run carries it on part by part as it writes them, and one that
was interrupted goes on where it was.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable

from django.db import connection

from ciyou.apps.disbursement.models import MonthRun
from ciyou.apps.disbursement.refusals import refused
from ciyou.apps.disbursement.storing import rows_of

# One row per payment with all its lines, made by the database: a run may have more than a million lines.
_HEX = "encode(uuid_send(claim.award_id), 'hex')"
_LINE = "{} || '|' || CAST(claim.month AS text) || '|' || line.kind || '|' || CAST(line.amount_fen AS text)"
_ITS_CLAIM = "disbursement_paymentline line JOIN disbursement_paidmonth claim ON claim.id = line.claim_id"
_OF_RUN = "payment.run_id = %s AND payment.reissue_of_id IS NULL"
_BY_PAYMENT = {
    # From payment to payment by its own lines: SQLite would sort all of them to group them.
    "sqlite": (
        f"SELECT (SELECT group_concat({_LINE.format('claim.award_id')}, ' ') FROM {_ITS_CLAIM} WHERE line.payment_id = payment.id) "
        f"FROM disbursement_payment payment WHERE {_OF_RUN} ORDER BY payment.sequence"
    ),
    "postgresql": (
        f"SELECT string_agg({_LINE.format(_HEX)}, ' ') FROM {_ITS_CLAIM} "
        f"JOIN disbursement_payment payment ON payment.id = line.payment_id WHERE {_OF_RUN} "
        "GROUP BY payment.sequence ORDER BY payment.sequence"
    ),
}


def carried_on(so_far: str, payments: Iterable[Iterable[str]]) -> str:
    """The chain (SHA-256, hexadecimal; empty: nothing yet) after more payments, in the order of their numbers.

    Of each payment its lines: `award|month's first day|kind|fen`, in whatever order.
    """
    for lines in payments:
        so_far = hashlib.sha256("\n".join((so_far, *sorted(lines))).encode()).hexdigest()
    return so_far


def lines_hash(run_id: uuid.UUID) -> str:
    """The chain through what stands in the books of a run; the same draft gives the same."""
    rows = rows_of(_BY_PAYMENT[connection.vendor], [run_id.hex])
    return carried_on("", (str(lines or "").split() for (lines,) in rows))


def check_lines(run: MonthRun) -> None:
    """Raises RecordError when a line is not what it was when the run was drafted."""
    if lines_hash(run.id) != run.lines_hash:
        raise refused(
            "lines_changed",
            "明细与起草时不一致，不能继续。请退回重新起草，并请审计管理员查看日志。",
            "The lines are not what they were when the month was drafted, so it cannot go on. Return it to be drafted again, and ask the audit administrator to look at the log.",
        )
