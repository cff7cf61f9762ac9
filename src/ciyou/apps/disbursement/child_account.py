"""What a child was due, was paid and is owed, month by month, with the reason of each amount."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from ciyou.apps.awards.access import find_award
from ciyou.apps.awards.award_lists import AwardLine, line_of
from ciyou.apps.awards.refusals import AwardNotFound
from ciyou.apps.awards.run_source import RunAward, awards_by_id
from ciyou.apps.disbursement.dues_now import dues_of
from ciyou.apps.disbursement.models import PaidMonth, PaymentLine, Recovery
from ciyou.apps.disbursement.months import month_of
from ciyou.apps.disbursement.recovering import reason_of
from ciyou.apps.disbursement.refusals import check_may, not_found_here
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.awards.balance import Balance, balances
from ciyou.core.awards.month import Month


@dataclass(frozen=True)
class MonthAccount:
    """One month of an award. `why` is a code of core.awards.dues; `paid_in` the runs (their months) that paid or took it back."""

    month: Month
    balance: Balance
    why: str
    review: str
    paid_in: tuple[tuple[dt.date, str, int], ...]


@dataclass(frozen=True)
class RecoveryRow:
    """A plan or a waiver with its reason."""

    id: uuid.UUID
    kind: str
    first_month: dt.date
    most_fen: int | None
    most_percent: int | None
    amount_fen: int | None
    reason: str
    result: str
    proposed_by: str
    own: bool


@dataclass(frozen=True)
class AwardAccount:
    """The account of one award, the latest month first."""

    line: AwardLine
    child: PersonCard
    sensitivity: int
    months: tuple[MonthAccount, ...]
    recoveries: tuple[RecoveryRow, ...]

    @property
    def owed_fen(self) -> int:
        return sum(max(0, one.balance.outstanding_fen) for one in self.months)

    @property
    def overpaid_fen(self) -> int:
        return sum(max(0, -one.balance.outstanding_fen) for one in self.months)


def account_of_award(actor: Actor, *, award_id: uuid.UUID, through: Month) -> AwardAccount:
    """The account of an award that the actor may see, up to a month; raises AwardNotFound."""
    check_may(actor, Action.SEE_PAYMENTS)
    found = find_award(actor, award_id)
    months = _months(awards_by_id([found.id])[0], through)
    child = get_person(actor, person_id=found.person_id, purpose=Purpose.PAY)
    return AwardAccount(line_of(found), child, found.sensitivity, months, _recoveries(actor, found.id))


def _months(award: RunAward, through: Month) -> tuple[MonthAccount, ...]:
    claims = list(PaidMonth.objects.filter(award_id=award.id))
    # A month may be paid one month early: it is as due then as on its own first day.
    due = {one.month: one for one in dues_of(award, max((through, *(month_of(claim.month) for claim in claims))))}
    paid = {month_of(claim.month): claim.paid_fen for claim in claims}
    waived = {month_of(claim.month): claim.waived_fen for claim in claims}
    history = _history(award.id)
    account = balances({month: one.amount_fen for month, one in due.items()}, paid, waived)
    months = [
        MonthAccount(
            one.month,
            one,
            due[one.month].why.value if one.month in due else "not_due",
            (due[one.month].review or "") if one.month in due else "",
            tuple(history.get(one.month, ())),
        )
        for one in account
    ]
    return tuple(reversed(months))


def _history(award_id: uuid.UUID) -> dict[Month, list[tuple[dt.date, str, int]]]:
    rows = PaymentLine.objects.filter(claim__award_id=award_id).order_by("payment__run__month")
    found: dict[Month, list[tuple[dt.date, str, int]]] = defaultdict(list)
    for month, run, state, fen in rows.values_list(
        "claim__month", "payment__run__month", "payment__state", "amount_fen"
    ):
        found[month_of(month)].append((run, state, fen))
    return found


def _recoveries(actor: Actor, award_id: uuid.UUID) -> tuple[RecoveryRow, ...]:
    rows = Recovery.objects.filter(award_id=award_id).order_by("-proposed_at")
    return tuple(
        RecoveryRow(
            row.id,
            row.kind,
            row.first_month,
            row.most_fen,
            row.most_percent,
            row.amount_fen,
            reason_of(row),
            row.result,
            row.proposed_by,
            row.proposed_by == actor.id,
        )
        for row in rows
    )


def award_of_recovery(actor: Actor, *, recovery_id: object) -> uuid.UUID:
    """The award that a plan or a waiver is about, where the actor may see it; raises NotFoundHere."""
    row = Recovery.objects.filter(id=recovery_id).first()
    if row is None:
        raise not_found_here()
    try:
        return find_award(actor, row.award_id).id
    except AwardNotFound as missing:
        raise not_found_here() from missing
