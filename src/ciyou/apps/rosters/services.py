"""Starting, following and ending screenings."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.rosters.models import ScreeningRun, ScreeningStatus
from ciyou.apps.rosters.tasks import run_screening
from ciyou.apps.rosters.upload import IncomingFile, keep_files
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RunError

OPEN = (ScreeningStatus.QUEUED, ScreeningStatus.RUNNING)
AGAIN = (ScreeningStatus.INTERRUPTED, ScreeningStatus.FAILED, ScreeningStatus.CANCELLED)
"""States from which a screening can be run again on the delivery that was kept."""


def start_screening(actor: Actor, *, files: Iterable[IncomingFile], as_of: dt.date) -> uuid.UUID:
    """Keep the delivered files and queue their screening; returns the screening's id."""
    check_can_screen(actor)
    run_id = uuid.uuid4()
    folder = Path(settings.DELIVERIES) / str(run_id)
    names = keep_files(files, folder)
    return _queue(actor, run_id=run_id, as_of=as_of, input_folder=folder, file_names=names, origin="upload")


def start_demo_screening(actor: Actor, *, as_of: dt.date) -> uuid.UUID:
    """Queue a screening of the synthetic county; its rosters are made first where there are none yet."""
    check_can_screen(actor)
    folder = Path(settings.HOME) / "demo_rosters"
    return _queue(actor, run_id=uuid.uuid4(), as_of=as_of, input_folder=folder, file_names=(), origin="demo")


def _queue(
    actor: Actor, *, run_id: uuid.UUID, as_of: dt.date, input_folder: Path, file_names: tuple[str, ...], origin: str
) -> uuid.UUID:
    with transaction.atomic():
        ScreeningRun.objects.create(
            id=run_id,
            origin=origin,
            as_of=as_of,
            division=actor.scope.first,
            file_names=list(file_names),
            input_folder=str(input_folder),
            output_folder=str(Path(settings.RESULTS) / str(run_id)),
            created_by=actor.id,
            created_at=timezone.now(),
        )
        run_screening.enqueue(str(run_id))
    return run_id


def restart_screening(actor: Actor, *, run_id: uuid.UUID) -> None:
    """Run a screening again that was interrupted, failed or cancelled; raises RunError in any other state."""
    check_can_screen(actor)
    with transaction.atomic():
        changed = (
            screenings_of(actor)
            .filter(id=run_id, status__in=AGAIN)
            .update(
                status=ScreeningStatus.QUEUED,
                stage="",
                percent=0,
                problems=[],
                finished_at=None,
                cancel_requested=False,
            )
        )
        if not changed:
            raise RunError(_not_now())
        run_screening.enqueue(str(run_id))


def cancel_screening(actor: Actor, *, run_id: uuid.UUID) -> None:
    """Ask a screening to stop. One that is still queued stops at once, a running one within a second or two."""
    check_can_screen(actor)
    now = timezone.now()
    with transaction.atomic():
        queued = screenings_of(actor).filter(id=run_id, status=ScreeningStatus.QUEUED)
        if not queued.update(status=ScreeningStatus.CANCELLED, finished_at=now):
            screenings_of(actor).filter(id=run_id, status=ScreeningStatus.RUNNING).update(cancel_requested=True)


def screenings_of(actor: Actor) -> QuerySet[ScreeningRun]:
    """The screenings that were started in the actor's own area."""
    return ScreeningRun.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)


def check_can_screen(actor: Actor) -> None:
    """Raises AccessDenied unless the actor's post may have whole rosters read to identify children."""
    if not may_do(actor.role, Action.SCREEN) or Purpose.IDENTIFY not in actor.purposes:
        raise AccessDenied(
            Problem(
                Place(),
                "access.role",
                "您的角色不能发起名册筛查。请联系县级民政管理员。",
                "Your role may not screen rosters. Ask the county's administrator.",
            )
        )


def _not_now() -> Problem:
    return Problem(
        Place(),
        "screening.not_now",
        "这次筛查正在排队、运行或已经完成，不能重新运行。请回到筛查页面查看进度。",
        "This screening is queued, running or done and cannot be run again. Go back to its page to see how far it is.",
    )


def relocate_screenings(*, old_home: str, new_home: str) -> None:
    """After a restore into another state folder: deliveries and results are there under the same names."""
    if old_home == new_home:
        return
    for run in ScreeningRun.objects.filter(input_folder__startswith=f"{old_home}/"):
        run.input_folder = new_home + run.input_folder.removeprefix(old_home)
        run.output_folder = new_home + run.output_folder.removeprefix(old_home)
        run.save(update_fields=["input_folder", "output_folder"])
