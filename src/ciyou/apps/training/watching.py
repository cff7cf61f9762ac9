"""A supervisor's task to have the year's training done: only where the packs of its place have a clock for it. The nation's have none."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import divisions_of_role
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.tasks import NewTask, end_task, open_tasks
from ciyou.apps.training.reading import untrained
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.packs import load_clocks

TRAIN = "train_workers"
_SUPERVISOR, _DIRECTOR = "supervisor", "child_director"


def watch_training() -> int:
    """Open and end the tasks of this year's training, township by township; returns in how many one is wanted. Part of the daily job."""
    today, wanted = timezone.localdate(), 0
    with walled(LOCAL_OPERATOR):
        for township in divisions_of_role(_SUPERVISOR, on=today):
            if TRAIN not in load_clocks(division=township):
                continue
            subject, before = f"{township}:{today.year}", f"{township}:{today.year - 1}"
            with transaction.atomic():
                end_task(LOCAL_OPERATOR, kind=TRAIN, subject_id=before, state="withdrawn")
                if untrained(LOCAL_OPERATOR, division=township, role=_DIRECTOR, year=today.year):
                    begun = today.replace(month=1, day=1)
                    open_tasks(LOCAL_OPERATOR, tasks=[NewTask(TRAIN, subject, township, queue_role=_SUPERVISOR, started_on=begun)])  # fmt: skip
                    wanted += 1
                else:
                    end_task(LOCAL_OPERATOR, kind=TRAIN, subject_id=subject)
    return wanted
