"""Schooling as it may be told, by place: children missed on the rolls, places asked for, home-delivered schooling; small numbers withheld."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.audit.wall import walled
from ciyou.apps.oversight.figures import NEXT_DIGITS
from ciyou.apps.oversight.refusals import check_may
from ciyou.apps.schooling.counting import (
    CASES,
    HOME_FIGURES,
    MEASURED,
    PLACES,
    TAUGHT,
    Counts,
    count_cases,
    count_home,
    count_requests,
)
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, significant_digits
from ciyou.core.access.roles import Action
from ciyou.core.indicators.suppression import Column, withhold
from ciyou.packs import load_limits, load_schooling

_DIGITS = 12


@dataclass(frozen=True)
class SchoolingFigures:
    """Three tables over the same places: `cases` and `places` of a school year, `home` of the terms that run today.

    What is small is withheld in all columns of its table, since they are parts of one another. Periods go with the children behind them.
    """

    school_year: int
    places: tuple[tuple[str, str], ...]
    tables: Mapping[str, Mapping[str, Column]]
    threshold: int


def read_schooling_figures(actor: Actor, *, back: int = 0) -> SchoolingFigures:
    """The figures of the actor's area by the level below it; `back`: how many school years ago. They name nobody."""
    check_may(actor, Action.SEE_FIGURES)
    scope, today, threshold = actor.scope, timezone.localdate(), load_limits()["small_cell"].value
    digits = NEXT_DIGITS[len(significant_digits(scope.first))]
    year = load_schooling(division=scope.first).compulsory.school_year(today) - back
    with walled(LOCAL_OPERATOR):
        counted = {
            "cases": count_cases(scope, school_year=year, today=today),
            "places": count_requests(scope, school_year=year),
            "home": count_home(scope, today=today) if not back else {},
        }
    tables = {name: _by_place(counts, digits) for name, counts in counted.items()}
    rows = sorted({row for table in tables.values() for column in table.values() for row in column})
    names = division_names(rows, today)
    return SchoolingFigures(
        school_year=year,
        places=tuple((row, names.get(row, row)) for row in rows),
        tables={
            "cases": _told(tables["cases"], rows, CASES, CASES, threshold),
            "places": _told(tables["places"], rows, PLACES, PLACES, threshold),
            "home": _told(tables["home"], rows, HOME_FIGURES, (TAUGHT, MEASURED), threshold),
        },
        threshold=threshold,
    )


def _by_place(counts: Counts, digits: int) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for name, by_village in counts.items():
        column = found.setdefault(name, Counter())
        for village, count in by_village.items():
            column[village[:digits].ljust(_DIGITS, "0")] += count
    return found


def _told(
    table: Mapping[str, Counter[str]], rows: Sequence[str], names: Sequence[str], people: Sequence[str], threshold: int
) -> dict[str, Column]:
    """`people`: the columns that count children; what is withheld of them is withheld of every column."""
    columns = {name: {row: table.get(name, Counter())[row] for row in rows} for name in names}
    pattern = withhold([columns[name] for name in people], threshold=threshold)
    return {name: pattern.apply(column) for name, column in columns.items()}
