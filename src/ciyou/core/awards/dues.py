"""What an award is due for each month (ADR 0019): the law's amount while the law says yes; then what was awarded, until a person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from ciyou.core.awards.law import LawAnswer
from ciyou.core.awards.month import Month, months_from
from ciyou.core.awards.turning import StopMonth
from ciyou.core.rules.interpreter import Outcome


class Why(StrEnum):
    """On what the amount of a month rests."""

    LAW = "law"  # the law says yes and how much
    AMOUNT_OPEN = "amount_open"  # the law says yes and leaves the amount open: as awarded, within its bounds
    AS_AWARDED = "as_awarded"  # the law no longer says yes: as awarded until a person decides
    HELD = "held"  # the law no longer says yes, and this ground holds the money until a person decides
    SUSPENDED = "suspended"  # a person suspended it


@dataclass(frozen=True)
class Ground:
    """Why an award may end, and what a place says of it: the month it ends with, and whether money is held until a person looks."""

    code: str
    month: StopMonth
    hold_until_reviewed: bool = False


CIRCUMSTANCE_ENDED = Ground("circumstance_ended", StopMonth.ASK_PLACE)
GroundOf = Callable[[LawAnswer], Ground]


@dataclass(frozen=True)
class Stretch:
    """Months one after another, both ends included; `last` None: still running."""

    first: Month
    last: Month | None = None

    def __contains__(self, month: Month) -> bool:
        return self.first <= month and (self.last is None or month <= self.last)


@dataclass(frozen=True)
class AwardTerms:
    """What persons decided of an award: from which month to which (None: open), in which months not, and how much was awarded."""

    first_month: Month
    amount_fen: int
    last_month: Month | None = None
    suspended: tuple[Stretch, ...] = ()

    def months(self, through: Month) -> tuple[Month, ...]:
        """Every month of the award up to `through`."""
        return months_from(self.first_month, through if self.last_month is None else min(through, self.last_month))


@dataclass(frozen=True, slots=True)
class Due:
    """What is due for one month. `review` names the ground on which a person has to look at the award; None: nothing to look at."""

    month: Month
    amount_fen: int
    why: Why
    review: str | None = None


def dues(
    terms: AwardTerms,
    answers: Iterable[LawAnswer],
    through: Month,
    *,
    ground_of: GroundOf = lambda answer: CIRCUMSTANCE_ENDED,
) -> tuple[Due, ...]:
    """What is due for every month of the award up to `through`; `answers` holds the law's answer for each of them.

    `ground_of` says on which ground the law no longer says yes in a month. A KeyError: an answer is missing.
    """
    by_month = {answer.month: answer for answer in answers}
    return tuple(_due(terms, by_month[month], ground_of) for month in terms.months(through))


def _due(terms: AwardTerms, answer: LawAnswer, ground_of: GroundOf) -> Due:
    month = answer.month
    ground = None if answer.outcome is Outcome.YES else ground_of(answer)
    review = None if ground is None else ground.code
    if terms.suspended and any(month in stretch for stretch in terms.suspended):
        return Due(month, 0, Why.SUSPENDED, review)
    if ground is None:
        if answer.amount_fen is not None:
            return Due(month, answer.amount_fen, Why.LAW)
        return Due(month, _within(answer, terms.amount_fen), Why.AMOUNT_OPEN)
    if ground.hold_until_reviewed:
        return Due(month, 0, Why.HELD, review)
    return Due(month, terms.amount_fen, Why.AS_AWARDED, review)


def _within(answer: LawAnswer, amount_fen: int) -> int:
    """As awarded, no less than the law's floor and no more than its ceiling."""
    at_least = max(amount_fen, answer.floor_fen or 0)
    return at_least if answer.ceiling_fen is None else min(at_least, answer.ceiling_fen)
