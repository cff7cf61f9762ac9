"""What happened to a file, as its timeline tells it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from ciyou.apps.registry.models import PersonEvent
from ciyou.core.access.actor import Actor


def note_event(
    actor: Actor, person_id: UUID, kind: str, *, on: dt.date | None = None, details: Mapping[str, object] | None = None
) -> None:
    """Add an event to a person's file; `details` are ids, codes and counts."""
    PersonEvent.objects.create(**event_row(actor, person_id, kind, on=on, details=details))


def event_row(
    actor: Actor, person_id: UUID, kind: str, *, on: dt.date | None = None, details: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The same, for many at once."""
    return {
        "person_id": person_id,
        "kind": kind,
        "on": on or timezone.localdate(),
        "details": dict(details or {}),
        "recorded_at": timezone.now(),
        "recorded_by": actor.id,
    }
