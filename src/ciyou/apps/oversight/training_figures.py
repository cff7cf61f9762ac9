"""Training and publicity by place and calendar year: who was trained of those who hold a post, hours, courses, publicity, reach.

Workers are counted and nobody is named; those numbers are the office's own work, so that none of them is withheld as small. Guidance for
families is about children's files: its small numbers are withheld, as in every figure of children.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.audit.wall import walled
from ciyou.apps.oversight.figures import NEXT_DIGITS
from ciyou.apps.oversight.refusals import check_may
from ciyou.apps.training.counting import (
    CourseCounts,
    PublicityCounts,
    WorkerCounts,
    count_courses,
    count_guidance,
    count_publicity,
    count_workers,
)
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, significant_digits
from ciyou.core.access.roles import Action
from ciyou.core.indicators.suppression import Column, suppress_table
from ciyou.packs import load_limits, load_training
from ciyou.packs.training import TrainingPack

YEARS = 3
GIVEN, OPEN = "given", "open"


@dataclass(frozen=True)
class TrainingFigures:
    """Of a calendar year, by the level below the reader's: `workers` by audience code, courses whose people are counted, publicity.

    `guidance`: columns `given` (in the year) and `open` (today) over the places `guided`, as they may be told.
    """

    year: int
    places: tuple[tuple[str, str], ...]
    pack: TrainingPack
    workers: Mapping[str, WorkerCounts]
    courses: CourseCounts
    publicity: PublicityCounts
    guidance: Mapping[str, Column]
    guided: tuple[tuple[str, str], ...]


def read_training_figures(actor: Actor, *, back: int = 0) -> TrainingFigures:
    """The figures of the actor's area; `back`: how many years ago. Posts count as they are held today, or were at that year's end."""
    check_may(actor, Action.SEE_FIGURES)
    scope, today = actor.scope, timezone.localdate()
    year = today.year - back
    on = today if not back else dt.date(year, 12, 31)
    digits = NEXT_DIGITS[len(significant_digits(scope.first))]
    pack = load_training(division=scope.first)
    roles = {one.role: one.yearly_hours for one in pack.workers}
    with walled(LOCAL_OPERATOR):
        workers = count_workers(scope, roles=roles, year=year, on=on, digits=digits)
        courses = count_courses(scope, year=year, digits=digits)
        publicity = count_publicity(scope, year=year, digits=digits)
        guidance = count_guidance(scope, year=year, digits=digits)
    by_audience = {one.code: workers[one.role] for one in pack.workers}
    rows = {place for counts in by_audience.values() for place in (*counts.holders, *counts.hours)}
    rows |= {place for place, _audience in courses.heads} | set(publicity.by_place)
    guided = sorted({*guidance.given, *guidance.open})
    names = division_names({*rows, *guided}, today)
    places = tuple((row, names.get(row, row)) for row in sorted(rows))
    columns = suppress_table(
        guided, {GIVEN: guidance.given, OPEN: guidance.open}, threshold=load_limits()["small_cell"].value
    )
    named = tuple((row, names.get(row, row)) for row in guided)
    return TrainingFigures(year, places, pack, by_audience, courses, publicity, columns, named)
