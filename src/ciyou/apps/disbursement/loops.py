"""What of a month's payments has to come to an end."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import TruncDate

from ciyou.apps.cases.loops import LoopKind
from ciyou.apps.disbursement.models import MonthRun
from ciyou.apps.disbursement.month_tasks import STEPS


def loop_kinds() -> tuple[LoopKind, ...]:
    """Months that wait for a person; one that is being computed waits for nobody."""
    waits = Q(state__in=[str(state) for state in STEPS])
    return (LoopKind("month", MonthRun.objects.all(), waits, TruncDate("begun_at"), place="county", child=""),)
