"""What became of applications and how long their steps took, by place and month: counts only, for figures; no person leaves this module."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.db import connection
from django.utils import timezone

from ciyou.apps.awards.models import OPEN_STATES
from ciyou.apps.awards.paying import paying_rules
from ciyou.apps.awards.steps import CHECK, DECIDE, TELL
from ciyou.apps.cases.planning import plan_task
from ciyou.core.access.actor import DivisionScope
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.awards.month import Month, months_from
from ciyou.core.errors import CiyouError
from ciyou.packs import load_clocks
from ciyou.packs.calendar import load_working_calendar

RECEIVED, APPROVED, REFUSED, WITHDRAWN, IN_COURSE = "received", "approved", "refused", "withdrawn", "in_course"
WHOLE = "whole"
STEPS = (CHECK, DECIDE, TELL, WHOLE)
"""The steps whose days are counted: the township's check, the county's decision, telling the applicant, and the whole way."""

TOWNSHIP_AGAINST, COUNTY_AGAINST = "township_against", "county_against"
"""Who found against a refused application first. The reasons themselves are words, and encrypted: nobody counts those."""


@dataclass(frozen=True, slots=True)
class Happened:
    """How many applications of a place and entitlement were received, approved, … in a month; `ground` only of refusals."""

    what: str
    place: str
    entitlement: str
    month: dt.date
    ground: str
    count: int


@dataclass(frozen=True, slots=True)
class Took:
    """How many steps of one kind took so many working days. `clock` is the packs' clock of the step, "" for none.

    `by_law`, `by_promise`: whether in time; None where the clock has no such limit.
    """

    step: str
    clock: str
    place: str
    month: dt.date
    days: int
    by_law: bool | None
    by_promise: bool | None
    count: int


@dataclass(frozen=True)
class ApplicationFigures:
    """What happened to applications between two days, and what is open today."""

    happened: tuple[Happened, ...]
    took: tuple[Took, ...]


def application_figures(
    scope: DivisionScope, *, first: dt.date, last: dt.date, digits: int, without: Sequence[uuid.UUID]
) -> ApplicationFigures:
    """Of an area, by places of so many digits. `without`: persons who are never counted; class 5 is not counted either.

    To be called behind the machine's wall. `in_course` is told as of today,
    whatever the period: the stock at the end of each month would give away, month against month, what is withheld of the flows. A
    month is its first day.
    """
    area = _Area(scope, digits, tuple(one.hex for one in without))
    kept, (received, counts) = _kept(), _received(area, first, last)
    bases = {month: (area, timezone.localdate(), month, count) for month, count in counts.items()}
    asked = [month for month, basis in bases.items() if basis not in kept]
    if asked:
        if len(kept) > _MOST_KEPT:
            kept.clear()
        found = _by_month(area, asked[0], asked[-1])
        kept |= {bases[month]: found.get(month, _NOTHING) for month in asked}
    months = [kept[basis] for basis in bases.values()]
    happened = [*received, *(one for month in months for one in month.happened)]
    return ApplicationFigures(tuple(happened), tuple(one for month in months for one in month.took))


_MOST_KEPT = 2000
_NOTHING = ApplicationFigures((), ())


@lru_cache(maxsize=1)
def _kept() -> dict[tuple[object, ...], ApplicationFigures]:
    """The steps of months in the memory of this process, by what they rest on: the area and who is not counted, today's clocks, and
    how many steps the month has. A step is written once and never changed.
    """
    return {}


def forget_kept() -> None:
    """Forget the months in memory: tests begin anew with other rows."""
    _kept.cache_clear()


_STEPS = "steps"
_COUNTED = "step.step IN ('check', 'decide', 'tell', 'withdraw')"


def _count_steps(first: dt.date, last: dt.date) -> tuple[str, list[object]]:
    """A question for how many steps there are by month, wherever they were taken: answered from an index alone."""
    months = months_from(Month.of(first), Month.of(last))
    parts = [
        f"SELECT '{_STEPS}', '', '', '{month}', COUNT(*) FROM awards_applicationstep step "
        f"WHERE {_COUNTED} AND step.at >= %s AND step.at < %s"
        for month in months
    ]
    return " UNION ALL ".join(parts), [
        _moment(day) for month in months for day in (month.first_day, month.plus(1).first_day)
    ]


def _by_month(area: _Area, first: dt.date, last: dt.date) -> dict[dt.date, ApplicationFigures]:
    """The steps from the month of one first day to that of another, alike ones together."""
    happened: Counter[Happened] = Counter()
    took: Counter[Took] = Counter()
    for count, ended, steps in _steps(area, first, Month.of(last).last_day):
        happened.update(dict.fromkeys(ended, count))
        for one in steps:
            took[one] += count
    found: dict[dt.date, tuple[list[Happened], list[Took]]] = defaultdict(lambda: ([], []))
    for what, count in happened.items():
        found[what.month][0].append(replace(what, count=count))
    for step, count in took.items():
        found[step.month][1].append(replace(step, count=count))
    return {month: ApplicationFigures(tuple(ended), tuple(steps)) for month, (ended, steps) in found.items()}


@dataclass(frozen=True)
class _Area:
    """Where is counted, how finely, and without whom."""

    scope: DivisionScope
    digits: int
    nobody: tuple[str, ...]

    @property
    def condition(self) -> str:
        """Applications of the area that may be counted."""
        others = f"AND app.person_id NOT IN ({', '.join(['%s'] * len(self.nobody))})" if self.nobody else ""
        return f"app.division >= %s AND app.division < %s AND app.sensitivity < {RESTRICTED} {others}"

    @property
    def values(self) -> list[object]:
        return [self.scope.first, self.scope.end, *self.nobody]

    def place(self, written: object) -> str:
        return str(written).ljust(12, "0")


def _received(area: _Area, first: dt.date, last: dt.date) -> tuple[list[Happened], dict[dt.date, int]]:
    """Received in the period by month, those that are open today, and how many steps each month has."""
    open_states = ", ".join(f"'{state}'" for state in OPEN_STATES)
    place = f"substr(app.division, 1, {area.digits})"
    steps, step_values = _count_steps(first, last)
    statement = f"""
        SELECT '{RECEIVED}', {place}, app.entitlement, substr(CAST(app.received_on AS text), 1, 7), COUNT(*)
        FROM awards_application app WHERE app.received_on >= %s AND app.received_on <= %s AND {area.condition}
        GROUP BY 2, 3, 4
        UNION ALL
        SELECT '{IN_COURSE}', {place}, app.entitlement, '', COUNT(*) FROM awards_application app
        WHERE app.state IN ({open_states}) AND {area.condition} GROUP BY 2, 3
        UNION ALL {steps}
    """
    happened, counts = [], {}
    values = [first.isoformat(), last.isoformat(), *area.values, *area.values, *step_values]
    for what, division, entitlement, month, count in _rows(statement, values):
        began = dt.date.fromisoformat(f"{month}-01") if month else last.replace(day=1)
        if what == _STEPS:
            counts[began] = int(count)
        else:
            happened.append(Happened(str(what), area.place(division), str(entitlement), began, "", int(count)))
    return happened, dict(sorted(counts.items()))


def _steps(area: _Area, first: dt.date, last: dt.date) -> Iterable[_Counted]:
    """The steps taken in a period: how many alike ones, what they ended (if anything), and what they took. Moments are grouped by the hour (of UTC): which day that was is asked of the office's time zone."""
    earlier = (
        "FROM awards_applicationstep early WHERE early.application_id = step.application_id AND early.at <= step.at"
    )
    begun = f"SELECT MAX(early.at) {earlier} AND early.step IN ('check', 'reopen')"
    against = f"EXISTS (SELECT 1 {earlier} AND early.step = 'check' AND early.outcome = 'disagree')"
    statement = f"""
        SELECT code, outcome, place, county, entitlement, began_on, hour, received_on, removed_on, against, checked, COUNT(*)
        FROM (
            SELECT step.step AS code, step.outcome AS outcome, substr(app.division, 1, {area.digits}) AS place,
                substr(app.division, 1, 6) AS county, app.entitlement AS entitlement, step.began_on AS began_on,
                substr(CAST(step.at AS text), 1, 13) AS hour,
                CASE step.step WHEN 'decide' THEN app.received_on END AS received_on,
                CASE step.step WHEN 'decide' THEN notice.removed_on END AS removed_on,
                CASE WHEN step.outcome = 'refuse' AND {against} THEN 1 ELSE 0 END AS against,
                CASE step.step WHEN 'decide' THEN substr(CAST(({begun}) AS text), 1, 13) END AS checked
            FROM awards_applicationstep step
            JOIN awards_application app ON app.id = step.application_id
            LEFT JOIN awards_publicnotice notice ON notice.application_id = app.id
            WHERE {_COUNTED} AND step.at >= %s AND step.at < %s AND {area.condition}
        ) taken
        GROUP BY code, outcome, place, county, entitlement, began_on, hour, received_on, removed_on, against, checked
    """
    values = [_moment(first), _moment(last + dt.timedelta(days=1)), *area.values]
    today = timezone.localdate()
    for *row, count in _rows(statement, values):
        yield (int(count), *_read_step(area, row, today))


