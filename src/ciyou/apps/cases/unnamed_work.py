"""A protected child for whom nobody is named: whoever names workers is asked to, and is not told what waits."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from ciyou.apps.cases.rounds import county_of
from ciyou.apps.cases.shown_work import NAME_WORKER
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks, subjects_of_open
from ciyou.apps.registry.round_children import ChildInRound
from ciyou.core.access.actor import LOCAL_OPERATOR

NAMES_WORKERS = "county_reviewer"
"""The first role of a county that may name a worker (`Action.CONFIRM`)."""


def ask_for_workers(children: Iterable[ChildInRound], on: dt.date) -> None:
    """Ask the county to name a worker for each of these files. The task names no person: it is in nobody's list of a child's work."""
    tasks = [
        NewTask(NAME_WORKER, str(one.id), county_of(one.division), queue_role=NAMES_WORKERS, started_on=on)
        for one in children
    ]
    open_tasks(LOCAL_OPERATOR, tasks=tasks)


def end_asking(child_ids: Iterable[uuid.UUID], *, reason: str = "") -> None:
    """Somebody is named, or the file is open again."""
    end_tasks(LOCAL_OPERATOR, kind=NAME_WORKER, subject_ids=[str(one) for one in child_ids], reason=reason)


def waiting_for_workers() -> frozenset[uuid.UUID]:
    """The children for whom somebody is asked to name a worker: for the machine."""
    return frozenset(uuid.UUID(one) for one in subjects_of_open(NAME_WORKER))
