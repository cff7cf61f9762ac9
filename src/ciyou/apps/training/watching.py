"""A supervisor's task to have the year's training done: only where the packs of its place have a clock for it. The nation's have none."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import divisions_of_role
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.tasks import NewTask, end_task, end_tasks, open_tasks, subjects_of_open
from ciyou.apps.training.reading import untrained
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.packs import load_clocks

TRAIN = "train_workers"
_SUPERVISOR, _DIRECTOR = "supervisor", "child_director"
_WITHDRAWN = "withdrawn"


def watch_training() -> int:
    """Open and end the tasks of this year's training, township by township; returns in how many one is wanted. Part of the daily job."""
    today, wanted = timezone.localdate(), set()
    with walled(LOCAL_OPERATOR):
        for township in divisions_of_role(_SUPERVISOR, on=today):
            if TRAIN not in load_clocks(division=township):
                continue
            subject = f"{township}:{today.year}"
            with transaction.atomic():
                if untrained(LOCAL_OPERATOR, division=township, role=_DIRECTOR, year=today.year):
                    begun = today.replace(month=1, day=1)
                    open_tasks(LOCAL_OPERATOR, tasks=[NewTask(TRAIN, subject, township, queue_role=_SUPERVISOR, started_on=begun)])  # fmt: skip
                    wanted.add(subject)
                else:
                    end_task(LOCAL_OPERATOR, kind=TRAIN, subject_id=subject)
        with transaction.atomic():
            _withdraw_others(wanted)
    return len(wanted)


def _withdraw_others(wanted: Collection[str]) -> None:
    """Last year's, and those of places that have no clock or nobody to do it any more."""
    others = sorted(subjects_of_open(TRAIN) - set(wanted))
    end_tasks(LOCAL_OPERATOR, kind=TRAIN, subject_ids=others, state=_WITHDRAWN)
