"""What figures ask of training: counts by place, of nobody by name."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Sum
from django.db.models.functions import Substr

from ciyou.apps.accounts.selectors import holders_by_place
from ciyou.apps.registry.scoping import never_counted
from ciyou.apps.training.models import CourseSession, Guidance, GuidanceState, PublicityActivity
from ciyou.apps.training.reading import in_year, trained_in
from ciyou.core.access.actor import DIVISION_DIGITS, DivisionScope
from ciyou.packs import load_parameter_rows, parameters_for

_COUNTY_DIGITS = 6


@dataclass(frozen=True)
class WorkerCounts:
    """Of one role by place: who holds a post, who of them attended anything, their hours; and where the place states hours a year,
    how many are measured by it and how many reached it."""

    holders: Counter[str]
    trained: Counter[str]
    hours: Counter[str]
    measured: Counter[str]
    reached: Counter[str]


@dataclass(frozen=True)
class CourseCounts:
    """Sessions and people counted by place and audience: of courses whose people are no users."""

    sessions: Mapping[tuple[str, str], int]
    heads: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class PublicityCounts:
    """Activities of publicity and how many they reached, by place and by theme."""

    by_place: Mapping[str, tuple[int, int]]
    by_theme: Mapping[str, tuple[int, int]]


def count_workers(
    scope: DivisionScope, *, roles: Mapping[str, str], year: int, on: dt.date, digits: int
) -> dict[str, WorkerCounts]:
    """By role (`roles`: role → parameter of its yearly hours) the workers of a year by place. Behind the machine's wall."""
    holders = _by_role(holders_by_place(scope, roles=roles, on=on, digits=digits))
    trained_users = trained_in(year).order_by().values("user")
    trained = _by_role(holders_by_place(scope, roles=roles, on=on, digits=digits, among=trained_users))
    hours = _by_role(_hours(scope, roles, year, digits))
    found = {}
    for role, parameter in roles.items():
        measured, reached = _measured(scope, role, parameter, year=year, on=on, digits=digits)
        found[role] = WorkerCounts(
            holders.get(role, Counter()), trained.get(role, Counter()), hours.get(role, Counter()), measured, reached
        )
    return found


def _by_role(counted: Mapping[tuple[str, str], int]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for (place, role), count in counted.items():
        found.setdefault(role, Counter())[place] += count
    return found


def _hours(scope: DivisionScope, roles: Iterable[str], year: int, digits: int) -> dict[tuple[str, str], int]:
    rows = trained_in(year).filter(post__role__in=list(roles), division__gte=scope.first, division__lt=scope.end)
    summed = rows.order_by().annotate(place=Substr("division", 1, digits)).values_list("place", "post__role")
    return {(_full(place), role): hours for place, role, hours in summed.annotate(hours=Sum("session__hours"))}


def _measured(
    scope: DivisionScope, role: str, parameter: str, *, year: int, on: dt.date, digits: int
) -> tuple[Counter[str], Counter[str]]:
    """Who is measured and who reached it: county by county, since hours a year are a place's own; nobody where none stated any."""
    measured, reached = Counter[str](), Counter[str]()
    if not parameter or not load_parameter_rows(parameter):
        return measured, reached
    fine = max(digits, _COUNTY_DIGITS)
    holders = holders_by_place(scope, roles=(role,), on=on, digits=fine)
    standards = {place: _standard(place, parameter, on) for place, _role in holders}
    for hours in {one for one in standards.values() if one is not None}:
        enough = (
            trained_in(year).order_by().values("user").annotate(hours=Sum("session__hours")).filter(hours__gte=hours)
        )
        done = holders_by_place(scope, roles=(role,), on=on, digits=fine, among=enough.values("user"))
        for (place, _role), count in holders.items():
            if standards[place] == hours:
                measured[_full(place[:digits])] += count
                reached[_full(place[:digits])] += done.get((place, role), 0)
    return measured, reached


def _standard(place: str, parameter: str, on: dt.date) -> int | None:
    value = parameters_for(division=place, as_of=on)[parameter].value
    return value if isinstance(value, int) else None


def count_courses(scope: DivisionScope, *, year: int, digits: int) -> CourseCounts:
    """Days of courses held in a year and, where people are counted, how many came. Behind the machine's wall."""
    rows = CourseSession.objects.filter(in_year(year, "held_on"), heads__isnull=False)
    rows = rows.filter(course__division__gte=scope.first, course__division__lt=scope.end)
    listed = (
        rows.order_by().annotate(place=Substr("course__division", 1, digits)).values_list("place", "course__audience")
    )
    counted = list(listed.annotate(sessions=Count("id"), people=Sum("heads")))
    return CourseCounts(
        {(_full(place), audience): sessions for place, audience, sessions, _people in counted},
        {(_full(place), audience): people for place, audience, _sessions, people in counted},
    )


def count_publicity(scope: DivisionScope, *, year: int, digits: int) -> PublicityCounts:
    """Activities of publicity of a year and how many they reached. Behind the machine's wall."""
    rows = PublicityActivity.objects.filter(in_year(year, "held_on"), removed_at=None)
    rows = rows.filter(division__gte=scope.first, division__lt=scope.end)
    listed = rows.order_by().annotate(place=Substr("division", 1, digits)).values_list("place", "theme")
    by_place: dict[str, tuple[int, int]] = {}
    by_theme: dict[str, tuple[int, int]] = {}
    for place, theme, count, people in listed.annotate(count=Count("id"), people=Sum("reach")):
        for table, key in ((by_place, _full(place)), (by_theme, theme)):
            before = table.get(key, (0, 0))
            table[key] = (before[0] + count, before[1] + people)
    return PublicityCounts(by_place, by_theme)


@dataclass(frozen=True)
class GuidanceCounts:
    """Guidance for families by place: how many were made in a year, and how many run today. Small numbers, and not yet fit to be told."""

    given: Counter[str]
    open: Counter[str]


def count_guidance(scope: DivisionScope, *, year: int, digits: int) -> GuidanceCounts:
    """Guidance made in a year, and what runs today; of protected children nothing. Behind the machine's wall."""
    rows = Guidance.objects.filter(division__gte=scope.first, division__lt=scope.end).exclude(child__in=never_counted())
    by_place = rows.order_by().annotate(place=Substr("division", 1, digits)).values_list("place")
    made, running = by_place.filter(in_year(year, "issued_on")), by_place.filter(state=GuidanceState.OPEN)
    return GuidanceCounts(
        *(Counter({_full(place): count for place, count in one.annotate(count=Count("id"))}) for one in (made, running))
    )


def _full(place: str) -> str:
    return place.ljust(DIVISION_DIGITS, "0")
