"""What a run paid, added up in the database by place, entitlement and state: counts and sums, never a person."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ciyou.apps.disbursement.storing import Row, as_uuid, hexed, rows_of
from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs.calendar import load_working_calendar

PAID, ON_ITS_WAY, FAILED, GIVEN_BACK, HELD = "paid", "on_its_way", "failed", "given_back", "held"
_FIRST = "first"
_WHAT = {"paid": PAID, "planned": ON_ITS_WAY, "sent": ON_ITS_WAY, "failed": FAILED, "returned": GIVEN_BACK}
ALL = ""
"""In place of an entitlement (or a reason): all of a child's together, so that it counts once in a run."""


@dataclass(frozen=True, slots=True)
class PaidSum:
    """What one run paid (or did not) in one place. `what` paid | on_its_way | failed | given_back | held.

    `code` is an entitlement, of what is held the reason, or ALL. `collective`: into the account of an institution. `current`, `arrears`
    and `recovery` are children and fen of these kinds of lines; recovered fen are below 0. A payment that was sent again stands once,
    as what became of it.
    """

    division: str
    what: str
    code: str
    collective: bool
    children: int
    current: tuple[int, int]
    arrears: tuple[int, int]
    recovery: tuple[int, int]

    @property
    def fen(self) -> int:
        return self.current[1] + self.arrears[1] + self.recovery[1]


@dataclass(frozen=True, slots=True)
class FirstPaid:
    """How many awards of an entitlement and a place were decided on one day and paid for the first time on another."""

    division: str
    entitlement: str
    decided_on: dt.date
    paid_on: dt.date
    children: int

    @property
    def working_days(self) -> int:
        """From the day after the decision until the money arrived."""
        return load_working_calendar().working_days_after(self.decided_on, self.paid_on)


@dataclass(frozen=True, slots=True)
class RunSums:
    """Everything that figures say of one run."""

    sums: tuple[PaidSum, ...]
    first: tuple[FirstPaid, ...]


def add_up(runs: Sequence[uuid.UUID], without: Sequence[uuid.UUID]) -> dict[uuid.UUID, RunSums]:
    """The sums of these runs, in one question. `without`: persons who are never counted; class 5 is not counted either."""
    sums: dict[uuid.UUID, list[PaidSum]] = defaultdict(list)
    first: dict[uuid.UUID, list[FirstPaid]] = defaultdict(list)
    for run_id, division, what, code, collective, children, *numbers in _sum_rows(runs, without):
        if what == _FIRST:
            entitlement, decided, paid = str(code).split("|")
            first[as_uuid(run_id)].append(
                FirstPaid(str(division), entitlement, _day(decided), _day(paid), int(children))
            )
            continue
        fen = [int(number or 0) for number in numbers]
        kinds = zip(fen[::2], fen[1::2], strict=True)
        place, state = str(division), _WHAT.get(str(what), HELD)
        sums[as_uuid(run_id)].append(PaidSum(place, state, str(code), bool(collective), int(children), *kinds))
    return {run: RunSums(tuple(_merged(sums[run])), tuple(first[run])) for run in runs}


def _merged(rows: Iterable[PaidSum]) -> list[PaidSum]:
    """Planned and sent payments as one."""
    found: dict[tuple[str, str, str, bool], PaidSum] = {}
    for row in rows:
        key = (row.division, row.what, row.code, row.collective)
        before = found.get(key)
        if before is not None:
            row = PaidSum(  # noqa: PLW2901  # the sum of both
                *key,
                before.children + row.children,
                _plus(before.current, row.current),
                _plus(before.arrears, row.arrears),
                _plus(before.recovery, row.recovery),
            )
        found[key] = row
    return list(found.values())


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def marks(values: Sequence[object]) -> str:
    """Places for values; for none of them one that nothing equals."""
    return ", ".join(["%s"] * len(values)) or "NULL"


def not_among(column: str, values: Sequence[object]) -> str:
    return f"{column} NOT IN ({marks(values)})" if values else "1 = 1"


_KINDS = ("current", "arrears", "recovery")


