"""Writing the log of disclosures."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.chain import GENESIS, hash_of
from ciyou.apps.audit.models import DisclosureRecord
from ciyou.core.access.actor import Actor, Purpose


def record_disclosure(
    actor: Actor,
    *,
    purpose: Purpose,
    action: str,
    persons: Iterable[str] | int,
    fields: Iterable[str],
    highest_class: int,
    origin: str,
    subject: str = "",
) -> int:
    """Note that the actor was shown (or a run read) these fields of these persons; returns the row's number.

    `action` is a route or a job, `subject` what it was about (the id of a screening), `origin` an address or "worker".
    `persons` are internal ids, or only how many there were where a run read a whole population.
    """
    named = [] if isinstance(persons, int) else sorted(set(persons))
    row = {
        "at": timezone.now(),
        "actor_id": actor.id,
        "role": actor.role,
        "purpose": purpose.value,
        "action": action,
        "subject": subject,
        "person_ids": named,
        "person_count": persons if isinstance(persons, int) else len(named),
        "fields": sorted(set(fields)),
        "highest_class": highest_class,
        "origin": origin,
    }
    with transaction.atomic():
        last = DisclosureRecord.objects.order_by("-id").values_list("hash", flat=True).first()
        previous = last or GENESIS
        return DisclosureRecord.objects.create(**row, previous_hash=previous, hash=hash_of(row, previous)).id
