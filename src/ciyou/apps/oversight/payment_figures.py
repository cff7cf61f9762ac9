"""What was paid, what was not and why, what was applied for, and how long it took: by place, entitlement and month, for a period."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.figures import Took, application_figures
from ciyou.apps.disbursement.figures import RunCard, RunFigures, figures_of, runs_between
from ciyou.apps.disbursement.policies import funding_of
from ciyou.apps.disbursement.run_sums import ALL, HELD, PAID, FirstPaid, PaidSum
from ciyou.apps.oversight.figures import NEXT_DIGITS
from ciyou.apps.oversight.refusals import check_may
from ciyou.apps.oversight.step_figures import (
    FIRST_PAYMENT,
    OUTCOMES,
    ApplicationTables,
    StepFigure,
    application_tables,
    step_figures,
    uncounted_steps,
)
from ciyou.apps.oversight.tallies import Tally, columns_of
from ciyou.apps.registry.scoping import never_counted
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope, significant_digits
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.core.awards.period import Period
from ciyou.core.indicators.suppression import Cell, Column
from ciyou.packs import load_limits

__all__ = ("FIRST_PAYMENT", "MEASURES", "OUTCOMES", "PARTS", "PaymentFigures", "read_payment_figures")

MEASURES = ("paid", "current", "arrears", "recovery", "on_its_way", "failed", "given_back", "held")
PARTS = ("current", "arrears", "recovery")
"""Of what was paid: the months themselves, what was owed from before, and what was taken back (below 0)."""

TREND = 12
"""How many months the table of months looks back."""


@dataclass(frozen=True)
class MonthRow:
    """One month of the area: children and fen by measure, as cells that may be withheld."""

    month: Month
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Funding:
    """Who bore how much of what was paid. `undivided_fen`: of entitlements whose shares no pack knows, or that are withheld."""

    shares: Mapping[str, int]
    undivided_fen: int


@dataclass(frozen=True)
class PaymentFigures:
    """The figures of one period and area. Columns are `<measure>` (children) and `<measure>_fen`; over several months children count
    once a month and series (`times`: more than one of them is in it).

    `series` are the codes of the monthly runs that there are to choose from.
    """

    period: Period
    series: str
    choices: tuple[str, ...]
    threshold: int
    times: bool
    places: tuple[tuple[str, str], ...]
    by_place: Mapping[str, Column]
    entitlements: tuple[str, ...]
    by_entitlement: Mapping[str, Column]
    reasons: tuple[str, ...]
    by_reason: Mapping[str, Column]
    funding: Funding | None
    months: tuple[MonthRow, ...]
    applications: ApplicationTables
    steps: tuple[StepFigure, ...]
    steps_by_place: Mapping[str, tuple[StepFigure, ...]]


def read_payment_figures(actor: Actor, *, period: Period | None, series: str = "") -> PaymentFigures:
    """The figures of the actor's area by the level below it. Protected files and class 5 are in no count; what is small is withheld.

    `period` None: the last month that left the house, this month where none did. Money is withheld with the count behind it. A sum over several months withholds what any one of them does.
    """
    check_may(actor, Action.SEE_FIGURES)
    scope = actor.scope
    digits = NEXT_DIGITS[len(significant_digits(scope.first))]
    threshold = load_limits()["small_cell"].value
    with walled(LOCAL_OPERATOR):
        without = never_counted()
        period, cards = _period_and_runs(scope, period)
        runs = figures_of(cards, scope, without=without)
        applied = application_figures(
            scope, first=period.first.first_day, last=period.last.last_day, digits=digits, without=without
        )
    wanted = [run for run in runs if not series or run.card.series == series]
    inside = [run for run in wanted if Month.of(run.card.month) >= period.first]
    places = _Places(digits)
    by_place = _tallies(inside, lambda one: places.of(one.division), codes=False)
    by_code = _tallies(inside, lambda one: one.code, codes=True)
    rows = sorted({*_rows(by_place), *(one.place for one in applied.happened), *(one.place for one in applied.took)})
    entitlements = sorted(_rows({name: tally for name, tally in by_code.items() if name != HELD}))
    told = columns_of(by_place, rows, parts=PARTS, whole=PAID, threshold=threshold)
    told_by_code = columns_of(by_code, entitlements, parts=PARTS, whole=PAID, threshold=threshold)
    held = by_code[HELD]
    reasons = sorted(_rows({HELD: held}))
    names = division_names([*rows, scope.first], timezone.localdate())  # the area's own name is asked for next
    first = _first_payments(inside, places)
    tables = application_tables(applied.happened, rows, threshold=threshold)
    return PaymentFigures(
        period=period,
        series=series,
        choices=tuple(sorted({run.card.series for run in runs if run.sums.sums})),
        threshold=threshold,
        times=len({(run.card.month, run.card.series) for run in inside}) > 1,
        places=tuple((row, names.get(row, row)) for row in rows),
        by_place=told,
        entitlements=tuple(entitlements),
        by_entitlement=told_by_code,
        reasons=tuple(reasons),
        by_reason=columns_of({HELD: held}, reasons, threshold=threshold),
        funding=_funding(inside, entitlements, told_by_code),
        months=_months(wanted, rows, period, threshold, digits),
        applications=tables,
        steps=step_figures([*applied.took, *first], threshold=threshold, uncounted=uncounted_steps(tables)),
        steps_by_place=_steps_by_place([*applied.took, *first], rows, threshold),
    )


def _period_and_runs(scope: DivisionScope, period: Period | None) -> tuple[Period, list[RunCard]]:
    """The period that is asked about, or the latest there is, and its runs with those of the months that are shown before it."""
    today = Month.of(timezone.localdate())
    first = today.plus(-2 * TREND) if period is None else min(period.first, period.last.plus(1 - TREND))
    last = today.plus(1) if period is None else period.last
    cards = runs_between(scope, first=first.first_day, last=last.first_day)
    if period is None:
        period = Period.of_month(Month.of(cards[-1].month) if cards else today)
    shown_from = min(period.first, period.last.plus(1 - TREND)).first_day
    return period, [card for card in cards if card.month >= shown_from]


@dataclass(frozen=True)
class _Places:
    """The places of a level: a division belongs to the one whose digits it begins with."""

    digits: int

    def of(self, division: str) -> str:
        return division[: self.digits].ljust(12, "0")


def _rows(tallies: Mapping[str, Tally]) -> set[str]:
    return {row for tally in tallies.values() for counts in tally.counts.values() for row in counts}


def _tallies(runs: Iterable[RunFigures], row_of, *, codes: bool) -> dict[str, Tally]:
    """By measure. `codes`: by entitlement (of what is held, by reason); else all of a child's together."""
    found = {name: Tally() for name in MEASURES}
    for run in runs:
        stratum = (run.card.month, run.card.series)
        for one in run.sums.sums:
            if (one.code != ALL) is codes:
                _add(found, stratum, row_of(one), one)
    return found


