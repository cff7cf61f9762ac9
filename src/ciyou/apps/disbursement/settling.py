"""A month is settled when nothing is on its way any more; it is closed by a person, when it adds up."""

from __future__ import annotations

import uuid

from django.db.models import F
from django.utils import timezone

from ciyou.apps.cases.tasks import end_task
from ciyou.apps.disbursement.models import MonthRun, RunState
from ciyou.apps.disbursement.totals import totals_of
from ciyou.core.access.actor import LOCAL_OPERATOR


def settle_if_done(run_id: uuid.UUID) -> bool:
    """Move a run that was handed over to settled when every payment was paid, given back, or sent again and paid."""
    if not totals_of(run_id).adds_up:
        return False
    settled = MonthRun.objects.filter(id=run_id, state=RunState.HANDED).update(
        state=RunState.SETTLED, settled_at=timezone.now(), version=F("version") + 1
    )
    if settled:
        end_task(LOCAL_OPERATOR, kind="settle_month", subject_id=str(run_id))
    return bool(settled)
