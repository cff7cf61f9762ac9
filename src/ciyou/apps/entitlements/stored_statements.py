"""What current determinations rest on, in bulk and for the machine alone: it shows none of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from ciyou.apps.audit.keys import keyring
from ciyou.apps.entitlements.contents import Grounds, open_grounds
from ciyou.apps.entitlements.models import Determination


@dataclass(frozen=True, slots=True)
class CurrentDetermination:
    """A child's current determination without its content."""

    id: uuid.UUID
    division: str


def current_between(*, after: uuid.UUID | None, last: uuid.UUID) -> dict[uuid.UUID, CurrentDetermination]:
    """The current determinations of the children behind `after` and up to `last`, by child."""
    rows = Determination.objects.filter(current=True, person_id__lte=last)
    return _by_child(rows if after is None else rows.filter(person_id__gt=after))


def grounds_of(determination_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Grounds]:
    """What each of these determinations rests on."""
    ring = keyring()
    rows = Determination.objects.filter(id__in=list(determination_ids)).values_list("id", "content")
    return {found: open_grounds(ring, found, bytes(content)) for found, content in rows.iterator()}


def current_of(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, CurrentDetermination]:
    """The current determinations of a few children, by child."""
    return _by_child(Determination.objects.filter(current=True, person__in=person_ids))


def _by_child(rows: QuerySet[Determination]) -> dict[uuid.UUID, CurrentDetermination]:
    return {
        person: CurrentDetermination(found, division)
        for person, found, division in rows.values_list("person_id", "id", "division")
    }
