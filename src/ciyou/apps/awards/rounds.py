"""Rounds and warnings as far as awards matter: who receives something is looked at again, and is told of what ends. Nothing stops."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator

from django.utils import timezone

from ciyou.apps.accounts.selectors import divisions_of_role
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.models import Award, AwardState, Paper
from ciyou.apps.cases.expiries import ComingEnd, open_warnings
from ciyou.apps.cases.rounds import OpenedRound, check_may_open, open_county_round, open_round
from ciyou.apps.entitlements.list_conditions import children_with_yes
from ciyou.apps.registry.round_children import ChildInRound, children_of_birth, facts_ending, places_for_work
from ciyou.apps.registry.round_recognitions import recognitions_since
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.awards.month import Month
from ciyou.core.clock.ages import birth_cutoff
from ciyou.core.clock.months import add_months
from ciyou.packs import load_rounds, load_warnings, parameters_for, suggested_value
from ciyou.packs.rounds import ExpiryWarning

DRAFTER = "county_drafter"
_CLAMPED = dt.timedelta(days=3)


def start_round(actor: Actor, *, kind: str, on: dt.date) -> OpenedRound:
    """Open a round in the actor's county, with the children who have an award beside those of whom the rules say yes."""
    check_may_open(actor)
    return open_round(actor, kind=kind, on=on, awarded=awarded_in(actor.scope.first))


def awarded_in(county: str) -> dict[uuid.UUID, frozenset[str]]:
    """By child of a county, the entitlements of its running awards (class 4 and below)."""
    found: dict[uuid.UUID, set[str]] = {}
    with walled(LOCAL_OPERATOR):
        rows = _running(county).order_by("person_id", "entitlement").values_list("person_id", "entitlement")
        for person, code in rows:
            found.setdefault(person, set()).add(code)
    return {person: frozenset(codes) for person, codes in found.items()}


def _running(county: str):
    scope = DivisionScope.of(county)
    rows = Award.objects.filter(division__gte=scope.first, division__lt=scope.end, duplicate_of=None)
    return rows.exclude(state=AwardState.ENDED).filter(sensitivity__lt=RESTRICTED)


def open_due_rounds(today: dt.date | None = None) -> int:
    """The periodic job: rounds that the packs let open by themselves; how many were opened now."""
    day = today or timezone.localdate()
    opened = 0
    for county in divisions_of_role(DRAFTER, on=day):
        for kind in load_rounds(division=county).values():
            if kind.opens_by(day):
                made = open_county_round(
                    LOCAL_OPERATOR, kind=kind.code, county=county, on=day, awarded=awarded_in(county)
                )
                opened += not made.repeated
    return opened


def warn_of_ends(today: dt.date | None = None) -> int:
    """The periodic job: whoever sees to it is told once of what ends soon; how many were told."""
    day = today or timezone.localdate()
    with walled(LOCAL_OPERATOR):
        return sum(open_warnings(list(_ends(county, day)), on=day) for county in divisions_of_role(DRAFTER, on=day))


def _ends(county: str, day: dt.date) -> Iterator[ComingEnd]:
    for warning in load_warnings(division=county).values():
        yield from _READERS[warning.what](warning, county, day)


def _birthdays(warning: ExpiryWarning, county: str, day: dt.date) -> Iterator[ComingEnd]:
    age = warning.age or 0
    latest = day + dt.timedelta(days=warning.days_ahead)
    born = children_of_birth(county, after=birth_cutoff(day, age), until=birth_cutoff(latest, age))
    concerned = _concerned(warning, county)
    for child in born:
        if child.birth_date is not None and child.id in concerned:
            yield _end(warning, child, add_months(child.birth_date, 12 * age))


def _concerned(warning: ExpiryWarning, county: str) -> set[uuid.UUID]:
    wanted = frozenset(warning.of)
    awarded = (child for child, codes in awarded_in(county).items() if codes & wanted)
    return {*children_with_yes(county=county, rules=wanted), *awarded}


def _facts(warning: ExpiryWarning, county: str, day: dt.date) -> Iterator[ComingEnd]:
    names = [name for _entity, name in warning.facts]
    latest = day + dt.timedelta(days=warning.days_ahead)
    for found in facts_ending(county, names=names, after=day, until=latest):
        yield _end(warning, found.child, found.ends_on)


def _awards(warning: ExpiryWarning, county: str, day: dt.date) -> Iterator[ComingEnd]:
    latest = day + dt.timedelta(days=warning.days_ahead)
    rows = _running(county).filter(last_month__gte=Month.of(day).first_day, last_month__lte=latest)
    yield from _of_children(warning, ((row.person_id, Month.of(row.last_month).last_day) for row in rows), latest)


def _papers(warning: ExpiryWarning, county: str, day: dt.date) -> Iterator[ComingEnd]:
    """The newest paper of its kind of each running award; where nobody knows its term, nobody is warned."""
    if warning.term_months is None:
        return
    latest = day + dt.timedelta(days=warning.days_ahead)
    papers = Paper.objects.filter(kind=warning.paper, application__award__in=_running(county)).order_by("made_at")
    ends = {
        person: add_months(timezone.localdate(made), warning.term_months)
        for person, made in papers.values_list("application__person_id", "made_at")
    }
    yield from _of_children(warning, ((person, end) for person, end in ends.items() if end > day), latest)


def _of_children(
    warning: ExpiryWarning, ends: Iterable[tuple[uuid.UUID, dt.date]], latest: dt.date
) -> Iterator[ComingEnd]:
    near = [(person, end) for person, end in ends if end <= latest]
    places = places_for_work({person for person, _end in near})
    for person, end in near:
        yield _end(warning, places[person], end)


def _recognitions(warning: ExpiryWarning, county: str, day: dt.date) -> Iterator[ComingEnd]:
    """Households recognized for a time: where nobody knows for how long, nobody is warned; where only a weak source says it, as a hint."""
    if warning.suggested:
        months = suggested_value(warning.months, division=county, as_of=day)
    else:
        months = parameters_for(division=county, as_of=day)[warning.months].value
    if not isinstance(months, int):
        return
    latest = day + dt.timedelta(days=warning.days_ahead)
    # A month end is clamped, so the window of beginnings is a few days wider than that of ends, which decides.
    after = add_months(day, -months) - _CLAMPED
    for _entity, name in warning.facts:
        for found in recognitions_since(county, name=name, after=after, until=add_months(latest, -months) + _CLAMPED):
            ends = add_months(found.since, months)
            if day < ends <= latest:
                yield _end(warning, found.child, ends)


def _end(warning: ExpiryWarning, child: ChildInRound, day: dt.date) -> ComingEnd:
    return ComingEnd(warning.code, child.id, child.division, child.restricted, day, warning.owner)


_READERS = {
    "age": _birthdays,
    "fact_ends": _facts,
    "award_ends": _awards,
    "paper": _papers,
    "recognition_ends": _recognitions,
}
