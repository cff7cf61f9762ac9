"""What a comparison of a whole county reads of the registry, for the machine alone: it shows none of it.

Who is compared lies in one county. Of a number that is on file elsewhere it is told only that it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.registry.models import Fact, Identifier, Person, PersonStatus, Relationship
from ciyou.apps.registry.sealing import blind_identifier, open_fact, open_identifier
from ciyou.core.access.actor import DivisionScope
from ciyou.core.facts.definition import PARENTS, Entity, Vocabulary
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.packs import load_vocabulary

ID_CARD = "id_card"
_BATCH = 500
_PARENT_KINDS = tuple(parent.value for parent in PARENTS)
_BASES = {basis.code: basis for basis in Basis}


@dataclass(frozen=True, slots=True)
class RegisteredChild:
    """A child's file in a county. `restricted`: protected, so it takes no part in a comparison. `status`: active | dead | of_age | moved."""

    id: uuid.UUID
    name: str
    sex: str
    birth_date: dt.date | None
    division: str
    restricted: bool
    status: str


@dataclass(frozen=True, slots=True)
class KnownFact:
    """What is known of one fact today: value, who said so, how firmly, and since when it is on file."""

    value: object
    source: str
    basis: str
    recorded_on: dt.date


def children_of_county(county: str) -> dict[uuid.UUID, RegisteredChild]:
    """Every child of a county, also one whose file has ended, protected ones too (they are to be left out knowingly)."""
    fields = ("id", "name", "sex", "birth_date", "division", "restricted", "status")
    rows = _inside(county).exclude(status=PersonStatus.MERGED).values_list(*fields)
    return {row[0]: RegisteredChild(*row) for row in rows.iterator(chunk_size=5000)}


def _inside(county: str) -> QuerySet[Person]:
    scope = DivisionScope.of(county)
    return Person.objects.filter(kind="child", division__gte=scope.first, division__lt=scope.end)


def numbers_of_county(county: str) -> dict[str, uuid.UUID]:
    """By the blind index of its ID number, the child of a county whose number that is."""
    rows = Identifier.objects.filter(person__in=_inside(county).values("pk"), kind=ID_CARD, ended_at=None)
    return dict(rows.exclude(blind="").values_list("blind", "person_id").iterator(chunk_size=5000))


def blind_of_number(id18: str) -> str:
    """By which an ID number is found without being read."""
    return blind_identifier(ID_CARD, id18)


def numbers_on_file(blinds: Iterable[str]) -> frozenset[str]:
    """Of these blind indexes those of somebody's number, wherever that file lies."""
    wanted, found = list(blinds), set[str]()
    for start in range(0, len(wanted), _BATCH):
        rows = Identifier.objects.filter(kind=ID_CARD, blind__in=wanted[start : start + _BATCH], ended_at=None)
        found.update(rows.exclude(person__status=PersonStatus.MERGED).values_list("blind", flat=True))
    return frozenset(found)


def id_numbers_of(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The ID numbers of these persons in the clear: for writing a file that leaves encrypted, and for comparing."""
    ring = keyring()
    rows = Identifier.objects.filter(person__in=list(person_ids), kind=ID_CARD, ended_at=None).order_by("id")
    return {
        person: open_identifier(person, ID_CARD, cipher, ring)
        for person, cipher in rows.values_list("person", "cipher")
    }


def facts_of_families(
    child_ids: Collection[uuid.UUID], *, wanted: Collection[tuple[Entity, str]], today: dt.date
) -> dict[uuid.UUID, dict[tuple[Entity, str], KnownFact]]:
    """Of each child what is known today of these facts of itself and its parents; what is unknown or disputed is not there."""
    if not wanted:
        return {}
    owners, reader = _owners(child_ids), _Reader(load_vocabulary())
    said: dict[uuid.UUID, list[StatedFact]] = {child: [] for child in child_ids}
    since: dict[tuple[uuid.UUID, Entity, str, str], dt.date] = {}
    rows = Fact.objects.filter(person__in=list(owners), name__in={name for _entity, name in wanted}, superseded_at=None)
    for row in rows.values_list(
        "person_id", "name", "value", "basis", "source", "valid_from", "valid_to", "recorded_at"
    ):
        person, name, source, recorded = row[0], row[1], row[4], row[7]
        for child, entity in owners[person]:
            if (entity, name) in wanted and (stated := reader.read(entity, row)) is not None:
                said[child].append(stated)
                since[child, entity, name, source] = timezone.localtime(recorded).date()
    return {child: _known(child, FactState.on(today, facts), since) for child, facts in said.items()}


def _owners(child_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[tuple[uuid.UUID, Entity]]]:
    """By person: whose child, father or mother it is among these children."""
    found: dict[uuid.UUID, list[tuple[uuid.UUID, Entity]]] = {child: [(child, Entity.CHILD)] for child in child_ids}
    ties = Relationship.objects.filter(person__in=list(child_ids), kind__in=_PARENT_KINDS, superseded_at=None)
    for child, kind, other in ties.values_list("person_id", "kind", "other_id"):
        found.setdefault(other, []).append((child, Entity(kind)))
    return found


class _Reader:
    """Opens stored values, the keys at hand."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary, self._ring = vocabulary, keyring()

    def read(self, entity: Entity, row: tuple[Any, ...]) -> StatedFact | None:
        """A row of values as a statement: making a model of each takes longer than opening it."""
        person, name, cipher, basis, source, begins, ends, _recorded = row
        definition = self._vocabulary.find(entity, name)
        if definition is None:
            return None
        value = definition.check(open_fact(person, name, cipher, ring=self._ring))
        return StatedFact(entity, name, value, _BASES[basis], source, begins, ends)


def _known(
    child: uuid.UUID, state: FactState, since: Mapping[tuple[uuid.UUID, Entity, str, str], dt.date]
) -> dict[tuple[Entity, str], KnownFact]:
    return {
        (one.entity, one.name): KnownFact(
            one.value, one.source, one.basis.code, since[child, one.entity, one.name, one.source]
        )
        for one in state.statements()
    }