_Counted = tuple[int, tuple[Happened, ...], tuple[Took, ...]]


def _read_step(area: _Area, row: Sequence[object], today: dt.date) -> tuple[tuple[Happened, ...], tuple[Took, ...]]:
    code, outcome, place, county, entitlement, began, hour, received, removed, against, checked = row
    at, where, what = _local_day(str(hour)), area.place(place), str(entitlement)
    month = at.replace(day=1)
    if code == "withdraw":
        return (Happened(WITHDRAWN, where, what, month, "", 0),), ()
    start = _day(began)
    if code == DECIDE:
        ends = [_local_day(str(checked))] if checked else []
        start = max([*ends, *([_day(removed)] if removed else [])], default=start)
    clock, *in_time = _in_time(str(code), what, str(county), start, at, today)
    took = Took(str(code), clock, where, month, _working_days(start, at), *in_time, 0)
    if code != DECIDE:
        return (), (took,)
    whole = Took(WHOLE, "", where, month, _working_days(_day(received), at), None, None, 0)
    ground = (TOWNSHIP_AGAINST if against else COUNTY_AGAINST) if outcome == "refuse" else ""
    return (Happened(REFUSED if ground else APPROVED, where, what, month, ground, 0),), (took, whole)


@lru_cache(maxsize=65_536)
def _in_time(
    step: str, entitlement: str, county: str, start: dt.date, at: dt.date, today: dt.date
) -> tuple[str, bool | None, bool | None]:
    """The clock of a step, and whether it came in time by law and by promise, as the packs say it today."""
    division = county.ljust(12, "0")
    clock = clock_kind(step, entitlement, division, today)
    if not clock:
        return "", None, None
    plan = plan_task(clock, division, start)
    by_law, by_promise = (None if day is None else at <= day for day in (plan.statutory_on, plan.promised_on))
    return clock, by_law, by_promise


