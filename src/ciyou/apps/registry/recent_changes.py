"""What changed lately about children's families: for the machine that raises alerts, which shows none of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator

from ciyou.apps.registry.models import Fact, Relationship
from ciyou.apps.registry.reading import PARENTS
from ciyou.apps.registry.statements import value_of
from ciyou.core.facts.definition import Entity
from ciyou.packs import load_vocabulary

CARERS = ("guardian", "carer")
_SETTLING = dt.timedelta(days=1)
"""What comes on file within a day of the file itself is how the file began, and no change."""


def changed_carers(child_ids: Collection[uuid.UUID], *, since: dt.datetime) -> dict[uuid.UUID, dt.datetime]:
    """Of these the children who have another guardian or carer than before, and when that was put on record.

    Two names that came on file together, or while the file was being opened, are how it began: nobody followed anybody.
    """
    rows = Relationship.objects.filter(person__in=list(child_ids), kind__in=CARERS).order_by("recorded_at", "id")
    found: dict[uuid.UUID, dt.datetime] = {}
    before: dict[tuple[uuid.UUID, str], dict[uuid.UUID, dt.datetime]] = defaultdict(dict)
    for child, kind, other, at, opened in rows.values_list(
        "person_id", "kind", "other_id", "recorded_at", "person__created_at"
    ):
        named = before[child, kind]
        if at >= since and at > opened + _SETTLING and other not in named and any(one < at for one in named.values()):
            found[child] = at
        named.setdefault(other, at)
    return found


def changed_parents(
    child_ids: Collection[uuid.UUID], *, names: Collection[str], since: dt.datetime
) -> dict[uuid.UUID, dt.datetime]:
    """Of these the children of whose father or mother one of these facts is not what it was, and when that was put on record.

    A circumstance that holds now and of which nothing was on record before counts as a change, once the child's file is a day old.
    """
    ties = defaultdict(list)
    rows = Relationship.objects.filter(person__in=list(child_ids), kind__in=PARENTS, superseded_at=None)
    for child, parent, opened in rows.values_list("person_id", "other_id", "person__created_at"):
        ties[parent].append((child, opened))
    found: dict[uuid.UUID, dt.datetime] = {}
    for parent, at, is_first in _changes(list(ties), names, since):
        for child, opened in ties[parent]:
            if not is_first or at > opened + _SETTLING:
                found[child] = max(at, found.get(child, at))
    return found


def _changes(
    people: list[uuid.UUID], names: Collection[str], since: dt.datetime
) -> Iterator[tuple[uuid.UUID, dt.datetime, bool]]:
    """(person, when, whether nothing was said before) for each statement since then that says another thing than the one before."""
    vocabulary = load_vocabulary()
    said: dict[tuple[uuid.UUID, str], object] = {}
    lately = Fact.objects.filter(person__in=people, name__in=list(names), recorded_at__gte=since).values("person")
    for row in Fact.objects.filter(person__in=lately, name__in=list(names)).order_by("recorded_at", "id"):
        key = row.person_id, row.name
        value = value_of(row, vocabulary.get(Entity.FATHER, row.name))
        if row.recorded_at >= since and value != said.get(key, False):
            yield row.person_id, row.recorded_at, key not in said
        said[key] = value
