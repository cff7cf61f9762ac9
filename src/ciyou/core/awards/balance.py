"""Due, paid and outstanding by month, and the lines that one monthly run draws from them.

What is settled of a month is what was paid (net: what left for the bank and did not come back, less what was recovered), less
what was waived of an overpayment. Always: settled + outstanding = due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ciyou.core.awards.month import Month
from ciyou.core.errors import Place, Problem, RecordError


@dataclass(frozen=True, slots=True)
class Balance:
    """One month of one award. `waived_fen` is what a person let go of; it counts only as far as the month is overpaid."""

    month: Month
    due_fen: int
    paid_fen: int = 0
    waived_fen: int = 0

    @property
    def let_go_fen(self) -> int:
        """The part of the waiver that counts: a month that turns out to be due after all is not paid twice."""
        return min(self.waived_fen, max(0, self.paid_fen - self.due_fen))

    @property
    def settled_fen(self) -> int:
        return self.paid_fen - self.let_go_fen

    @property
    def outstanding_fen(self) -> int:
        """Still to be paid; below 0: paid too much."""
        return self.due_fen - self.settled_fen


def balances(
    due: Mapping[Month, int], paid: Mapping[Month, int], waived: Mapping[Month, int] | None = None
) -> tuple[Balance, ...]:
    """Every month in which something is due or was paid, in order; amounts in fen."""
    let_go = waived or {}
    months = sorted({*due, *paid, *let_go})
    return tuple(Balance(month, due.get(month, 0), paid.get(month, 0), let_go.get(month, 0)) for month in months)


def arrears(account: tuple[Balance, ...], before: Month) -> tuple[Balance, ...]:
    """The months before one month for which something is still to be paid."""
    return tuple(one for one in account if one.month < before and one.outstanding_fen > 0)


def overpaid(account: tuple[Balance, ...]) -> tuple[Balance, ...]:
    """The months for which too much was paid and not waived."""
    return tuple(one for one in account if one.outstanding_fen < 0)


@dataclass(frozen=True)
class RecoveryPlan:
    """How an overpayment is taken back out of later payments: from a month on, at most so much a month, or such a share of the run.

    Exactly one of `most_fen` and `most_percent` is given (percent of what the run pays otherwise, rounded down to the fen).
    """

    first_month: Month
    most_fen: int | None = None
    most_percent: int | None = None

    def __post_init__(self) -> None:
        if (self.most_fen is None) == (self.most_percent is None):
            raise RecordError(_PLAN_LIMIT)
        if (self.most_fen or 0) < 0 or not 0 <= (self.most_percent or 0) <= 100:
            raise RecordError(_PLAN_LIMIT)

    def most_of(self, paying_fen: int) -> int:
        """The most that may be taken out of a run that pays so much otherwise."""
        if self.most_percent is not None:
            return paying_fen * self.most_percent // 100
        return min(self.most_fen or 0, paying_fen)


_PLAN_LIMIT = Problem(
    Place(),
    "award.recovery_limit",
    "追回计划要写明每月最多追回的金额，或不超过 100 的百分比，二者选一；请更正。",
    "A recovery plan names the most that is taken back a month: either an amount, or a share of at most 100 percent. Correct it.",
)


class LineKind(StrEnum):
    """What a line of a run is: the month itself, an earlier month paid later, or an overpayment taken back."""

    CURRENT = "current"
    ARREARS = "arrears"
    RECOVERY = "recovery"


@dataclass(frozen=True, order=True)
class Line:
    """One line of a run: for `month`, the fen that are paid, or (below 0) taken back."""

    run: Month
    month: Month
    kind: LineKind
    amount_fen: int


def plan_lines(
    account: tuple[Balance, ...], run: Month, *, recovery: RecoveryPlan | None = None, recovered_fen: int = 0
) -> tuple[Line, ...]:
    """The lines that a run draws for one award: at most one for each month up to the run's, in the order of months.

    `paid` of the account counts every line of every run that has not come back, also of runs still on their way, so nothing is
    drawn twice. Nothing is taken back without a plan; what is taken back never exceeds what the same lines pay, so that the run's
    sum is not below 0. `recovered_fen`: what other runs of the same month have taken back already.
    """
    paying = [
        Line(run, one.month, LineKind.CURRENT if one.month == run else LineKind.ARREARS, one.outstanding_fen)
        for one in account
        if one.month <= run and one.outstanding_fen > 0
    ]
    sum_fen = sum(line.amount_fen for line in paying)
    taking: list[Line] = []
    if recovery is not None and run >= recovery.first_month:
        left = min(sum_fen, max(0, recovery.most_of(sum_fen) - recovered_fen))
        taking = _taken_back(account, run, left)
    return tuple(sorted([*paying, *taking]))


def _taken_back(account: tuple[Balance, ...], run: Month, left: int) -> list[Line]:
    """Recovery lines of the oldest overpaid months first, together no more than `left`."""
    lines = []
    for one in overpaid(account):
        share = min(left, -one.outstanding_fen)
        if share > 0 and one.month <= run:
            lines.append(Line(run, one.month, LineKind.RECOVERY, -share))
            left -= share
    return lines
