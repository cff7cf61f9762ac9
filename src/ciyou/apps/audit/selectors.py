"""Reading the log of actions and disclosures."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ciyou.apps.audit.chain_state import ChainState, chain_state
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.audit.reading import EntryFilter, EntryPage, Look, check_may_read, list_entries, who_looked

__all__ = (
    "ChainState",
    "Disclosure",
    "EntryFilter",
    "EntryPage",
    "Look",
    "chain_state",
    "check_may_read",
    "list_disclosures",
    "list_entries",
    "who_looked",
)


@dataclass(frozen=True)
class Disclosure:
    """One entry of the log about persons who were shown."""

    action: str
    actor_id: str
    purpose: str
    subject: str
    person_ids: tuple[str, ...]
    person_count: int
    fields: tuple[str, ...]
    highest_class: int


def list_disclosures(*, subject: str = "") -> tuple[Disclosure, ...]:
    """The disclosures about one subject (a screening, a child), or all, oldest first."""
    rows = LogEntry.objects.filter(kind="disclosure").prefetch_related("persons").order_by("id")
    if subject:
        rows = rows.filter(subject=subject)
    return tuple(
        Disclosure(
            row.action,
            row.actor_id,
            row.purpose,
            row.subject,
            tuple(sorted(seen.person_id for seen in row.persons.all())),
            row.person_count,
            tuple(json.loads(row.fields)),
            row.highest_class,
        )
        for row in rows
    )
