"""Money that went into another child's account while two files were one: each payment keeps the account as it stood."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.award_lists import AwardLine, awards_to_review
from ciyou.apps.awards.reviews import UNMERGED
from ciyou.apps.disbursement.models import Payment, PaymentLine, PaymentState
from ciyou.apps.disbursement.months import month_of
from ciyou.apps.disbursement.payee_snapshots import masked, open_snapshot
from ciyou.apps.disbursement.runs import find_run
from ciyou.apps.registry.identity import apart_in, taken_apart
from ciyou.apps.registry.paying import account_numbers
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.awards.month import Month

_LEFT = (PaymentState.SENT, PaymentState.PAID)


@dataclass(frozen=True)
class StrayMonth:
    """One month of an award, in fen, that a run paid into another child's account; `payee`: its holder and last digits.

    `owner`: the child whose account it is; None, and `payee` "", where the actor may not see that child.
    """

    award_id: UUID
    month: Month
    run: Month
    amount_fen: int
    payee: str
    owner: PersonCard | None


@dataclass(frozen=True)
class StrayAward:
    """An award that waits to be looked at since two files were taken apart, and what of it went into the other child's account."""

    child: PersonCard
    award: AwardLine
    months: tuple[StrayMonth, ...]


def strayed_months(
    actor: Actor, *, child: UUID, other: UUID, awards: Iterable[UUID], copies: Collection[str] | None = None
) -> tuple[StrayMonth, ...]:
    """What of these awards of `child` left for an account of `other`, the earliest first; nothing for whoever sees no payments.

    `copies`: while both files are still one, the keys of accounts that stand on one only because of the merge; None once they are two.
    """
    wanted = list(awards)
    if not wanted or not may_do(actor.role, Action.SEE_PAYMENTS):
        return ()
    seen = cards_of(actor, person_ids=[other], purpose=Purpose.PAY).get(other)
    with walled(LOCAL_OPERATOR):
        lines = [(line, _last(line.payment)) for line in _lines(wanted, (child, other))]
        own, theirs = (_numbers(one, copies) for one in (child, other)) if lines else ({}, {})
        found = []
        for line, payment in lines:
            payee = open_snapshot(payment.id, payment.account)
            if payment.state in _LEFT and not payment.collective and _is_theirs(payee.number, own, theirs):
                said = f"{payee.holder} {masked(payee.number)}" if seen else ""
                months = month_of(line.claim.month), month_of(line.payment.run.month)
                found.append(StrayMonth(line.claim.award_id, *months, line.amount_fen, said, seen))
    return tuple(found)


def strayed_of_award(actor: Actor, *, award_id: UUID, child_id: UUID) -> tuple[StrayMonth, ...]:
    """The same of one award that the caller may show, against every child whose file was one with this child's and no longer is."""
    return tuple(
        month
        for other in taken_apart(child_id)
        for month in strayed_months(actor, child=child_id, other=other, awards=[award_id])
    )


def strayed_before(actor: Actor, *, run_id: object) -> tuple[StrayAward, ...]:
    """What earlier runs of this county and series paid into the other child's account, as long as somebody has to look at the award:
    whoever reads the next month sees why one child is paid more and which money has to find its way back.

    Raises NotFoundHere for another county's month.
    """
    run = find_run(actor, run_id)
    apart = apart_in(run.county)
    awards = awards_to_review(person_ids=apart, ground=UNMERGED, series=run.series) if apart else ()
    seen = cards_of(actor, person_ids={child for child, _award in awards}, purpose=Purpose.PAY) if awards else {}
    found = []
    for child, award in awards:
        if child not in seen:
            continue
        told = strayed_of_award(actor, award_id=award.id, child_id=child)
        months = tuple(month for month in told if month.run < month_of(run.month))
        found += [StrayAward(seen[child], award, months)] if months else []
    return tuple(found)


def _lines(awards: list[UUID], files: Collection[UUID]) -> list[PaymentLine]:
    rows = PaymentLine.objects.filter(claim__award__in=awards, payment__person__in=files, amount_fen__gt=0)
    named = ("claim", "payment", "payment__run", "payment__reissued_as")
    return list(rows.select_related(*named).order_by("claim__month", "payment__run__month", "id"))


def _last(payment: Payment) -> Payment:
    """The payment that a payment was sent again as, the last of them; itself where it was not."""
    while payment.state == PaymentState.REISSUED:
        payment = payment.reissued_as
    return payment


def _numbers(person_id: UUID, copies: Collection[str] | None) -> dict[str, bool]:
    """Every account number of a file, with whether it stands; while two files are one, what stands tells nothing of whose it is."""
    if copies is None:
        return account_numbers(person_id)
    return dict.fromkeys(account_numbers(person_id, without=copies), False)


def _is_theirs(number: str, own: dict[str, bool], theirs: dict[str, bool]) -> bool:
    """Whether an account is the other child's: stands there and not here, or was there and never here."""
    if number not in theirs:
        return False
    return number not in own or (theirs[number] and not own[number])
