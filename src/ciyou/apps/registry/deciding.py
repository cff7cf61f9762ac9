"""What the determination engine reads of the registry: whole files, restricted ones too. It shows them to nobody."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Value

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.models import Fact, Person, PersonStatus, Relationship
from ciyou.apps.registry.reading import PARENTS, statements_of_children
from ciyou.apps.registry.scoping import _grants as grants_of
from ciyou.apps.registry.statements import HOUSEHOLD_PREFIX
from ciyou.apps.registry.witnessing import sees_fact
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis, StatedFact

BY_HAND = ("visit", "correction", "registration")


@dataclass(frozen=True)
class ChildToDecide:
    """A child on file: the place whose rules apply to it, and everything that is said of it, its parents and its household."""

    id: uuid.UUID
    division: str
    statements: tuple[StatedFact, ...]


def children_to_decide(child_ids: Iterable[uuid.UUID]) -> tuple[ChildToDecide, ...]:
    """These children, by division; files that lead to another one, and adults, are not among them."""
    people = Person.objects.filter(id__in=list(child_ids), kind="child").exclude(status=PersonStatus.MERGED)
    places = dict(people.order_by("division", "id").values_list("id", "division"))
    statements = statements_of_children(child_ids=list(places))
    return tuple(ChildToDecide(child, place, tuple(statements.get(child, ()))) for child, place in places.items())


def places_of(child_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The responsible place of each of these children."""
    return dict(Person.objects.filter(id__in=list(child_ids)).values_list("id", "division"))


def countable_in(division: str) -> QuerySet[Person]:
    """The ids of the children of one place that may stand in numbers: active files, none that is protected."""
    people = Person.objects.filter(division=division, kind="child", status=PersonStatus.ACTIVE, restricted=False)
    return people.order_by().values("id")


def children_on_file(*, after: uuid.UUID | None, limit: int) -> tuple[uuid.UUID, ...]:
    """The next children of all files, by id: to go through everybody in parts."""
    people = Person.objects.filter(kind="child").exclude(status=PersonStatus.MERGED)
    if after is not None:
        people = people.filter(id__gt=after)
    return tuple(people.order_by("id").values_list("id", flat=True)[:limit])


def recorders_of(child_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    """By child, the users on whose own word (visit, correction, registration) something known of it or its family rests."""
    children = list(child_ids)
    family = Relationship.objects.filter(person__in=children, superseded_at=None).values_list("other_id", "person_id")
    whose: dict[uuid.UUID, set[uuid.UUID]] = {child: {child} for child in children}
    for other, child in family:
        whose.setdefault(other, set()).add(child)
    said = Fact.objects.filter(person__in=list(whose), source__in=BY_HAND, superseded_at=None)
    found: dict[uuid.UUID, set[str]] = {child: set() for child in children}
    for person, user in said.values_list("person_id", "recorded_by"):
        for child in whose[person] & found.keys():
            found[child].add(user)
    return {child: frozenset(users) for child, users in found.items()}


@dataclass(frozen=True)
class Provenance:
    """When a statement was put on file, by whom, whether on their own word, and whether the actor may read what it says."""

    recorded_at: dt.datetime
    recorded_by: str
    by_hand: bool
    readable: bool


Told = dict[tuple[Entity, str, str], Provenance]
"""Of the statements on file about one child, its parents and its household: (whom, fact, source) → provenance."""


def provenance_of(actor: Actor, *, child_id: uuid.UUID, named: bool) -> Told:
    """Of every statement on file about a child and its family: since when, from whom, and may the actor read it (one query)."""
    open_facts = Fact.objects.filter(superseded_at=None)
    parents = {"kind__in": list(PARENTS), "superseded_at": None, "person_id": child_id}
    tied = {f"person__related_to__{name}": value for name, value in parents.items()}
    own = open_facts.filter(person_id=child_id).values_list(Value(Entity.CHILD.value), *_PROVENANCE)
    of_parents = open_facts.filter(**tied).values_list("person__related_to__kind", *_PROVENANCE)
    return {_key(row[0], row[1], row[2]): _provenance(actor, row, named) for row in own.union(of_parents, all=True)}


_PROVENANCE = ("name", "source", "recorded_at", "recorded_by", "recorded_in", "sensitivity")


def _key(owner: str, name: str, source: str) -> tuple[Entity, str, str]:
    plain = name.removeprefix(HOUSEHOLD_PREFIX)
    return (Entity(owner) if plain == name else Entity.HOUSEHOLD, plain, source)


def _provenance(actor: Actor, row: tuple, named: bool) -> Provenance:
    _owner, _name, source, at, by, where, sensitivity = row
    witnessed = Fact(source=source, recorded_in=where, sensitivity=sensitivity)
    return Provenance(at, by, source in BY_HAND, sees_fact(actor, witnessed, named=named))


def with_naming(actor: Actor, rows: QuerySet) -> QuerySet:
    """Rows about a `person`, each with `named`: whether the actor is a named worker of that person's case today."""
    return rows.annotate(named=Exists(grants_of(actor).filter(person=OuterRef("person_id"))))


def known_facts(child_id: uuid.UUID) -> frozenset[tuple[Entity, str]]:
    """Of which facts of a child, its parents and its household more is known than a roster's silence.

    For asking a family for no paper that shows what is on file already: names of facts only, no values.
    """
    with walled(LOCAL_OPERATOR):
        said = statements_of_children(child_ids=[child_id]).get(child_id, ())
    return frozenset((one.entity, one.name) for one in said if one.basis is not Basis.PRESUMED)
