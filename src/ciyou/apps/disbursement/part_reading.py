"""Everything that the next children of a run are computed from, read in a few queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from ciyou.apps.awards.run_source import RunAward, run_awards
from ciyou.apps.disbursement.deriving import Deriver, Owed, kept_schedules
from ciyou.apps.disbursement.models import MonthRun, Recovery, RunState
from ciyou.apps.disbursement.months import month_of
from ciyou.apps.disbursement.payee_snapshots import Payee, open_snapshot_of, standing_payees
from ciyou.apps.disbursement.planning import Settled
from ciyou.apps.disbursement.storing import Row, hexed, rows_of
from ciyou.apps.entitlements.stored_statements import current_between
from ciyou.apps.registry.hex_ids import HexId
from ciyou.apps.registry.paying import Account, Standing, accounts, standings
from ciyou.core.awards.balance import RecoveryPlan

Stamp = tuple[int, ...]
"""By which one sees that nothing was paid, taken back or waived for some children since: number and sums of their claims.

The sums are also weighted by claim, so that what is taken from one child does not hide what another got.
"""
_STAMP = (
    "COUNT(*), SUM(claim.paid_fen), SUM(claim.waived_fen), "
    "SUM(claim.paid_fen * (claim.id %% 65521)), SUM(claim.waived_fen * (claim.id %% 65521))"
)
_CLAIMS_BETWEEN = (
    "FROM disbursement_paidmonth claim JOIN awards_award award ON award.id = claim.award_id "
    "WHERE award.person_id > %s AND award.person_id <= %s AND award.series = %s"
)


@dataclass
class PartRead:
    """What a part of the children is computed from. `owed` with why it had to be derived now; `before`: the month before.

    `settled` is what `settled_months` reads: awards with the same months share one text, and what follows from it.
    """

    awards: list[RunAward]
    owed: dict[HexId, tuple[Owed, str]]
    written: list[Row]
    settled: dict[HexId, str]
    stamp: Stamp
    before: dict[HexId, int]
    standings: dict[HexId, Standing]
    accounts: dict[HexId, Account]
    collective: dict[HexId, Payee]
    recoveries: dict[HexId, RecoveryPlan]


def read_part(run: MonthRun, deriver: Deriver, *, after: HexId | None, last: HexId) -> PartRead:
    """The children behind `after` up to `last`."""
    awards = run_awards(county=run.county, series=run.series, after=after, last=last)
    ids, people = {award.id for award in awards}, {award.person_id for award in awards}
    kept = kept_schedules(series=run.series, after=after, last=last)
    owed, written = deriver.derive(awards, current_between(after=after, last=last), kept)
    settled, stamp = _settled(run.series, after, last)
    return PartRead(
        awards=awards,
        owed=owed,
        written=written,
        settled=settled,
        stamp=stamp,
        before=_before(run, after, last, ids),
        standings=standings(after=after, last=last, person_ids=people),
        accounts=accounts(after=after, last=last, person_ids=people),
        collective=_collective(run.county, after, last),
        recoveries=_recoveries(after, last),
    )


def _settled(series: str, after: HexId | None, last: HexId) -> tuple[dict[HexId, str], Stamp]:
    """By award what was paid and waived of its months, as one text; and the stamp of these claims.

    To read a row for each month of each child would take a third of the time of an ordinary month (measured).
    """
    said = "CAST(claim.month AS text) || ':' || CAST(claim.paid_fen AS text) || ':' || CAST(claim.waived_fen AS text)"
    # SQLite reads them by award and month anyway, and orders within an aggregate only in newer versions.
    joined = (
        "string_agg({}, ' ' ORDER BY claim.month)" if connection.vendor == "postgresql" else "group_concat({}, ' ')"
    )
    rows = rows_of(
        f"SELECT claim.award_id, {joined.format(said)}, {_STAMP} {_CLAIMS_BETWEEN} GROUP BY claim.award_id",
        [hexed(after), hexed(last), series],
    )
    sums = [sum(map(int, column)) for column in zip(*(row[2:] for row in rows), strict=True)]
    return {hexed(row[0]): str(row[1]) for row in rows}, tuple(sums or [0] * 5)


@lru_cache(maxsize=50_000)
def settled_months(text: str) -> Settled:
    """Paid and waived fen by the month's first day, of what `PartRead.settled` says of an award."""
    months = (part.split(":") for part in text.split())
    return {day: (int(paid), int(waived)) for day, paid, waived in months}


def claims_stamp(series: str, *, after: HexId | None, last: HexId) -> Stamp:
    """The stamp of the claims of the children behind `after` up to `last`, as it is now."""
    ((count, *sums),) = rows_of(f"SELECT {_STAMP} {_CLAIMS_BETWEEN}", [hexed(after), hexed(last), series])
    return int(count), *(int(one or 0) for one in sums)


def _before(run: MonthRun, after: HexId | None, last: HexId, ids: Iterable[HexId]) -> dict[HexId, int]:
    """What each award got for its own month in the last run that left the house."""
    previous = previous_run(run)
    if previous is None:
        return {}
    rows = rows_of(
        "SELECT claim.award_id, line.amount_fen FROM disbursement_paymentline line "
        "JOIN disbursement_payment payment ON payment.id = line.payment_id "
        "JOIN disbursement_paidmonth claim ON claim.id = line.claim_id "
        "WHERE payment.run_id = %s AND payment.person_id > %s AND payment.person_id <= %s "
        "AND payment.state NOT IN ('withheld', 'returned') AND line.kind = 'current'",
        [hexed(previous.id), hexed(after), hexed(last)],
    )
    wanted = set(ids)
    return {key: amount for award, amount in rows if (key := hexed(award)) in wanted}


def previous_run(run: MonthRun) -> MonthRun | None:
    """The last run of the same series before this month that left the house."""
    rows = MonthRun.objects.filter(county=run.county, series=run.series, month__lt=run.month)
    return rows.filter(state__in=(RunState.CLOSED, RunState.SETTLED, RunState.HANDED)).order_by("-month").first()


def _collective(county: str, after: HexId | None, last: HexId) -> dict[HexId, Payee]:
    rows = _between(standing_payees(county), "person_id", after, last)
    return {row.person_id.hex: open_snapshot_of(row) for row in rows.select_related("account")}


def _recoveries(after: HexId | None, last: HexId) -> dict[HexId, RecoveryPlan]:
    rows = _between(Recovery.objects.filter(kind="plan", result="approved"), "award__person_id", after, last)
    return {row.award_id.hex: RecoveryPlan(month_of(row.first_month), row.most_fen, row.most_percent) for row in rows}


def _between(rows, column: str, after: HexId | None, last: HexId):
    rows = rows.filter(**{f"{column}__lte": last})
    return rows if after is None else rows.filter(**{f"{column}__gt": after})
