"""Writing the log: disclosures, actions, and news for the rooms above."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry, OutboxEvent, PersonSeen
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
    """Note that the actor was shown (or a run read) these fields of these persons; returns the entry's number.

    `action` is a route or a job, `subject` what it was about (the id of a screening), `origin` an address or "worker".
    `persons` are internal ids, or only how many there were where a run read a whole population.
    """
    named = [] if isinstance(persons, int) else sorted({str(person) for person in persons})
    return _append(
        actor,
        named,
        kind="disclosure",
        purpose=purpose.value,
        action=action,
        subject=subject,
        person_count=persons if isinstance(persons, int) else len(named),
        fields=_canonical(sorted(set(fields))),
        details=_canonical({}),
        highest_class=highest_class,
        origin=origin,
    )


def record_action(
    actor: Actor,
    *,
    action: str,
    subject: str = "",
    persons: Iterable[str] = (),
    details: Mapping[str, str | int | bool | None] | None = None,
    highest_class: int = 2,
    origin: str = "",
) -> int:
    """Note what the actor did, in the transaction that does it; returns the entry's number.

    `action` is the service's verb and object (`assign_lead`), `details` codes and counts, never what a person's data say.
    """
    named = sorted({str(person) for person in persons})
    return _append(
        actor,
        named,
        kind="action",
        purpose="",
        action=action,
        subject=str(subject),
        person_count=len(named),
        fields=_canonical([]),
        details=_canonical(dict(details or {})),
        highest_class=highest_class,
        origin=origin,
    )


def publish_event(name: str, **payload: str | int | list[str]) -> None:
    """Leave news (`registry.facts_changed`) for the rooms above; it is delivered after this transaction, at least once."""
    OutboxEvent.objects.create(name=name, payload=payload, created_at=timezone.now())


def _append(actor: Actor, persons: list[str], **row: str | int) -> int:
    with transaction.atomic():
        entry = LogEntry.objects.create(
            at=timezone.now(), actor_id=actor.id, post_id=actor.post_id, role=actor.role, **row
        )
        _add_persons(entry.id, persons)
    return entry.id


def _add_persons(entry_id: int, persons: list[str]) -> None:
    """One row for each person, by one statement: a page shows dozens, a run reads thousands."""
    if not persons:
        return
    listed: str = "unnest(%s::text[])"
    given: list[str] | str = persons
    if connection.vendor == "sqlite":
        listed, given = "value FROM json_each(%s)", json.dumps(persons)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {_SEEN} (entry_id, person_id) SELECT %s, {listed}", [entry_id, given])


_SEEN = PersonSeen._meta.db_table


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
