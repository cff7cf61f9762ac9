"""An overpayment is taken back by a plan, or waived: one person proposes with a reason, another decides."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.run_source import awards_by_id
from ciyou.apps.disbursement.dues_now import dues_of
from ciyou.apps.disbursement.models import PaidMonth, Recovery
from ciyou.apps.disbursement.months import month_of
from ciyou.apps.disbursement.refusals import check_may, check_reason, not_found_here, refused, somebody_was_first
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.awards.balance import RecoveryPlan
from ciyou.core.awards.month import Month
from ciyou.vault.fields import decrypt_text, encrypt_text


@dataclass(frozen=True)
class RecoveryWish:
    """What is proposed: a plan from a month on (at most so much, or such a share, a month), or a waiver of an amount of a month."""

    recovery_id: uuid.UUID
    award_id: uuid.UUID
    kind: str
    first_month: Month
    reason: str
    most_fen: int | None = None
    most_percent: int | None = None
    amount_fen: int | None = None


def propose_recovery(actor: Actor, *, wish: RecoveryWish) -> uuid.UUID:
    """Propose a plan or a waiver; a form sent twice is one proposal."""
    check_may(actor, Action.DRAFT_PAYMENTS, Action.REVIEW_PAYMENTS)
    why = check_reason(wish.reason)
    _award_here(actor, wish.award_id)
    if wish.kind == "plan":
        RecoveryPlan(wish.first_month, wish.most_fen, wish.most_percent)
    elif not wish.amount_fen or wish.amount_fen < 1:
        raise refused("waiver_amount", "请填写豁免金额。", "Give the amount that is waived.")
    row = Recovery(
        id=wish.recovery_id,
        award_id=wish.award_id,
        kind=wish.kind,
        first_month=wish.first_month.first_day,
        most_fen=wish.most_fen,
        most_percent=wish.most_percent,
        amount_fen=wish.amount_fen,
        proposed_by=actor.id,
        proposed_at=timezone.now(),
    )
    row.content = encrypt_text(keyring(), why, context=f"disbursement.recovery:{row.id}")
    with transaction.atomic():
        if Recovery.objects.filter(id=row.id).exists():
            return row.id
        row.save(force_insert=True)
        record_action(actor, action="propose_recovery", subject=str(row.id), details={"kind": row.kind})
    return row.id


def decide_recovery(actor: Actor, *, recovery_id: object, approve: bool) -> None:
    """Approve or refuse as another person. A plan takes the place of the one before; a waiver never exceeds what is overpaid."""
    check_may(actor, Action.REVIEW_PAYMENTS, Action.APPROVE_PAYMENTS)
    row = Recovery.objects.filter(id=recovery_id).first()
    if row is None:
        raise not_found_here()
    _award_here(actor, row.award_id)
    if row.proposed_by == actor.id:
        raise refused(
            "own_proposal",
            "这是您自己提出的，须由另一人决定。",
            "You proposed this yourself: another person decides.",
        )
    try:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            _decide(actor, row, approve)
    except IntegrityError as error:
        raise somebody_was_first() from error


def _decide(actor: Actor, row: Recovery, approve: bool) -> None:
    if approve and row.kind == "plan":
        Recovery.objects.filter(award=row.award_id, kind="plan", result="approved").update(result="stopped")
    moved = Recovery.objects.filter(id=row.id, result="").update(
        result="approved" if approve else "refused", decided_by=actor.id, decided_at=timezone.now()
    )
    if not moved:
        raise somebody_was_first()
    if approve and row.kind == "waiver":
        _waive(row)
    record_action(actor, action="decide_recovery", subject=str(row.id), details={"approve": approve})


def _waive(row: Recovery) -> None:
    """What was waived beyond what is overpaid would one day hide another overpayment."""
    month = month_of(row.first_month)
    award = awards_by_id([row.award_id])[0]
    due = sum(one.amount_fen for one in dues_of(award, month) if one.month == month)
    claims = PaidMonth.objects.filter(award=row.award_id, month=row.first_month)
    if not claims.filter(paid_fen__gte=F("waived_fen") + row.amount_fen + due).update(
        waived_fen=F("waived_fen") + row.amount_fen
    ):
        raise refused(
            "waiver_too_much",
            "豁免金额超过这个月多发的金额；请更正。",
            "The waiver is more than was paid too much for this month; correct it.",
        )


def stop_recovery(actor: Actor, *, recovery_id: object) -> None:
    """Stop a running plan: nothing more is taken back."""
    check_may(actor, Action.APPROVE_PAYMENTS)
    row = Recovery.objects.filter(id=recovery_id, kind="plan").first()
    if row is None:
        raise not_found_here()
    _award_here(actor, row.award_id)
    with transaction.atomic():
        if not Recovery.objects.filter(id=row.id, result="approved").update(result="stopped"):
            raise somebody_was_first()
        record_action(actor, action="stop_recovery", subject=str(row.id))


def _award_here(actor: Actor, award_id: object) -> None:
    found = awards_by_id([award_id])
    if not found or not actor.scope.holds(found[0].division):
        raise not_found_here()


def reason_of(row: Recovery) -> str:
    """The reason of a proposal."""
    return decrypt_text(keyring(), bytes(row.content), context=f"disbursement.recovery:{row.id}")
