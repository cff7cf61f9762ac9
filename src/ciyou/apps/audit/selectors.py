"""Reading the log of disclosures."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms.models import model_to_dict

from ciyou.apps.audit.chain import GENESIS, hash_of
from ciyou.apps.audit.models import DisclosureRecord


@dataclass(frozen=True)
class Disclosure:
    """One row of the log."""

    action: str
    actor_id: str
    purpose: str
    subject: str
    person_ids: tuple[str, ...]
    person_count: int
    fields: tuple[str, ...]
    highest_class: int


def list_disclosures(*, subject: str = "") -> tuple[Disclosure, ...]:
    """The disclosures about one subject (a screening), or all, oldest first."""
    rows = DisclosureRecord.objects.filter(subject=subject) if subject else DisclosureRecord.objects.all()
    return tuple(
        Disclosure(
            row.action,
            row.actor_id,
            row.purpose,
            row.subject,
            tuple(row.person_ids),
            row.person_count,
            tuple(row.fields),
            row.highest_class,
        )
        for row in rows
    )


def find_broken_link() -> int | None:
    """The number of the first row whose hash does not follow from its contents and the row before; None when all do."""
    previous = GENESIS
    for row in DisclosureRecord.objects.iterator():
        if row.previous_hash != previous or row.hash != hash_of(model_to_dict(row), previous):
            return row.id
        previous = row.hash
    return None
