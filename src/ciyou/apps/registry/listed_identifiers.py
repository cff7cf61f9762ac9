"""ID numbers and parents' names of many persons at once, for a list that leaves the system (an export)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from ciyou.apps.registry.identifying import mask_identifier
from ciyou.apps.registry.models import Identifier, Relationship
from ciyou.apps.registry.scoping import visible_people
from ciyou.apps.registry.sealing import open_identifier
from ciyou.core.access.actor import Actor, Purpose

ID_CARD = "id_card"
PARENTS = ("father", "mother")


def listed_id_numbers(
    actor: Actor, *, person_ids: Iterable[uuid.UUID], purpose: Purpose, unmasked: bool
) -> dict[uuid.UUID, str]:
    """The ID number of each person the actor may see; masked unless it is asked for in full (the caller records the disclosure)."""
    allowed = visible_people(actor, purpose=purpose).filter(pk__in=list(person_ids)).values("pk")
    rows = Identifier.objects.filter(person__in=allowed, kind=ID_CARD, ended_at=None).order_by("-id")
    found = {}
    for person, cipher in rows.values_list("person_id", "cipher"):
        value = open_identifier(person, ID_CARD, cipher)
        found[person] = value if unmasked else mask_identifier(ID_CARD, value)
    return found


def listed_parents(
    actor: Actor, *, person_ids: Iterable[uuid.UUID], purpose: Purpose
) -> dict[tuple[uuid.UUID, str], str]:
    """The names of fathers and mothers by (child, kind), of persons the actor may see."""
    allowed = visible_people(actor, purpose=purpose)
    rows = Relationship.objects.filter(
        person__in=allowed.filter(pk__in=list(person_ids)).values("pk"),
        other__in=allowed.values("pk"),
        kind__in=PARENTS,
        superseded_at=None,
    )
    return {(child, kind): name for child, kind, name in rows.values_list("person_id", "kind", "other__name")}
