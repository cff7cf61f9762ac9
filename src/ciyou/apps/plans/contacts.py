"""When somebody worked on the case of children: for the machine that watches for silence."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.db.models import Max, QuerySet
from django.utils import timezone

from ciyou.apps.plans.models import CaseStep
from ciyou.core.access.actor import LOCAL_OPERATOR


def noted_on(people: QuerySet | Collection[uuid.UUID], *, since: dt.date) -> dict[uuid.UUID, dt.date]:
    """By child, the last day from `since` on on which a person (not the machine) took a step in its case (one query)."""
    rows = CaseStep.objects.filter(case__person__in=people, at__gte=_morning(since)).exclude(by=LOCAL_OPERATOR.id)
    found = rows.order_by().values_list("case__person").annotate(last=Max("at"))
    return {child: timezone.localdate(at) for child, at in found}


def _morning(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
