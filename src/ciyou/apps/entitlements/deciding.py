"""What the rooms that pay read of current determinations: one rule of one child, and the statements of many. Shown to nobody."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from itertools import islice

from ciyou.apps.entitlements.contents import open_content
from ciyou.apps.entitlements.models import Determination, DeterminationState
from ciyou.apps.entitlements.views import RuleDecided, StatedOf

BATCH = 500
_STATED = ("id", "person_id", "division", "as_of", "pack_version", "facts_hash", "content")


def rule_decided(*, child_id: object, rule: str) -> RuleDecided | None:
    """How a rule came out in a child's current determination, of any class; None where the child has none.

    For a service that has asked for access itself; what it shows of it is its own to answer for.
    """
    row = Determination.objects.filter(person_id=child_id, current=True).first()
    if row is None:
        return None
    found = open_content(row.id, row.content).decisions.get(rule)
    return RuleDecided(row.id, row.division, row.as_of, row.state == DeterminationState.CONFIRMED, found)


def statements_now(child_ids: Iterable[uuid.UUID]) -> Iterator[tuple[uuid.UUID, StatedOf]]:
    """By child, what its current determination rests on: one row read and deciphered per child, in batches of 500.

    For the engine of payments; children without a determination are left out.
    """
    wanted = iter(dict.fromkeys(child_ids))
    while batch := list(islice(wanted, BATCH)):
        rows = Determination.objects.filter(person_id__in=batch, current=True).order_by("person_id")
        for found, person, division, as_of, version, hashed, cipher in rows.values_list(*_STATED):
            content = open_content(found, cipher)
            yield person, StatedOf(found, division, as_of, version, hashed, content.statements)


def determinations_now(child_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[uuid.UUID, str, str]]:
    """By child: id, pack version and keyed hash of the facts of its current determination, nothing deciphered.

    By which the engine of payments sees what has changed since it last derived an award.
    """
    found: dict[uuid.UUID, tuple[uuid.UUID, str, str]] = {}
    wanted = iter(dict.fromkeys(child_ids))
    while batch := list(islice(wanted, BATCH)):
        rows = Determination.objects.filter(person_id__in=batch, current=True)
        for person, row, version, hashed in rows.values_list("person_id", "id", "pack_version", "facts_hash"):
            found[person] = (row, version, hashed)
    return found
