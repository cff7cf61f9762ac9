"""The children whom a round may concern: for the machine that opens it, shown to nobody."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Substr

from ciyou.apps.registry.models import Fact, Person, PersonStatus
from ciyou.apps.registry.reading import own_rows, stated
from ciyou.core.access.actor import DIVISION_DIGITS, DivisionScope
from ciyou.core.facts.definition import Entity, Value
from ciyou.core.facts.state import FactState, StatedFact

PART = 500
_COUNTY_DIGITS = 6


@dataclass(frozen=True)
class ChildInRound:
    """A child on file with its place; `restricted`: only named workers may know of it."""

    id: uuid.UUID
    division: str
    birth_date: dt.date | None
    restricted: bool


def children_for_round(child_ids: Collection[uuid.UUID], *, county: str) -> Iterator[ChildInRound]:
    """Of these children those whose responsible place lies in the county: on file, alive, also of age."""
    scope, ids = DivisionScope.of(county), sorted(child_ids)
    for start in range(0, len(ids), PART):
        people = Person.objects.filter(id__in=ids[start : start + PART], kind="child")
        people = people.filter(status__in=(PersonStatus.ACTIVE, PersonStatus.OF_AGE))
        people = people.filter(division__gte=scope.first, division__lt=scope.end).order_by("id")
        for row in people.values_list("id", "division", "birth_date", "restricted"):
            yield ChildInRound(*row)


def children_on_file() -> QuerySet[Person]:
    """Every child with an open file: for the machine, and as the condition below a list of what an actor may see."""
    return Person.objects.filter(kind="child", status=PersonStatus.ACTIVE)


def children_on_file_in(county: str) -> QuerySet[Person]:
    """The children with an open file whose responsible place lies in a county: for the machine."""
    scope = DivisionScope.of(county)
    return children_on_file().filter(division__gte=scope.first, division__lt=scope.end)


def counties_on_file() -> tuple[str, ...]:
    """The codes (12 digits) of the counties that have a child with an open file."""
    codes = children_on_file().annotate(county=Substr("division", 1, _COUNTY_DIGITS)).order_by("county")
    return tuple(code.ljust(DIVISION_DIGITS, "0") for code in codes.values_list("county", flat=True).distinct())


def children_in_care(child_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ChildInRound]:
    """Of these those who are children with an open file: whoever died, moved to another system, came of age or was merged is left out."""
    found, ids = {}, sorted(child_ids)
    for start in range(0, len(ids), PART):
        people = Person.objects.filter(id__in=ids[start : start + PART], kind="child", status=PersonStatus.ACTIVE)
        for row in people.values_list("id", "division", "birth_date", "restricted"):
            found[row[0]] = ChildInRound(*row)
    return found


def children_on_file_in_place(place: str) -> tuple[ChildInRound, ...]:
    """The same as rows, of a county, township or village."""
    people = children_on_file_in(place).order_by("id")
    return tuple(ChildInRound(*row) for row in people.values_list("id", "division", "birth_date", "restricted"))


def children_of_birth(county: str, *, after: dt.date, until: dt.date) -> tuple[ChildInRound, ...]:
    """The active children of a county (or of a place in it) who were born after a day and until another."""
    scope = DivisionScope.of(county)
    people = Person.objects.filter(
        kind="child", status=PersonStatus.ACTIVE, birth_date__gt=after, birth_date__lte=until
    )
    people = people.filter(division__gte=scope.first, division__lt=scope.end).order_by("birth_date", "id")
    return tuple(ChildInRound(*row) for row in people.values_list("id", "division", "birth_date", "restricted"))


def children_without_birth_date(place: str) -> int:
    """How many active children of a place there are whose birth date nobody knows."""
    scope = DivisionScope.of(place)
    people = children_on_file().filter(birth_date=None)
    return people.filter(division__gte=scope.first, division__lt=scope.end).count()


@dataclass(frozen=True)
class EndingFact:
    """A statement about a child that ends on a day (the first on which it is no longer said)."""

    child: ChildInRound
    ends_on: dt.date


def facts_ending(county: str, *, names: Collection[str], after: dt.date, until: dt.date) -> tuple[EndingFact, ...]:
    """The children of a county of whom a statement of one of these facts ends in these days, the earliest end of each."""
    scope = DivisionScope.of(county)
    rows = Fact.objects.filter(name__in=list(names), superseded_at=None, valid_to__gt=after, valid_to__lte=until)
    rows = rows.filter(person__kind="child", person__status=PersonStatus.ACTIVE)
    rows = rows.filter(person__division__gte=scope.first, person__division__lt=scope.end).order_by("-valid_to", "-id")
    fields = ("person_id", "person__division", "person__birth_date", "person__restricted", "valid_to")
    found = {row[0]: EndingFact(ChildInRound(*row[:4]), row[4]) for row in rows.values_list(*fields)}
    return tuple(found.values())


def places_for_work(child_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ChildInRound]:
    """These children with their places: for opening work about them."""
    rows = Person.objects.filter(id__in=list(child_ids)).values_list("id", "division", "birth_date", "restricted")
    return {row[0]: ChildInRound(*row) for row in rows}


def statements_named(child_ids: Collection[uuid.UUID], *, name: str) -> dict[uuid.UUID, tuple[StatedFact, ...]]:
    """What stands of one fact of these children: for the machine, which shows none of it."""
    rows = Fact.objects.filter(person_id__in=list(child_ids), name=name, superseded_at=None).order_by("id")
    found: dict[uuid.UUID, list[StatedFact]] = {}
    for owned in own_rows(rows):
        found.setdefault(owned.row.person_id, []).append(stated(owned))
    return {child: tuple(listed) for child, listed in found.items()}


def values_on_file(child_ids: Collection[uuid.UUID], *, name: str, on: dt.date) -> dict[uuid.UUID, Value]:
    """What one fact of these children is on a day: for the machine, which shows none of it.

    A child of whom nobody says it, or of whom sources of equal standing say different things, is left out.
    """
    found, ids = {}, sorted(child_ids)
    for start in range(0, len(ids), PART):
        for child, said in statements_named(ids[start : start + PART], name=name).items():
            stands = FactState.on(on, said).get(Entity.CHILD, name)
            if stands is not None:
                found[child] = stands.value
    return found
