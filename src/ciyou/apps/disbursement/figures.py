"""What figures ask of the months: each run's sums, added up once and kept, cut to the area that is asked about."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.models import KeptSums, MonthRun, RunState
from ciyou.apps.disbursement.run_sums import FirstPaid, PaidSum, RunSums, add_up, marks, not_among
from ciyou.apps.disbursement.storing import Row, as_uuid, hexed, rows_of
from ciyou.apps.registry.scoping import never_counted
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.awards.month import Month

LEFT = (RunState.APPROVED, RunState.HANDED, RunState.SETTLED, RunState.CLOSED)
"""Runs that count: three people stand behind them."""

_MOST_IN_MEMORY = 2000
_KEPT_MONTHS = 26
"""How many months back the worker keeps sums; older ones are added up when somebody asks."""


@dataclass(frozen=True, slots=True)
class RunCard:
    """A run that left the drafter's desk; its version and state say whether anything has moved."""

    id: uuid.UUID
    county: str
    series: str
    month: dt.date
    state: str
    version: int


@dataclass(frozen=True, slots=True)
class RunFigures:
    """One run with its sums, cut to the area that was asked for."""

    card: RunCard
    sums: RunSums


def runs_between(scope: DivisionScope, *, first: dt.date, last: dt.date) -> tuple[RunCard, ...]:
    """The runs of an area, by month: of its counties, and of the county that it lies in. To be called behind the machine's wall."""
    # A township's own county pays its children.
    counties = DivisionScope.below(scope.first[:6]) if scope.first[6:].strip("0") else scope
    rows = MonthRun.objects.filter(county__gte=counties.first, county__lt=counties.end, state__in=LEFT)
    rows = rows.filter(month__gte=first, month__lte=last).order_by("month", "county", "series")
    return tuple(RunCard(*row) for row in rows.values_list("id", "county", "series", "month", "state", "version"))


def figures_of(
    runs: Sequence[RunCard], scope: DivisionScope, *, without: Sequence[uuid.UUID]
) -> tuple[RunFigures, ...]:
    """The sums of runs, cut to an area. `without`: persons who are never counted.

    Awards of class 5 are not counted either. To be called behind the machine's wall. What was added up before is taken from memory
    or from the table, as long as it rests on the same version, payments by state and protected payees.
    """
    bases = _bases(runs, without)
    memory = _in_memory()
    asked = [run.id for run in runs if bases[run.id] not in memory]
    if asked:
        if len(memory) > _MOST_IN_MEMORY:
            memory.clear()
        found = _kept(asked, bases)
        left = [run_id for run_id in asked if run_id not in found]
        found |= add_up(left, without) if left else {}
        memory |= {bases[run_id]: sums for run_id, sums in found.items()}
    return tuple(RunFigures(run, _cut(memory[bases[run.id]], scope)) for run in runs)


@lru_cache(maxsize=1)
def _in_memory() -> dict[str, RunSums]:
    """Sums in the memory of this process, by what they rest on."""
    return {}


def _kept(runs: Sequence[uuid.UUID], bases: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, RunSums]:
    """What the table holds of these runs, if it still rests on the same."""
    rows = KeptSums.objects.filter(run__in=runs, basis__in=[bases[run] for run in runs])
    return {run: _opened(content) for run, content in rows.values_list("run_id", "content")}


def keep_sums(*, today: dt.date | None = None) -> int:
    """Add up the runs of the last two years that changed since, and keep that in the table: a job of the worker. How many."""
    last = Month.of(today or timezone.localdate()).plus(1)
    with walled(LOCAL_OPERATOR):
        without = never_counted()
        first = last.plus(-_KEPT_MONTHS).first_day
        runs = runs_between(DivisionScope.below(""), first=first, last=last.first_day)
        bases = _bases(runs, without)
        fresh = set(KeptSums.objects.filter(run__in=[run.id for run in runs]).values_list("run_id", "basis"))
    stale = [run.id for run in runs if (run.id, bases[run.id]) not in fresh]
    for run_id in stale:
        with walled(LOCAL_OPERATOR):
            sums = add_up([run_id], without)[run_id]
            told = {"basis": bases[run_id], "content": _written(sums), "kept_at": timezone.now()}
            KeptSums.objects.update_or_create(run_id=run_id, defaults=told)
    return len(stale)


