"""The sums of a run."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Count, Sum

from ciyou.apps.disbursement.models import MonthRun, Payment, PaymentLine, PaymentState

GONE = (PaymentState.WITHHELD, PaymentState.REISSUED, PaymentState.RETURNED)


@dataclass(frozen=True)
class Totals:
    """How many payments and fen by state, and fen by kind of line."""

    by_state: dict[str, tuple[int, int]]
    by_kind: dict[str, int]

    def count(self, *states: str) -> int:
        return sum(self.by_state.get(state, (0, 0))[0] for state in states)

    def fen(self, *states: str) -> int:
        return sum(self.by_state.get(state, (0, 0))[1] for state in states)

    @property
    def sent_fen(self) -> int:
        """What left the house the first time or again: it is paid, failed, or still on its way."""
        return self.fen("sent", "paid", "failed", "reissued", "returned")

    @property
    def adds_up(self) -> bool:
        """Whether nothing is on its way, and everything that failed was sent again or given back."""
        return self.count("planned", "sent", "failed") == 0


def totals_of(run_id: uuid.UUID) -> Totals:
    """The sums of a run as it stands."""
    states = Payment.objects.filter(run_id=run_id).order_by().values_list("state")
    kinds = PaymentLine.objects.filter(payment__run=run_id).exclude(payment__state=PaymentState.WITHHELD).order_by()
    return Totals(
        {state: (count, fen) for state, count, fen in states.annotate(count=Count("id"), fen=Sum("amount_fen"))},
        dict(kinds.values_list("kind").annotate(fen=Sum("amount_fen"))),
    )


def note_totals(run_id: uuid.UUID) -> None:
    """Keep with the run how many children it pays and the sum: what was sent again counts once, what was taken out not at all."""
    rows = Payment.objects.filter(run_id=run_id, reissue_of=None).exclude(state=PaymentState.WITHHELD)
    found = rows.aggregate(count=Count("id"), fen=Sum("amount_fen"))
    MonthRun.objects.filter(id=run_id).update(payments_count=found["count"], amount_fen=found["fen"] or 0)
