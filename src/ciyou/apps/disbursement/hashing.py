"""One hash over everything that a run drew: what was reviewed is what is approved, and what is approved is what leaves."""

from __future__ import annotations

import hashlib
import uuid

from ciyou.apps.disbursement.models import MonthRun
from ciyou.apps.disbursement.refusals import refused
from ciyou.apps.disbursement.storing import rows_of

# One text per line, made by the database: a run may have more than a million of them.
_LINES = (
    "SELECT replace(CAST(claim.award_id AS text), '-', '') || '|' || CAST(claim.month AS text) || '|' || line.kind || '|' || "
    "CAST(line.amount_fen AS text) FROM disbursement_payment payment "
    "JOIN disbursement_paymentline line ON line.payment_id = payment.id "
    "JOIN disbursement_paidmonth claim ON claim.id = line.claim_id WHERE payment.run_id = %s"
)


def lines_hash(run_id: uuid.UUID) -> str:
    """SHA-256 over every line of a run (award, month, kind, fen) in one order; the same draft gives the same hash."""
    rows = sorted(row[0] for row in rows_of(_LINES, [run_id.hex]))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def check_lines(run: MonthRun) -> None:
    """Raises RecordError when a line is not what it was when the run was drafted."""
    if lines_hash(run.id) != run.lines_hash:
        raise refused(
            "lines_changed",
            "明细与起草时不一致，不能继续。请退回重新起草，并请审计管理员查看日志。",
            "The lines are not what they were when the month was drafted, so it cannot go on. Return it to be drafted again, and ask the audit administrator to look at the log.",
        )
