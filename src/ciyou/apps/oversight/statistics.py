"""The official monthly and quarterly statistics of a county, filled in as far as this system knows the numbers.

Nothing is withheld here: these are the county's own totals, for those of the county who see every payment by name anyway, and nothing
is told below the county (docs/how-to/read-the-figures.md). Protected files and class 5 are in no number here either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.accounts.selectors import count_holders
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.figures import (
    APPROVED,
    RECEIVED,
    REFUSED,
    ApplicationFigures,
    application_figures,
    running_awards,
)
from ciyou.apps.disbursement.figures import RunFigures, figures_of, new_and_ended, runs_between
from ciyou.apps.disbursement.run_sums import ALL, ON_ITS_WAY, PAID, PaidSum
from ciyou.apps.disbursement.runs import county_of
from ciyou.apps.oversight.refusals import check_may
from ciyou.apps.registry.scoping import never_counted
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.core.awards.period import Period, PeriodKind
from ciyou.packs import load_report_forms, parameters_for
from ciyou.packs.report_forms import MONEY, ROLES_COUNTED, ReportForm, ReportItem

COUNTY_DIGITS = 6
_CHANGES, _RUNNING = frozenset({"awards_new", "awards_ended"}), "awards_running"


@dataclass(frozen=True)
class FilledItem:
    """One item with its value: a count, or fen where `money`. `value` None: not known here."""

    item: ReportItem
    value: int | None
    money: bool


@dataclass(frozen=True)
class FilledForm:
    """A form of a county for a period. `under_way`: children whose money has left and not arrived yet; they are in no item.

    `complete`: the last month of the period was paid. Before that nobody can be counted as paid in it.
    """

    form: ReportForm
    county: str
    period: Period
    items: tuple[FilledItem, ...]
    under_way: int
    complete: bool

    @property
    def filled(self) -> int:
        return sum(one.value is not None for one in self.items)


def forms_of(actor: Actor) -> tuple[ReportForm, ...]:
    """The forms that the actor's county hands in; raises RecordError for a post that is not a county's."""
    check_may(actor, Action.SEE_PAYMENTS)
    return tuple(load_report_forms(division=county_of(actor)).values())


def last_complete(form: ReportForm, today: Month) -> Period:
    """The last period of a form that is over."""
    running = period_for(form, today)
    return period_for(form, running.first.plus(-1))


def period_for(form: ReportForm, month: Month) -> Period:
    """The period of a form in which a month lies."""
    made = {
        PeriodKind.MONTH: Period.of_month,
        PeriodKind.QUARTER: Period.of_quarter,
        PeriodKind.YEAR: Period.of_year,
    }
    return made[form.period](month)


def fill_form(actor: Actor, *, form: ReportForm, period: Period) -> FilledForm:
    """Every item that can be computed for the actor's own county, and plainly those that cannot. Raises RecordError elsewhere."""
    check_may(actor, Action.SEE_PAYMENTS)
    county = county_of(actor)
    known = _gather(county, period, {item.figure for item in form.items})
    items = tuple(FilledItem(item, _value(item, known), item.figure in MONEY) for item in form.items)
    return FilledForm(form, county, period, items, _children(known.last_month, ON_ITS_WAY), bool(known.last_month))


@dataclass(frozen=True)
class _Known:
    """Everything that items are filled from."""

    county: str
    period: Period
    runs: tuple[RunFigures, ...]
    applied: ApplicationFigures
    changed: Mapping[tuple[str, str], int]
    running: Mapping[str, int]
    posts: Mapping[str, int]

    @property
    def last_month(self) -> list[RunFigures]:
        return [run for run in self.runs if Month.of(run.card.month) == self.period.last]


def _gather(county: str, period: Period, figures: Collection[str]) -> _Known:
    """What the items of a form need; what none of them asks for is not counted."""
    scope, first, last = DivisionScope.of(county), period.first.first_day, period.last.last_day
    with walled(LOCAL_OPERATOR):
        without = never_counted()
        runs = figures_of(runs_between(scope, first=first, last=last), scope, without=without)
        return _Known(
            county,
            period,
            runs,
            application_figures(scope, first=first, last=last, digits=COUNTY_DIGITS, without=without),
            new_and_ended([run.card.id for run in runs], without=without) if _CHANGES & set(figures) else {},
            running_awards(scope, on=last, without=without) if _RUNNING in figures else {},
            count_holders(scope, roles=ROLES_COUNTED, on=timezone.localdate()),
        )


def _value(item: ReportItem, known: _Known) -> int | None:
    if item.figure in ("fen_paid", "fen_arrears", "fen_recovered", "children_paid"):
        return _of_payments(item, known)
    if item.figure.startswith("applications_"):
        return _of_applications(item, known.applied)
    if item.figure in _CHANGES:
        kind = item.figure.removeprefix("awards_")
        return sum(count for (code, what), count in known.changed.items() if what == kind and _counts(item, code))
    if item.figure == _RUNNING:
        return sum(count for code, count in known.running.items() if _counts(item, code))
    if item.figure == "standard":
        return _standard(item.parameter, known.county, known.period.last.last_day)
    if item.figure == "posts":
        return known.posts.get(item.role, 0)
    return None


def _counts(item: ReportItem, code: str) -> bool:
    return not item.entitlements or code in item.entitlements


def _of_payments(item: ReportItem, known: _Known) -> int | None:
    """Persons of the last month (None before it was paid), money of the whole period. A child of two entitlements counts in both."""
    if item.figure == "children_paid" and not known.last_month:
        return None
    runs = known.last_month if item.figure == "children_paid" else known.runs
    rows = [one for one in _paid(runs) if _lives(item, one) and _is_of(item, one)]
    if item.figure == "children_paid":
        return sum(one.children for one in rows)
    if item.figure == "fen_paid":
        return sum(one.fen for one in rows)
    return (
        sum(one.arrears[1] for one in rows) if item.figure == "fen_arrears" else -sum(one.recovery[1] for one in rows)
    )


def _paid(runs: Iterable[RunFigures]) -> list[PaidSum]:
    return [one for run in runs for one in run.sums.sums if one.what == PAID]


def _is_of(item: ReportItem, one: PaidSum) -> bool:
    return one.code in item.entitlements if item.entitlements else one.code == ALL


def _lives(item: ReportItem, one: PaidSum) -> bool:
    return item.living == "any" or one.collective is (item.living == "institution")


def _children(runs: Sequence[RunFigures], what: str) -> int:
    return sum(one.children for run in runs for one in run.sums.sums if one.what == what and one.code == ALL)


_HAPPENED = {
    "applications_received": RECEIVED,
    "applications_approved": APPROVED,
    "applications_refused": REFUSED,
}


def _of_applications(item: ReportItem, applied: ApplicationFigures) -> int:
    wanted = _HAPPENED[item.figure]
    return sum(one.count for one in applied.happened if one.what == wanted and _counts(item, one.entitlement))


def _standard(parameter: str, county: str, day: dt.date) -> int | None:
    """The county's standard on the last day, in fen; None where no source decides it."""
    value = parameters_for(division=county, as_of=day)[parameter].value
    return value if isinstance(value, int) and not isinstance(value, bool) else None
