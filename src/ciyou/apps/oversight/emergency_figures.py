"""Aid in emergencies as it may be told: by place and by month, small numbers withheld like every other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.audit.wall import walled
from ciyou.apps.crossing.emergency_figures import GIVEN, OPEN, REFUSED, CountedAid, counted_aid
from ciyou.apps.oversight.figures import NEXT_DIGITS
from ciyou.apps.oversight.refusals import check_may
from ciyou.apps.oversight.step_figures import MEDIAN, NINETIETH, percentile
from ciyou.apps.oversight.tallies import Tally, columns_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, significant_digits
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.core.awards.period import Period
from ciyou.core.indicators.suppression import Cell, Column
from ciyou.packs import load_limits

IN_TIME, LATE = "in_time", "late"
PlaceOf = Callable[[CountedAid], str]
NAMES = (GIVEN, IN_TIME, LATE, REFUSED, OPEN)


@dataclass(frozen=True)
class EmergencyFigures:
    """Columns `given`, `given_fen`, `in_time`, `late`, `refused` of the period, and `open` today; rows by place, and the period's months.

    `median`, `ninetieth`: calendar days from the registration to the money, None where too few were given in a month to tell.
    """

    places: tuple[tuple[str, str], ...]
    by_place: Mapping[str, Column]
    months: tuple[tuple[Month, Mapping[str, Cell]], ...]
    median: int | None
    ninetieth: int | None

    @property
    def is_empty(self) -> bool:
        return not self.places


def read_emergency_figures(actor: Actor, *, period: Period) -> EmergencyFigures:
    """The figures of the actor's area by the level below it. They name nobody; what is small is withheld with the money behind it."""
    check_may(actor, Action.SEE_FIGURES)
    scope, threshold = actor.scope, load_limits()["small_cell"].value
    digits = NEXT_DIGITS[len(significant_digits(scope.first))]
    first, last = period.first.first_day, period.last.last_day
    with walled(LOCAL_OPERATOR):
        found = counted_aid(scope, first=first, last=last, today=timezone.localdate())

    def place_of(one: CountedAid) -> str:
        return one.division[:digits].ljust(12, "0")

    rows = sorted({place_of(one) for one in found})
    names = division_names(rows, timezone.localdate())
    by_month: dict[Month, list[CountedAid]] = defaultdict(list)
    for one in found:
        if one.what != OPEN:
            by_month[Month.of(one.on)].append(one)
    median, ninetieth = _days(by_month, threshold)
    return EmergencyFigures(
        places=tuple((row, names.get(row, row)) for row in rows),
        by_place=_columns(found, place_of, rows, threshold),
        months=tuple((month, _totals(by_month[month], place_of, rows, threshold)) for month in sorted(by_month)),
        median=median,
        ninetieth=ninetieth,
    )


def _columns(found: Iterable[CountedAid], place_of: PlaceOf, rows: list[str], threshold: int) -> dict[str, Column]:
    tallies = {name: Tally() for name in NAMES}
    for one in found:
        month = Month.of(one.on) if one.what != OPEN else None
        tallies[one.what].add(month, place_of(one), 1, one.amount_fen)
        if one.what == GIVEN and one.late is not None:
            tallies[LATE if one.late else IN_TIME].add(month, place_of(one), 1)
    return columns_of(tallies, rows, parts=(IN_TIME, LATE), whole=GIVEN, threshold=threshold)


def _totals(found: Iterable[CountedAid], place_of: PlaceOf, rows: list[str], threshold: int) -> dict[str, Cell]:
    """Of one month what its own page would show as the totals."""
    return {name: column.total for name, column in _columns(found, place_of, rows, threshold).items()}


def _days(by_month: Mapping[Month, list[CountedAid]], threshold: int) -> tuple[int | None, int | None]:
    given = [[one.days for one in found if one.days is not None] for found in by_month.values()]
    if any(0 < len(days) < threshold for days in given):
        return None, None
    days = Counter(day for month in given for day in month)
    return percentile(days, MEDIAN), percentile(days, NINETIETH)
