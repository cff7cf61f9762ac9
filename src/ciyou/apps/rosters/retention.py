"""Delivered files and results whose time is over, and what pairs of their records said. The screening's own record stays."""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from collections.abc import Collection
from pathlib import Path

from django.db import transaction

from ciyou.apps.rosters.models import ScreeningRun, ScreeningStatus
from ciyou.apps.rosters.pair_loading import forget_contents
from ciyou.apps.rosters.problem_rows import as_row
from ciyou.core.access.actor import Actor, DivisionScope
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem

_DESTROYED = Problem(
    Place(),
    "screening.files_destroyed",
    "这次筛查的名册和结果文件已按保存期限销毁；如需要，请重新上传名册。",
    "The rosters and results of this screening were destroyed at the end of their retention; upload the rosters again if they are needed.",
)
_ENDED = (ScreeningStatus.DONE, ScreeningStatus.FAILED, ScreeningStatus.CANCELLED, ScreeningStatus.INTERRUPTED)


def runs_with_old_files(*, before: dt.date, scope: DivisionScope) -> tuple[uuid.UUID, ...]:
    """The ended screenings of a place, created before a day, whose files are still there."""
    runs = ScreeningRun.objects.filter(status__in=_ENDED, created_at__date__lt=before).order_by("id")
    if not scope.everywhere:
        runs = runs.filter(division__gte=scope.first, division__lt=scope.end)
    return tuple(run.id for run in runs if any(folder.exists() for folder in _folders(run)))


def destroy_run_files(actor: Actor, *, run_ids: Collection[uuid.UUID]) -> int:
    """Destroy the folders of these screenings when the caller's transaction is committed; how many folders there were."""
    if not may_do(actor.role, Action.PURGE):
        raise AccessDenied(
            Problem(Place(), "access.role", "您的岗位不办理销毁。", "Your post does not destroy records.")
        )
    with transaction.atomic():
        runs = list(ScreeningRun.objects.filter(id__in=run_ids, status__in=_ENDED))
        folders = [folder for run in runs for folder in _folders(run) if folder.exists()]
        ScreeningRun.objects.filter(id__in=[run.id for run in runs]).update(
            status=ScreeningStatus.FAILED, problems=[as_row(_DESTROYED)]
        )
        forget_contents([run.id for run in runs])
        transaction.on_commit(lambda: [shutil.rmtree(folder, ignore_errors=True) for folder in folders])
    return len(folders)


def _folders(run: ScreeningRun) -> tuple[Path, ...]:
    return tuple(Path(folder) for folder in (run.input_folder, run.output_folder) if folder)
