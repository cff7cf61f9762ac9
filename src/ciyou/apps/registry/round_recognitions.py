"""Since when a household is recognized as something: for the machine that tells somebody in time that the recognition runs out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ciyou.apps.registry.models import Fact, Person, PersonStatus, Relationship
from ciyou.apps.registry.reading import PARENTS, own_rows, stated
from ciyou.apps.registry.round_children import ChildInRound
from ciyou.apps.registry.statements import HOUSEHOLD_PREFIX
from ciyou.core.access.actor import DivisionScope


@dataclass(frozen=True)
class Recognition:
    """A child of a household that is said to be something since a day, without an end."""

    child: ChildInRound
    since: dt.date


def recognitions_since(county: str, *, name: str, after: dt.date, until: dt.date) -> tuple[Recognition, ...]:
    """The active children of a county of whom the newest statement of a yes/no fact of the household says yes since one of these days.

    What stands at a father's or mother's record counts for the child: a roster may list the head of the household only.
    """
    scope = DivisionScope.of(county)
    rows = Fact.objects.filter(name=HOUSEHOLD_PREFIX + name, superseded_at=None)
    rows = rows.filter(person__division__gte=scope.first, person__division__lt=scope.end)
    begun = rows.filter(valid_from__gt=after, valid_from__lte=until).values("person_id")
    said = _newest(rows.filter(person_id__in=begun).order_by("valid_from", "id"), after, until)
    children = _children_of(said)
    found: dict[uuid.UUID, Recognition] = {}
    for record, since in said.items():
        for child in children.get(record, ()):
            if child.id not in found or since > found[child.id].since:
                found[child.id] = Recognition(child, since)
    return tuple(found.values())


def _newest(rows: Iterable[Fact], after: dt.date, until: dt.date) -> dict[uuid.UUID, dt.date]:
    """By record, since when its newest statement says yes, where that is in the period and has no end."""
    newest = {owned.row.person_id: stated(owned) for owned in own_rows(rows)}
    return {
        record: one.valid_from
        for record, one in newest.items()
        if one.value is True and one.valid_to is None and one.valid_from and after < one.valid_from <= until
    }


def _children_of(records: Collection[uuid.UUID]) -> dict[uuid.UUID, list[ChildInRound]]:
    """By record: the child itself, or the children of the parent whose record it is."""
    ties = Relationship.objects.filter(other_id__in=list(records), kind__in=PARENTS, superseded_at=None)
    pairs = [(record, record) for record in records] + list(ties.values_list("other_id", "person_id"))
    people = Person.objects.filter(id__in={child for _, child in pairs}, kind="child", status=PersonStatus.ACTIVE)
    known = {row[0]: ChildInRound(*row) for row in people.values_list("id", "division", "birth_date", "restricted")}
    found: dict[uuid.UUID, list[ChildInRound]] = {}
    for record, child in pairs:
        if child in known:
            found.setdefault(record, []).append(known[child])
    return found
