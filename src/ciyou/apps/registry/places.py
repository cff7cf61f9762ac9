"""Which divisions' officers may see a person: its own place, where it lives, and the places of its children."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from ciyou.apps.registry.models import Person, PersonPlace, PersonStatus, Relationship

FAMILY_KINDS = ("father", "mother", "guardian", "carer")
"""Whoever is this to a child is on file for the child's sake: the child's officers see them."""


def refresh_places(person_ids: Iterable[UUID]) -> None:
    """Make the places of these persons what their divisions and children say now; their families follow."""
    own = set(person_ids)
    everybody = own | set(_families(own))
    wanted = _own_places(everybody) | _family_places(everybody)
    stored = {
        (row.person_id, row.division, row.why): row.id for row in PersonPlace.objects.filter(person_id__in=everybody)
    }
    PersonPlace.objects.filter(id__in=[row for key, row in stored.items() if key not in wanted]).delete()
    PersonPlace.objects.bulk_create(
        [PersonPlace(person_id=person, division=division, why=why) for person, division, why in wanted - set(stored)],
        ignore_conflicts=True,
    )


def _families(children: set[UUID]) -> Iterable[UUID]:
    ties = Relationship.objects.filter(person_id__in=children, superseded_at=None, kind__in=FAMILY_KINDS)
    return ties.values_list("other_id", flat=True)


def _own_places(people: set[UUID]) -> set[tuple[UUID, str, str]]:
    found = set()
    for person in Person.objects.filter(id__in=people).only("id", "division", "residence_division"):
        found.add((person.id, person.division, "hukou"))
        if person.residence_division:
            found.add((person.id, person.residence_division, "residence"))
    return found


def _family_places(adults: set[UUID]) -> set[tuple[UUID, str, str]]:
    ties = Relationship.objects.filter(other_id__in=adults, superseded_at=None, kind__in=FAMILY_KINDS)
    rows = ties.exclude(person__status=PersonStatus.MERGED).values_list(
        "other_id", "person__division", "person__residence_division"
    )
    return {(adult, place, "family") for adult, *places in rows for place in places if place}
