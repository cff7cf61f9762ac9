"""When receivers told of children: for the machine that watches for silence."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.db.models import Max, QuerySet
from django.utils import timezone

from ciyou.apps.partners.models import ReferralStep

_TOLD = ("arrive", "reply", "follow")
"""Steps by which somebody who saw the child says so."""


def replied_on(people: QuerySet | Collection[uuid.UUID], *, since: dt.date) -> dict[uuid.UUID, dt.date]:
    """By child, the last day from `since` on on which it arrived at a receiver, a receiver replied, or the return was followed up (one query)."""
    rows = ReferralStep.objects.filter(referral__child__in=people, step__in=_TOLD, at__gte=_morning(since)).order_by()
    found = rows.values_list("referral__child").annotate(last=Max("at"))
    return {child: timezone.localdate(at) for child, at in found}


def _morning(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
