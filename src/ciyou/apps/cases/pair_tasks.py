"""The county's task to compare doubtful records: there while any pair waits, so that nobody's doubt lies in a queue that nobody opens."""

from __future__ import annotations

from django.db import transaction

from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.tasks import NewTask, end_task, open_tasks
from ciyou.apps.rosters.pair_access import are_pairs_waiting
from ciyou.core.access.actor import LOCAL_OPERATOR

COMPARE = "compare_records"


def on_pairs_moved(division: str, **_more: object) -> None:
    """The event `rosters.pairs_moved`: open the county's task while a doubt waits, end it once none does; twice is once."""
    subject = f"pairs:{division}"
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        if are_pairs_waiting(division):
            open_tasks(LOCAL_OPERATOR, tasks=[NewTask(COMPARE, subject, division, queue_role="county_drafter")])
        else:
            end_task(LOCAL_OPERATOR, kind=COMPARE, subject_id=subject)