@lru_cache(maxsize=1024)
def clock_kind(step: str, entitlement: str, division: str, today: dt.date) -> str:
    """The clock of a step of an entitlement in a place; "" where the packs have none, or it is paid there no longer."""
    try:
        kind = paying_rules(entitlement, division, today).clock(step)
    except CiyouError:
        return ""
    return kind if kind in load_clocks(division=division) else ""


@lru_cache(maxsize=65_536)
def _working_days(start: dt.date, day: dt.date) -> int:
    return load_working_calendar().working_days_after(start, day)


@lru_cache(maxsize=65_536)
def _local_day(hour: str) -> dt.date:
    """The office's day of an hour of UTC, written 2026-11-26 07."""
    moment = dt.datetime.fromisoformat(f"{hour.replace('T', ' ')}:00").replace(tzinfo=dt.UTC)
    return timezone.localtime(moment).date()


def _moment(day: dt.date) -> str:
    """When a day of the office begins, as both databases compare it: in UTC."""
    began = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    return began.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


@lru_cache(maxsize=65_536)
def _day(value: object) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])


def _rows(statement: str, values: Sequence[object]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def running_awards(scope: DivisionScope, *, on: dt.date, without: Sequence[uuid.UUID]) -> Mapping[str, int]:
    """By entitlement how many awards of an area run in the month of a day: begun, and not ended before it."""
    area = _Area(scope, 6, tuple(one.hex for one in without))
    month = on.replace(day=1).isoformat()
    statement = f"""
        SELECT app.entitlement, COUNT(DISTINCT app.person_id) FROM awards_award app
        WHERE app.first_month <= %s AND (app.last_month IS NULL OR app.last_month >= %s) AND app.duplicate_of_id IS NULL
            AND {area.condition} GROUP BY app.entitlement
    """
    return {str(code): int(count) for code, count in _rows(statement, [month, month, *area.values])}