def _sum_rows(runs: Sequence[uuid.UUID], without: Sequence[uuid.UUID]) -> list[Row]:
    """By run, place, state and entitlement (and for all of them together), and what is held by reason (and for all).

    The lines of a payment that was sent again stay with the first: `last` finds what became of it.
    """
    these, nobody = [hexed(run) for run in runs], [hexed(one) for one in without]
    by_kind = ", ".join(
        f"SUM(CASE WHEN line.kind = '{kind}' THEN line.amount_fen ELSE 0 END) AS {kind}" for kind in _KINDS
    )
    told = ", ".join(f"SUM(CASE WHEN {kind} <> 0 THEN 1 ELSE 0 END), SUM({kind})" for kind in _KINDS)
    together = ", ".join(f"SUM({kind}) AS {kind}" for kind in _KINDS)
    held = "COUNT(DISTINCT person_id), 0, SUM(amount_fen), 0, 0, 0, 0"
    statement = f"""
        WITH RECURSIVE last(root, id, state) AS (
            SELECT id, id, state FROM disbursement_payment
            WHERE run_id IN ({marks(these)}) AND state = 'reissued' AND reissue_of_id IS NULL
            UNION ALL
            SELECT last.root, later.id, later.state FROM disbursement_payment later JOIN last ON later.reissue_of_id = last.id
        ),
        part AS (
            SELECT line.payment_id AS id, claim.entitlement, {by_kind}
            FROM disbursement_payment paid
            JOIN disbursement_paymentline line ON line.payment_id = paid.id
            JOIN disbursement_paidmonth claim ON claim.id = line.claim_id
            JOIN awards_award award ON award.id = claim.award_id
            WHERE paid.run_id IN ({marks(these)}) AND paid.reissue_of_id IS NULL AND paid.state <> 'withheld'
                AND award.sensitivity < {RESTRICTED} AND {not_among("paid.person_id", nobody)}
            GROUP BY line.payment_id, claim.entitlement
        ),
        whole AS (SELECT id, '' AS entitlement, {together} FROM part GROUP BY id),
        held AS (
            SELECT hold.run_id, award.division, hold.reason, hold.person_id, hold.amount_fen FROM disbursement_hold hold
            JOIN awards_award award ON award.id = hold.award_id
            WHERE hold.run_id IN ({marks(these)}) AND award.sensitivity < {RESTRICTED}
                AND {not_among("hold.person_id", nobody)}
        )
        {_by_place("part", told)}
        UNION ALL
        {_by_place("whole", told)}
        UNION ALL
        SELECT run_id, division, 'held', reason, {_FALSE}, {held} FROM held GROUP BY run_id, division, reason
        UNION ALL
        SELECT run_id, division, 'held', '', {_FALSE}, {held} FROM held GROUP BY run_id, division
        UNION ALL
        {_first_paid(these, nobody)}
    """
    return rows_of(statement, [*these, *these, *nobody, *these, *nobody, *these, *nobody])


_FALSE = "(1 = 0)"


def _by_place(part: str, told: str) -> str:
    """Parts of payments, grouped by where they were paid and by what became of them."""
    state, collective = "COALESCE(last.state, paid.state)", "COALESCE(resent.collective, paid.collective)"
    return f"""
        SELECT paid.run_id, paid.division, {state}, {part}.entitlement, {collective}, COUNT(*), {told}
        FROM {part}
        JOIN disbursement_payment paid ON paid.id = {part}.id
        LEFT JOIN last ON last.root = paid.id AND last.state <> 'reissued'
        LEFT JOIN disbursement_payment resent ON resent.id = last.id
        GROUP BY paid.run_id, paid.division, {state}, {part}.entitlement, {collective}
    """


def _first_paid(these: Sequence[str], nobody: Sequence[str]) -> str:
    """Awards that are new in a run's list of changes, and whose money arrived: entitlement, decided when, arrived when."""
    days = "award.entitlement || '|' || CAST(award.awarded_on AS text) || '|' || CAST(arrived.settled_on AS text)"
    return f"""
        SELECT change.run_id, award.division, '{_FIRST}', {days}, {_FALSE}, COUNT(*), 0, 0, 0, 0, 0, 0
        FROM disbursement_monthchange change
        JOIN awards_award award ON award.id = change.award_id
        JOIN disbursement_payment arrived
            ON arrived.run_id = change.run_id AND arrived.person_id = change.person_id AND arrived.state = 'paid'
        WHERE change.run_id IN ({marks(these)}) AND change.kind = 'new' AND arrived.settled_on IS NOT NULL
            AND award.sensitivity < {RESTRICTED} AND {not_among("change.person_id", nobody)}
        GROUP BY change.run_id, award.division, award.entitlement, award.awarded_on, arrived.settled_on
    """


def _day(value: object) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])
