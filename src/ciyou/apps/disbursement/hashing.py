"""One hash over everything that a run drew: what was reviewed is what is approved, and what is approved is what leaves."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict

from django.db import connection

from ciyou.apps.disbursement.models import MonthRun
from ciyou.apps.disbursement.refusals import refused
from ciyou.apps.disbursement.storing import rows_of

# One text per line, and one row per payment with all of them, both made by the database: a run may have more than a million lines.
_LINE = (
    "replace(CAST(claim.award_id AS text), '-', '') || '|' || CAST(claim.month AS text) || '|' || line.kind || '|' || "
    "CAST(line.amount_fen AS text)"
)
_ITS_CLAIM = "disbursement_paymentline line JOIN disbursement_paidmonth claim ON claim.id = line.claim_id"
_BY_PAYMENT = {
    # From payment to payment by its own lines: SQLite would sort all of them to group them.
    "sqlite": (
        f"SELECT (SELECT group_concat({_LINE}, ' ') FROM {_ITS_CLAIM} WHERE line.payment_id = payment.id) "
        "FROM disbursement_payment payment WHERE payment.run_id = %s"
    ),
    "postgresql": (
        f"SELECT string_agg({_LINE}, ' ') FROM {_ITS_CLAIM} JOIN disbursement_payment payment ON payment.id = line.payment_id "
        "WHERE payment.run_id = %s GROUP BY line.payment_id"
    ),
}


def lines_hash(run_id: uuid.UUID) -> str:
    """SHA-256 over every line of a run (award, month, kind, fen) in one order; the same draft gives the same hash.

    The lines stand in the order of their texts, which begin with the award: so whole awards are put in order, and lines within them.
    """
    awards: dict[str, list[str]] = defaultdict(list)
    for (said,) in rows_of(_BY_PAYMENT[connection.vendor], [run_id.hex]):
        lines = sorted(str(said).split()) if said else []
        if lines and lines[0][:_AWARD] == lines[-1][:_AWARD]:
            awards[lines[0][:_AWARD]] += lines
        else:
            for line in lines:
                awards[line[:_AWARD]].append(line)
    whole = hashlib.sha256()
    for number, award in enumerate(sorted(awards)):
        whole.update(("\n" if number else "").encode() + "\n".join(sorted(awards[award])).encode())
    return whole.hexdigest()


_AWARD = 32
"""The digits of an award's id, with which a line begins."""


def check_lines(run: MonthRun) -> None:
    """Raises RecordError when a line is not what it was when the run was drafted."""
    if lines_hash(run.id) != run.lines_hash:
        raise refused(
            "lines_changed",
            "明细与起草时不一致，不能继续。请退回重新起草，并请审计管理员查看日志。",
            "The lines are not what they were when the month was drafted, so it cannot go on. Return it to be drafted again, and ask the audit administrator to look at the log.",
        )
