"""When children were asked, and what an alert may know of it: for the machine that watches, which shows none of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.db.models import Max, QuerySet

from ciyou.apps.care.contents import open_result
from ciyou.apps.care.models import FilledQuestionnaire, FilledState

Children = QuerySet | Collection[uuid.UUID]


def asked_on(people: Children, *, since: dt.date) -> dict[uuid.UUID, dt.date]:
    """By child, the last day from `since` on on which a questionnaire was filled with it or its carer (one query)."""
    rows = FilledQuestionnaire.objects.filter(person__in=people, asked_on__gte=since)
    return dict(rows.order_by().values_list("person").annotate(Max("asked_on")))


def waiting_children(people: Children) -> frozenset[uuid.UUID]:
    """Of these the children whom somebody must still see the same day."""
    rows = FilledQuestionnaire.objects.filter(person__in=people, state=FilledState.WAITING)
    return frozenset(rows.values_list("person_id", flat=True))


def is_hint(filled_id: uuid.UUID) -> bool:
    """Whether a score of a filled questionnaire reached a cut-off, and no item of it has set same-day work going already."""
    row = FilledQuestionnaire.objects.filter(id=filled_id, state=FilledState.RECORDED).first()
    return row is not None and any(one.reached for one in open_result(row.id, row.result).result.measured)
