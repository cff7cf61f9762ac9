"""The children of leads and their families, from the tables of a screening into the registry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from ciyou.apps.cases.models import LeadLoad
from ciyou.apps.registry.services import (
    IncomingPerson,
    IncomingRelation,
    NewStatement,
    record_roster_facts,
    register_people,
    relate_people,
)
from ciyou.batch.engines.load_queries import family_relations, loaded_facts, loaded_identifiers, loaded_people
from ciyou.batch.engines.result_queries import Row
from ciyou.core.access.actor import LOCAL_OPERATOR, significant_digits
from ciyou.core.facts.definition import Entity, FactDefinition, Vocabulary
from ciyou.packs import load_vocabulary

SOURCE = "screening"
KIN = ("father", "mother", "guardian")
SIBLING = "sibling"
NOWHERE = "000000000000"
_COUNTY_DIGITS, _VILLAGE_DIGITS, _DIVISION_DIGITS = 6, 12, 12


@dataclass(frozen=True)
class LoadedFamilies:
    """The children on file by the screening's person id, and how many people there are with their families."""

    children: Mapping[str, UUID]
    people: int


def load_families(folder: Path, leads: Sequence[Row], load: LeadLoad) -> LoadedFamilies:
    """Put the children of these leads on file, with their parents, guardians, and those siblings who have a lead here too."""
    places = {row["person_id"]: place_of(row["division"], load) for row in leads}
    relations = [row for row in family_relations(folder, places) if _is_loaded(row, places)]
    kin = {row["other_id"]: places[row["person_id"]] for row in relations if row["relation"] in KIN}
    everybody = [*places, *(other for other in kin if other not in places)]
    people = register_people(LOCAL_OPERATOR, people=_people(folder, everybody, places, kin), source=SOURCE)
    relate_people(LOCAL_OPERATOR, relations=[_relation(row) for row in relations])
    record_roster_facts(
        LOCAL_OPERATOR, facts=_facts(folder, everybody), run_id=load.run_id, sources=list(load.rosters) or None
    )
    children = {child: people[child] for child in places if child in people}
    return LoadedFamilies(children, len(people))


def place_of(division: str | None, load: LeadLoad) -> tuple[str, bool]:
    """The responsible division and whether it is settled: what names no village is the county's queue.

    Where nothing is known it is the county whose rosters they are.
    """
    code = (division or "").ljust(_DIVISION_DIGITS, "0")[:_DIVISION_DIGITS]
    if len(significant_digits(code)) < _COUNTY_DIGITS:
        return (load.division or NOWHERE)[:_COUNTY_DIGITS].ljust(_DIVISION_DIGITS, "0"), False
    if len(significant_digits(code)) < _VILLAGE_DIGITS:
        return code, False
    return code, True


def _is_loaded(row: Row, places: Mapping[str, object]) -> bool:
    return row["relation"] in KIN or (row["relation"] == SIBLING and row["other_id"] in places)


def _relation(row: Row) -> IncomingRelation:
    return IncomingRelation(row["person_id"], row["relation"], row["other_id"], row["source"] or "", row["confidence"])


def _people(
    folder: Path, ids: Sequence[str], places: Mapping[str, tuple[str, bool]], kin: Mapping[str, tuple[str, bool]]
) -> Iterator[IncomingPerson]:
    identifiers: dict[str, list[tuple[str, str]]] = {}
    for row in loaded_identifiers(folder, ids):
        identifiers.setdefault(row["person_id"], []).append((row["kind"], row["value"]))
    for row in loaded_people(folder, ids):
        key = row["person_id"]
        own = places.get(key)
        division, resolved = own or _own_place(row["division"], kin[key])
        yield IncomingPerson(
            linkage_id=key,
            kind="child" if own else "adult",
            name=row["name"] or "",
            sex=row["sex"] or "",
            birth_date=row["birth_date"],
            division=division,
            division_resolved=resolved,
            identifiers=tuple(identifiers.get(key, ())),
            source=SOURCE,
        )


def _own_place(division: str | None, of_child: tuple[str, bool]) -> tuple[str, bool]:
    """Where an adult is registered; a child's place where that is not known."""
    code = (division or "").ljust(_DIVISION_DIGITS, "0")
    return (code, True) if len(significant_digits(code)) >= _COUNTY_DIGITS else of_child


def _facts(folder: Path, ids: Iterable[str]) -> Iterator[tuple[str, NewStatement, str]]:
    vocabulary = load_vocabulary()
    for row in loaded_facts(folder, ids):
        definition = _definition(vocabulary, row["fact"])
        if definition is not None:
            value = definition.check(json.loads(row["value"]))
            statement = NewStatement(row["fact"], value, row["basis"], row["valid_from"], row["valid_to"])
            yield row["person_id"], statement, row["source"] or ""


def _definition(vocabulary: Vocabulary, fact: str) -> FactDefinition | None:
    owner, _dot, rest = fact.partition(".")
    if owner == Entity.HOUSEHOLD.value and rest:
        return vocabulary.find(Entity.HOUSEHOLD, rest)
    return vocabulary.find(Entity.CHILD, fact) or vocabulary.find(Entity.FATHER, fact)