def _add(found: Mapping[str, Tally], stratum: tuple[dt.date, str], row: str, one: PaidSum) -> None:
    found[one.what].add(stratum, row, one.children, one.fen)
    if one.what == PAID:
        for name, (children, fen) in zip(PARTS, (one.current, one.arrears, one.recovery), strict=True):
            found[name].add(stratum, row, children, fen)


def _months(
    runs: Sequence[RunFigures], rows: Sequence[str], period: Period, threshold: int, digits: int
) -> tuple[MonthRow, ...]:
    """The last months up to the period's end: of each the totals that its own page would show."""
    by_month: dict[Month, list[RunFigures]] = defaultdict(list)
    for run in runs:
        by_month[Month.of(run.card.month)].append(run)
    places = _Places(digits)
    found = []
    for month in sorted(by_month)[-max(TREND, len(period.months)) :]:
        tallies = _tallies(by_month[month], lambda one: places.of(one.division), codes=False)
        here = sorted({*rows, *_rows(tallies)})
        columns = columns_of(tallies, here, parts=PARTS, whole=PAID, threshold=threshold)
        found.append(MonthRow(month, {name: column.total for name, column in columns.items()}))
    return tuple(found)


def _funding(runs: Sequence[RunFigures], entitlements: Sequence[str], told: Mapping[str, Column]) -> Funding | None:
    """Shares of what the table of entitlements shows, and of nothing else: they give away no sum that it withholds.

    Where the counties of an area share the cost differently, or a pack does not say, an entitlement stays undivided.
    """
    total = told["paid_fen"].total.count
    if not total:
        return None
    counties = {run.card.county for run in runs}
    shares: Counter[str] = Counter()
    for code in entitlements:
        fen = told["paid_fen"].cells[code].count
        keys = {tuple((funding_of(code, county) or {}).items()) for county in counties}
        if fen and len(keys) == 1 and (percents := next(iter(keys))):
            shares.update(_divided(fen, percents))
    return Funding(dict(shares), total - sum(shares.values()))


def _divided(fen: int, percents: Sequence[tuple[str, int]]) -> dict[str, int]:
    """To the fen: the last bears what rounding leaves."""
    found = {source: fen * percent // 100 for source, percent in percents[:-1]}
    return {**found, percents[-1][0]: fen - sum(found.values())}


def _first_payments(runs: Iterable[RunFigures], places: _Places) -> list[Took]:
    """First payments as a step: from the decision to the day on which the money arrived. No clock of law runs for it."""
    return [_first_payment(one, run, places) for run in runs for one in run.sums.first]


def _first_payment(one: FirstPaid, run: RunFigures, places: _Places) -> Took:
    return Took(FIRST_PAYMENT, "", places.of(one.division), run.card.month, one.working_days, None, None, one.children)


def _steps_by_place(took, rows: Sequence[str], threshold: int) -> dict[str, tuple[StepFigure, ...]]:
    found = defaultdict(list)
    for one in took:
        found[one.place].append(one)
    return {row: step_figures(found[row], threshold=threshold, by_clock=False) for row in rows}
