"""What is known of a person on one file comes to stand on another: the values are sealed anew for their new place."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.utils import timezone

from ciyou.apps.registry.models import Fact
from ciyou.apps.registry.sealing import open_fact, seal_fact
from ciyou.apps.registry.statements import copy_row
from ciyou.core.access.actor import Actor


def copy_open_facts(actor: Actor, *, source_id: UUID, target_id: UUID, now: dt.datetime | None = None) -> int:
    """Record on the target what is open on the source; what the same source says there of the same fact stays alone.

    It was not known of the target before now, so it is recorded now; who found it out stays.
    """
    moment = now or timezone.now()
    there = set(Fact.objects.filter(person_id=target_id, superseded_at=None).values_list("name", "source"))
    rows = Fact.objects.filter(person_id=source_id, superseded_at=None).order_by("id")
    copies = [copy_fact(row, target_id, moment) for row in rows if (row.name, row.source) not in there]
    Fact.objects.bulk_create(copies)
    return len(copies)


def copy_fact(row: Fact, target_id: UUID, now: dt.datetime) -> Fact:
    """An unsaved copy of a statement for another file, or anew for its own: sealed for it, known since `now`."""
    value = open_fact(row.person_id, row.name, row.value)
    return copy_row(row, person_id=target_id, value=seal_fact(target_id, row.name, value), recorded_at=now)  # type: ignore[arg-type]
