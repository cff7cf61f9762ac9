"""Reading screenings: which there are, and how far each is."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from pathlib import Path

from ciyou.apps.rosters.following import mark_interrupted
from ciyou.apps.rosters.models import ScreeningRun, ScreeningStatus
from ciyou.apps.rosters.problem_rows import from_row
from ciyou.apps.rosters.services import AGAIN, OPEN, check_can_screen, screenings_of
from ciyou.core.access.actor import Actor
from ciyou.core.errors import Place, Problem, RunError

LISTED = 50


class ScreeningNotFound(RunError):
    """There is no such screening."""


@dataclass(frozen=True)
class Screening:
    """One screening as pages need it. `percent` is 0–100; `problems` are (place, zh, en) of what stopped it."""

    id: uuid.UUID
    status: str
    origin: str
    stage: str
    percent: int
    as_of: dt.date
    file_names: tuple[str, ...]
    problems: tuple[Problem, ...]
    created_at: dt.datetime
    finished_at: dt.datetime | None
    input_folder: Path
    output_folder: Path

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def can_run_again(self) -> bool:
        return self.status in AGAIN

    @property
    def file_count(self) -> int:
        return len(self.file_names)


def list_screenings(actor: Actor) -> tuple[Screening, ...]:
    """The latest screenings, newest first."""
    check_can_screen(actor)
    mark_interrupted()
    return tuple(_screening(run) for run in screenings_of(actor)[:LISTED])


def get_screening(actor: Actor, *, run_id: uuid.UUID) -> Screening:
    """One screening; raises ScreeningNotFound."""
    check_can_screen(actor)
    run = screenings_of(actor).filter(id=run_id).first()
    if run is None:
        raise ScreeningNotFound(
            Problem(
                Place(),
                "screening.unknown",
                "没有这次筛查。请从首页的列表进入。",
                "There is no such screening. Start from the list on the first page.",
            )
        )
    if run.status == ScreeningStatus.RUNNING and mark_interrupted():
        run.refresh_from_db()
    return _screening(run)


def _screening(run: ScreeningRun) -> Screening:
    return Screening(
        id=run.id,
        status=run.status,
        origin=run.origin,
        stage=run.stage,
        percent=run.percent,
        as_of=run.as_of,
        file_names=tuple(run.file_names),
        problems=tuple(from_row(row) for row in run.problems),
        created_at=run.created_at,
        finished_at=run.finished_at,
        input_folder=Path(run.input_folder),
        output_folder=Path(run.output_folder),
    )
