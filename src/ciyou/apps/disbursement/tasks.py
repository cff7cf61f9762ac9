"""Long work of a month in the worker: it can be left and found again, and what was interrupted is taken up by the next round."""

from __future__ import annotations

import uuid

from django_tasks import task

from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.asked_hand_overs import hand_over_now, waiting_hand_overs
from ciyou.apps.disbursement.computing import compute_run
from ciyou.apps.disbursement.models import MonthRun, ResultFile, RunState
from ciyou.apps.disbursement.refusals import Overtaken
from ciyou.apps.disbursement.results import take_results
from ciyou.core.access.actor import LOCAL_OPERATOR


@task()
def compute_month(run_id: str) -> str:
    """Compute a month's draft to its end."""
    return compute_now(uuid.UUID(run_id))


@task()
def take_result_file(file_id: str) -> str:
    """Read a result file to its end."""
    with walled(LOCAL_OPERATOR):
        return str(take_results(uuid.UUID(file_id)).problems)


@task()
def hand_over_month(run_id: str) -> bool:
    """Hand a month to finance as it was asked for."""
    return hand_over_now(uuid.UUID(run_id))


def compute_now(run_id: uuid.UUID) -> str:
    """The same in this process; gives the state that the run is in."""
    try:
        return compute_run(run_id)
    except Overtaken:
        return RunState.COMPUTING


def resume_months() -> int:
    """Go on with drafts, hand-overs and result files that a stopped worker left unfinished; a job of the worker. How many there were."""
    with walled(LOCAL_OPERATOR):
        runs = list(MonthRun.objects.filter(state=RunState.COMPUTING).values_list("id", flat=True))
        files = list(ResultFile.objects.filter(done=False).values_list("id", flat=True))
    for run_id in runs:
        compute_now(run_id)
    handed = waiting_hand_overs()
    for run_id in handed:
        hand_over_now(run_id)
    for file_id in files:
        take_results(file_id)
    return len(runs) + len(handed) + len(files)
