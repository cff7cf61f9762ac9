"""Applications by how they ended, and the days that their steps took, as they may be told."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ciyou.apps.awards.figures import (
    APPROVED,
    COUNTY_AGAINST,
    DECIDE,
    IN_COURSE,
    RECEIVED,
    REFUSED,
    STEPS,
    TOWNSHIP_AGAINST,
    WHOLE,
    WITHDRAWN,
    Happened,
    Took,
)
from ciyou.apps.oversight.tallies import Tally, columns_of
from ciyou.core.indicators.suppression import Cell, Column

OUTCOMES = (RECEIVED, APPROVED, REFUSED, WITHDRAWN, IN_COURSE)
GROUNDS = (TOWNSHIP_AGAINST, COUNTY_AGAINST)
FIRST_PAYMENT = "first_payment"
ORDER = (*STEPS, FIRST_PAYMENT)
MEDIAN, NINETIETH = 50, 90


@dataclass(frozen=True)
class ApplicationTables:
    """Applications by place and by entitlement (columns: OUTCOMES), and refusals by who found against them first (GROUNDS)."""

    by_place: Mapping[str, Column]
    entitlements: tuple[str, ...]
    by_entitlement: Mapping[str, Column]
    refusals: Column


@dataclass(frozen=True)
class StepFigure:
    """One step of an area or a place. Days are working days, None where too few steps were taken to tell.

    `late_by_law`, `late_by_promise`: how many came after the last day; None where no clock says a day.
    """

    step: str
    clock: str
    done: Cell
    median: int | None
    ninetieth: int | None
    late_by_law: Cell | None
    late_by_promise: Cell | None


def application_tables(happened: Sequence[Happened], places: Sequence[str], *, threshold: int) -> ApplicationTables:
    """What happened, counted by place, by entitlement, and the refusals by ground."""
    by_place, by_code = {name: Tally() for name in OUTCOMES}, {name: Tally() for name in OUTCOMES}
    grounds = Tally()
    for one in happened:
        by_place[one.what].add(one.month, one.place, one.count)
        by_code[one.what].add(one.month, one.entitlement, one.count)
        if one.ground:
            grounds.add(one.month, one.ground, one.count)
    entitlements = tuple(sorted({one.entitlement for one in happened}))
    refusals, _nothing = grounds.columns(GROUNDS, grounds.pattern(GROUNDS, threshold=threshold))
    return ApplicationTables(
        columns_of(by_place, places, threshold=threshold),
        entitlements,
        columns_of(by_code, entitlements, threshold=threshold),
        refusals,
    )


def step_figures(
    took: Iterable[Took], *, threshold: int, by_clock: bool = True, uncounted: frozenset[str] = frozenset()
) -> tuple[StepFigure, ...]:
    """One figure for each step and clock (else for each step), in the order of the way. `uncounted`: steps whose number is withheld."""
    found: dict[tuple[str, str], list[Took]] = defaultdict(list)
    for one in took:
        found[one.step, one.clock if by_clock else ""].append(one)
    keys = sorted(found, key=lambda key: (ORDER.index(key[0]), key[1]))
    figures = (_figure(step, clock, found[step, clock], threshold) for step, clock in keys)
    return tuple(replace(one, done=Cell(None)) if one.step in uncounted else one for one in figures)


def uncounted_steps(tables: ApplicationTables) -> frozenset[str]:
    """Decisions are not counted as steps where approvals or refusals are withheld: their sum would give those away."""
    told = tables.by_place
    return frozenset({DECIDE, WHOLE}) if told[APPROVED].total.withheld or told[REFUSED].total.withheld else frozenset()


def _figure(step: str, clock: str, took: Sequence[Took], threshold: int) -> StepFigure:
    days: Counter[int] = Counter()
    for one in took:
        days[one.days] += one.count
    small = any(0 < count < threshold for count in _by_month(took).values())
    late = [_late(took, name, threshold, small) for name in ("by_law", "by_promise")]
    if small:
        return StepFigure(step, clock, Cell(None), None, None, *late)
    done = sum(days.values())
    return StepFigure(step, clock, Cell(done), percentile(days, MEDIAN), percentile(days, NINETIETH), *late)


def _by_month(took: Iterable[Took]) -> Counter[dt.date]:
    found: Counter[dt.date] = Counter()
    for one in took:
        found[one.month] += one.count
    return found


def _late(took: Sequence[Took], name: str, threshold: int, small: bool) -> Cell | None:
    """How many were late: withheld where that, or how many were not, is small in any month."""
    known = [one for one in took if getattr(one, name) is not None]
    if not known:
        return None
    late = [one for one in known if not getattr(one, name)]
    parts = (_by_month(late), _by_month(one for one in known if getattr(one, name)))
    if small or any(0 < count < threshold for counts in parts for count in counts.values()):
        return Cell(None)
    return Cell(sum(one.count for one in late))


def percentile(days: Mapping[int, int], percent: int) -> int | None:
    """The least number of days within which that percentage was done (nearest rank); None of nothing."""
    total, seen = sum(days.values()), 0
    for number in sorted(days):
        seen += days[number]
        if 100 * seen >= percent * total:
            return number
    return None
