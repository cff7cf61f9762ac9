"""What current determinations rest on, in bulk and for the machine alone: it shows none of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from ciyou.apps.audit.keys import keyring
from ciyou.apps.entitlements.contents import Grounds, open_grounds
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.registry.hex_ids import HexId, dashed, hex_id


@dataclass(frozen=True, slots=True)
class CurrentDetermination:
    """A child's current determination without its content."""

    id: HexId
    division: str


def current_between(*, after: HexId | None, last: HexId) -> dict[HexId, CurrentDetermination]:
    """The current determinations of the children behind `after` and up to `last`, by child."""
    rows = Determination.objects.filter(current=True, person_id__lte=last)
    return _by_child(rows if after is None else rows.filter(person_id__gt=after))


def grounds_of(determination_ids: Iterable[HexId]) -> dict[HexId, Grounds]:
    """What each of these determinations rests on."""
    ring = keyring()
    rows = Determination.objects.filter(id__in=list(determination_ids)).values_list(hex_id("id"), "content")
    return {found: open_grounds(ring, dashed(found), bytes(content)) for found, content in rows.iterator()}


def current_of(person_ids: Collection[object]) -> dict[HexId, CurrentDetermination]:
    """The current determinations of a few children, by child."""
    return _by_child(Determination.objects.filter(current=True, person__in=person_ids))


def _by_child(rows: QuerySet[Determination]) -> dict[HexId, CurrentDetermination]:
    return {
        person: CurrentDetermination(found, division)
        for person, found, division in rows.values_list(hex_id("person_id"), hex_id("id"), "division")
    }