def _written(sums: RunSums) -> dict[str, list[list[object]]]:
    """As JSON: each sum and each first payment as a list of its values."""
    return {
        "sums": [
            [one.division, one.what, one.code, one.collective, one.children, *one.current, *one.arrears, *one.recovery]
            for one in sums.sums
        ],
        "first": [
            [one.division, one.entitlement, one.decided_on.isoformat(), one.paid_on.isoformat(), one.children]
            for one in sums.first
        ],
    }


def _opened(content: Mapping[str, list]) -> RunSums:
    sums = tuple(
        PaidSum(division, what, code, collective, children, (a, b), (c, d), (e, f))
        for division, what, code, collective, children, a, b, c, d, e, f in content["sums"]
    )
    first = tuple(
        FirstPaid(division, entitlement, dt.date.fromisoformat(decided), dt.date.fromisoformat(paid), children)
        for division, entitlement, decided, paid, children in content["first"]
    )
    return RunSums(sums, first)


def _bases(runs: Sequence[RunCard], without: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """By run what its sums rest on. Payments only ever move forward, so that their number by state says whether any has moved."""
    said: dict[uuid.UUID, list[str]] = defaultdict(list)
    for run_id, what, count in _standing(runs, without):
        said[as_uuid(run_id)].append(f"{what} {count}")
    return {
        run.id: hashlib.sha256(f"{run.id.hex} {run.version} {sorted(said[run.id])}".encode()).hexdigest()
        for run in runs
    }


def _standing(runs: Sequence[RunCard], without: Sequence[uuid.UUID]) -> list[Row]:
    """In one question: of runs that are not closed how many payments there are by state, and of all of them who is never counted."""
    moving = [hexed(run.id) for run in runs if run.state != RunState.CLOSED]
    these, nobody = [hexed(run.id) for run in runs], [hexed(one) for one in without]
    parts, values = [], []
    if moving:
        parts.append(
            f"SELECT run_id, state, COUNT(*) FROM disbursement_payment WHERE run_id IN ({marks(moving)}) GROUP BY run_id, state"
        )
        values += moving
    for table in ("disbursement_payment", "disbursement_hold") if these and nobody else ():
        parts.append(
            f"SELECT DISTINCT run_id, CAST(person_id AS text), 0 FROM {table} "
            f"WHERE run_id IN ({marks(these)}) AND person_id IN ({marks(nobody)})"
        )
        values += [*these, *nobody]
    return rows_of(" UNION ALL ".join(parts), values) if parts else []


def _cut(found: RunSums, scope: DivisionScope) -> RunSums:
    return RunSums(
        tuple(one for one in found.sums if scope.holds(one.division)),
        tuple(one for one in found.first if scope.holds(one.division)),
    )


def new_and_ended(runs: Iterable[uuid.UUID], *, without: Sequence[uuid.UUID]) -> Mapping[tuple[str, str], int]:
    """By entitlement and kind (new | ended) how many awards the lists of changes of these runs name."""
    these, nobody = [hexed(run) for run in runs], [hexed(one) for one in without]
    if not these:
        return {}
    statement = f"""
        SELECT award.entitlement, change.kind, COUNT(DISTINCT change.award_id)
        FROM disbursement_monthchange change JOIN awards_award award ON award.id = change.award_id
        WHERE change.run_id IN ({marks(these)}) AND change.kind IN ('new', 'ended')
            AND award.sensitivity < {RESTRICTED} AND {not_among("change.person_id", nobody)}
        GROUP BY award.entitlement, change.kind
    """
    rows = rows_of(statement, [*these, *nobody])
    return {(str(entitlement), str(kind)): int(str(count)) for entitlement, kind, count in rows}
