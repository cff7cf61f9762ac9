"""What is taken out of the books again: lines of a draft, payments that do not leave, money that came back for good."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Sum

from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.models import (
    Hold,
    MonthChange,
    MonthRun,
    PaidMonth,
    Payment,
    PaymentLine,
    PaymentState,
    RunState,
)
from ciyou.apps.disbursement.storing import add_to_claims
from ciyou.core.access.actor import LOCAL_OPERATOR

PART = 1000
OUT = (PaymentState.WITHHELD, PaymentState.RETURNED)
"""Payments whose lines pay nothing: they stay as a record."""


def forget_lines(run_id: uuid.UUID) -> None:
    """Take everything that a returned run drew out of the books, part by part; what is gone already is not taken out twice."""
    while True:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            # Locked: a second process that forgets the same run waits, and finds nothing left.
            MonthRun.objects.select_for_update().get(id=run_id, state=RunState.RETURNED)
            payments = list(Payment.objects.filter(run_id=run_id).order_by("sequence")[:PART])
            if not payments:
                Hold.objects.filter(run_id=run_id).delete()
                MonthChange.objects.filter(run_id=run_id).delete()
                return
            _void(payment for payment in payments if payment.state not in OUT)
            PaymentLine.objects.filter(payment__in=[payment.id for payment in payments]).delete()
            Payment.objects.filter(id__in=[payment.id for payment in payments]).delete()


def withhold(payments: Sequence[Payment], reason: str) -> int:
    """Take planned payments out of a run; returns how many were still planned."""
    return _move(payments, PaymentState.PLANNED, PaymentState.WITHHELD, reason)


def give_back(payments: Sequence[Payment], reason: str) -> int:
    """Failed payments that will not be sent again: their months are outstanding once more."""
    return _move(payments, PaymentState.FAILED, PaymentState.RETURNED, reason)


def _move(payments: Sequence[Payment], before: str, after: str, reason: str) -> int:
    """Compare-and-swap of each payment's state; only what this call moved is taken out of the claims."""
    moved = [
        payment
        for payment in payments
        if Payment.objects.filter(id=payment.id, state=before).update(state=after, reason=reason[:64])
    ]
    _void(moved)
    return len(moved)


def _void(payments: Iterable[Payment]) -> None:
    """Take the lines of these payments (of a reissued one: those of the first) out of what is paid."""
    roots = [root_of(payment).id for payment in payments]
    lines = PaymentLine.objects.filter(payment__in=roots).values_list("amount_fen", "claim_id")
    add_to_claims([(-fen, claim) for fen, claim in lines])


def root_of(payment: Payment) -> Payment:
    """The payment whose lines a reissued one carries."""
    while payment.reissue_of_id is not None:
        payment = Payment.objects.get(id=payment.reissue_of_id)
    return payment


def differences_in_books() -> tuple[tuple[int, int, int], ...]:
    """Claims whose paid amount is not the sum of their lines that did not come back: (claim, kept, sum). Always empty."""
    returned = set(Payment.objects.filter(state__in=OUT).values_list("id", flat=True))
    roots = {root_of(payment).id for payment in Payment.objects.filter(id__in=returned)}
    sums = dict(
        PaymentLine.objects.exclude(payment__in=roots)
        .order_by()
        .values_list("claim_id")
        .annotate(total=Sum("amount_fen"))
    )
    kept = PaidMonth.objects.values_list("id", "paid_fen")
    return tuple((claim, paid, sums.get(claim, 0)) for claim, paid in kept if paid != sums.get(claim, 0))
