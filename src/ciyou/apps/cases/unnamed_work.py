"""A child about whom nobody who is named may be told: whoever names workers is asked to, and is not told what waits."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from ciyou.apps.cases.models import TaskState
from ciyou.apps.cases.rounds import county_of
from ciyou.apps.cases.shown_work import NAME_WORKER
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_elsewhere, open_tasks, posts_of_open, subjects_of_open
from ciyou.apps.registry.round_children import ChildInRound
from ciyou.core.access.actor import LOCAL_OPERATOR

NAMES_WORKERS = "county_reviewer"
"""The first role of a county that may name a worker (`Action.CONFIRM`)."""
MOVED = "moved"
"""Why a county is asked no more: the child is another one's now."""


def ask_for_workers(children: Iterable[ChildInRound], on: dt.date) -> None:
    """Ask the county to name a worker for each of these files, and the county where it was no more.

    The task names no person: it is in nobody's list of a child's work, and does not go along by itself.
    """
    tasks = [
        NewTask(NAME_WORKER, str(one.id), county_of(one.division), queue_role=NAMES_WORKERS, started_on=on)
        for one in children
    ]
    _end(open_elsewhere(tasks), MOVED)
    open_tasks(LOCAL_OPERATOR, tasks=tasks)


def end_asking(child_ids: Iterable[uuid.UUID], *, reason: str = "") -> None:
    """Somebody is named, or the file is open again; with a reason nobody needs to be named any more."""
    _end([str(one) for one in child_ids], reason)


def _end(subjects: list[str], reason: str) -> None:
    state = TaskState.WITHDRAWN if reason else TaskState.DONE
    end_tasks(LOCAL_OPERATOR, kind=NAME_WORKER, subject_ids=subjects, state=state, reason=reason)


def is_asked(child_id: uuid.UUID) -> bool:
    """Whether somebody is asked to name a worker for a file: for the machine."""
    return bool(posts_of_open([NAME_WORKER], str(child_id)))


def waiting_for_workers() -> frozenset[uuid.UUID]:
    """The children for whom somebody is asked to name a worker: for the machine."""
    return frozenset(uuid.UUID(one) for one in subjects_of_open(NAME_WORKER))
