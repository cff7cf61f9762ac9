"""When one end lets its time run out, the other end's supervisors are told too, and may urge; the worker looks."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import post_for
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import county_of
from ciyou.apps.cases.tasks import open_task
from ciyou.apps.crossing.clocks import clock_now
from ciyou.apps.crossing.models import OPEN, Crossing
from ciyou.apps.crossing.steps import COUNTER, DRAFTER, REVIEWER, URGE
from ciyou.core.access.actor import LOCAL_OPERATOR

_BATCH = 500


def urge_late() -> int:
    """Open a task at the other end for every crossing whose clock has run out; how many crossings are late (a periodic job).

    The end that is late has its own escalation besides (cases.escalation): both ends' supervisors see it. Once open, the task stays as
    it is until the step is taken.
    """
    today, late = timezone.localdate(), 0
    with walled(LOCAL_OPERATOR):
        for row in Crossing.objects.filter(state__in=OPEN).defer("content").order_by("id").iterator(_BATCH):
            clock = clock_now(row)
            if clock is None or not clock.is_late(today):
                continue
            late += 1
            other = row.handled_in if clock.end == COUNTER else row.received_in
            if other:
                _tell(row, county_of(other))
    return late


def _tell(row: Crossing, county: str) -> None:
    today = timezone.localdate()
    role = REVIEWER if post_for(division=county, role=REVIEWER, on=today) else DRAFTER
    with transaction.atomic():
        open_task(LOCAL_OPERATOR, kind=URGE, subject_id=str(row.id), division=county, queue_role=role)
        record_action(LOCAL_OPERATOR, action="urge_crossing", subject=str(row.id), origin="worker")
