"""When children were taught at home: for the machine that watches for silence."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.db.models import Max, QuerySet

from ciyou.apps.schooling.models import HomeSession


def taught_on(people: QuerySet | Collection[uuid.UUID], *, since: dt.date) -> dict[uuid.UUID, dt.date]:
    """By child, the last day from `since` on on which a teacher came to it at home (one query)."""
    rows = HomeSession.objects.filter(plan__placement__child__in=people, held_on__gte=since, struck_at=None).order_by()
    return dict(rows.values_list("plan__placement__child").annotate(Max("held_on")))
