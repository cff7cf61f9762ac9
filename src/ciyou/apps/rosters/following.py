"""What the worker writes down about a screening while it runs, and what is cleared up after a worker that died."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from django.utils import timezone

from ciyou.apps.audit.services import record_disclosure
from ciyou.apps.audit.wall import walled
from ciyou.apps.rosters.models import ScreeningRun, ScreeningStatus
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose

SILENCE = dt.timedelta(seconds=30)
"""A running screening gives a sign of life every second or two; after this long its worker is taken for dead."""


_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def _as_machine(write: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """The worker's own writing: behind the second wall nothing is there for whoever does not say who they are."""

    @wraps(write)
    def written(*arguments: _Given.args, **named: _Given.kwargs) -> _Result:
        with walled(LOCAL_OPERATOR):
            return write(*arguments, **named)

    return written


@dataclass(frozen=True)
class ScreeningJob:
    """What a worker needs to run one screening."""

    id: uuid.UUID
    origin: str
    input_folder: Path
    output_folder: Path
    as_of: dt.date
    division: str = ""


@_as_machine
def begin_screening(*, run_id: uuid.UUID) -> ScreeningJob | None:
    """Take a queued screening to run it; None when it was cancelled meanwhile or another worker has it."""
    now = timezone.now()
    taken = ScreeningRun.objects.filter(id=run_id, status=ScreeningStatus.QUEUED).update(
        status=ScreeningStatus.RUNNING, started_at=now, alive_at=now, stage="", percent=0
    )
    if not taken:
        return None
    run = ScreeningRun.objects.get(id=run_id)
    return ScreeningJob(run.id, run.origin, Path(run.input_folder), Path(run.output_folder), run.as_of, run.division)


@_as_machine
def record_progress(*, run_id: uuid.UUID, stage: str, percent: int) -> bool:
    """Note how far a running screening is, as a sign of life; returns whether it should go on (False: somebody cancelled it)."""
    running = ScreeningRun.objects.filter(id=run_id, status=ScreeningStatus.RUNNING)
    running.update(alive_at=timezone.now(), stage=stage, percent=percent)
    return running.filter(cancel_requested=False).exists()


@_as_machine
def note_screened(*, run_id: uuid.UUID, people: int, file_names: Iterable[str]) -> None:
    """Note that the rosters were screened, and log that so many people were read; what was found is not loaded yet."""
    ScreeningRun.objects.filter(id=run_id).update(file_names=list(file_names), alive_at=timezone.now())
    record_disclosure(
        LOCAL_OPERATOR,
        purpose=Purpose.IDENTIFY,
        action="rosters.run_screening",
        persons=people,
        fields=("rosters",),
        highest_class=5,
        origin="worker",
        subject=str(run_id),
    )


@_as_machine
def finish_screening(*, run_id: uuid.UUID, division: str = "") -> None:
    """Note that a screening is done; `division`: the county whose rosters they turned out to be."""
    now = timezone.now()
    changes = {"division": division} if division else {}
    ScreeningRun.objects.filter(id=run_id).update(
        status=ScreeningStatus.DONE, finished_at=now, alive_at=now, percent=100, stage="", **changes
    )


@_as_machine
def end_screening(*, run_id: uuid.UUID, status: ScreeningStatus, problems: list[dict[str, Any]]) -> None:
    """Note that a screening ended without result: failed with its problems, cancelled, or interrupted."""
    ScreeningRun.objects.filter(id=run_id).update(status=status, problems=problems, finished_at=timezone.now())


@_as_machine
def mark_interrupted(*, everything: bool = False) -> int:
    """Mark running screenings whose worker has been silent; `everything`: all of them, when a sole worker starts. How many."""
    running = ScreeningRun.objects.filter(status=ScreeningStatus.RUNNING)
    if not everything:
        running = running.filter(alive_at__lt=timezone.now() - SILENCE)
    return running.update(status=ScreeningStatus.INTERRUPTED, finished_at=timezone.now())
