"""Leads, brothers and sisters for tests of visits and letters. Everything irrelevant has a default; nobody exists."""

from __future__ import annotations

import itertools
import uuid

from django.utils import timezone

from ciyou.apps.cases.models import Lead
from ciyou.apps.registry.models import Person, Relationship
from ciyou.apps.registry.services import IncomingRelation, relate_people
from ciyou.core.access.actor import LOCAL_OPERATOR
from tests.office import VILLAGE, file_child

_numbers = itertools.count(1)


def open_lead(child_id, **fields) -> Lead:
    """A lead about a child, handed to nobody or (post) to somebody."""
    number = next(_numbers)
    return Lead.objects.create(
        linkage_id=f"lead{number}",
        person_id=child_id,
        opened_at=timezone.now(),
        **{
            "why": "open_with_adverse",
            "rules": ["de_facto_unattended"],
            "rank": number,
            "division": VILLAGE,
            "queue": "village",
            "state": "new",
            **fields,
        },
    )


def file_sibling(child_id, *, key: str, **facts) -> uuid.UUID:
    """A brother or sister: another child of the same father and mother."""
    sibling = file_child(key, **facts)
    keys = {person.id: person.linkage_id for person in Person.objects.all()}
    ties = [
        IncomingRelation(key, tie.kind, keys[tie.other_id], "police_hukou", 0.9)
        for tie in Relationship.objects.filter(person_id=child_id, kind__in=("father", "mother"), superseded_at=None)
    ]
    relate_people(LOCAL_OPERATOR, relations=ties)
    return sibling


def parent_of(child_id, kind: str) -> uuid.UUID:
    """A child's father or mother."""
    return Relationship.objects.get(person_id=child_id, kind=kind, superseded_at=None).other_id
