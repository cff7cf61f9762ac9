"""One child's page: who it is, whose child, what was said of whom by whom, and every rule explained."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ciyou.apps.rosters.outcomes import rule_book, visible_rules
from ciyou.batch.engines import result_queries as queries
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.redaction import redact, withheld_above
from ciyou.core.access.verdict import ceiling_of, may_see
from ciyou.core.errors import AccessDenied, Place, Problem, RunError
from ciyou.core.facts.definition import PARENTS, Entity, FactDefinition, Vocabulary
from ciyou.core.facts.state import Basis, Conflict, FactState, StatedFact
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.explain import Explanation, explain_all

PARENT_RELATIONS = {"father": Entity.FATHER, "mother": Entity.MOTHER}


class ChildNotFound(RunError):
    """The screening knows no child with this id."""


@dataclass(frozen=True)
class Person:
    """A person as the rosters name it."""

    person_id: str
    name: str
    sex: str | None
    birth_date: dt.date | None
    division: str | None


@dataclass(frozen=True)
class KnownFact:
    """A fact with its definition and who said it."""

    definition: FactDefinition
    said: StatedFact


@dataclass(frozen=True)
class Relative:
    """One member of the family: relation (father | mother | guardian | sibling | household); `person` None: nobody is known.

    `source` are the rosters that say so, joined with "+"; `confidence` (0 to 1) how sure that is.
    """

    relation: str
    person: Person | None
    source: str
    confidence: float | None
    circumstances: tuple[KnownFact, ...]


@dataclass(frozen=True)
class ChildFile:
    """Everything that the page of one child shows to one actor."""

    person: Person
    parents: tuple[Relative, ...]
    others: tuple[Relative, ...]
    facts: tuple[KnownFact, ...]
    household: tuple[KnownFact, ...]
    conflicts: tuple[Conflict, ...]
    explanations: tuple[Explanation, ...]
    book: RuleBook
    rosters: tuple[str, ...]

    @property
    def person_ids(self) -> tuple[str, ...]:
        """Everybody whom the page shows."""
        relatives = (*self.parents, *self.others)
        return (self.person.person_id, *(one.person.person_id for one in relatives if one.person))

    @property
    def highest_class(self) -> int:
        """The most sensitive class of what the page shows."""
        shown = [*self.facts, *self.household, *(fact for one in self.parents for fact in one.circumstances)]
        return max((known.definition.sensitivity for known in shown), default=3)


def read_child(actor: Actor, *, folder: Path, person_id: str, as_of: dt.date) -> ChildFile:
    """One child of a finished screening; raises ChildNotFound, or AccessDenied outside the actor's scope."""
    found = queries.people_of(folder, [person_id])
    division = queries.division_of(folder, person_id)
    if not found or division is None:
        raise ChildNotFound(
            Problem(
                Place(),
                "child.unknown",
                "这次筛查里没有这个孩子。请从线索列表进入。",
                "This screening knows no such child. Start from its list of leads.",
            )
        )
    child = _person(found[0])
    _check_scope(actor, child)
    book = rule_book(as_of, division)
    return _ChildReader(actor, folder, child, book).read()


def _check_scope(actor: Actor, child: Person) -> None:
    verdict = may_see(actor, sensitivity=3, division=child.division, purpose=Purpose.VERIFY)
    if not verdict.allowed:
        raise AccessDenied(
            Problem(
                Place(),
                f"access.{verdict.reason}",
                "这个孩子不在您的辖区或用途之内。请联系其户籍所在地的县级民政部门。",
                "This child is outside your area or purpose. Ask the county of the child's registration.",
            )
        )


class _ChildReader:
    """Puts one child's file together from the tables of a screening."""

    def __init__(self, actor: Actor, folder: Path, child: Person, book: RuleBook) -> None:
        self.actor, self.folder, self.child, self.book = actor, folder, child, book
        self.ceiling = ceiling_of(actor)
        self.relations = queries.relations_of(folder, child.person_id)
        self.people = {row["person_id"]: _person(row) for row in queries.people_of(folder, self._ids())}
        self.statements = self._statements()
        self.state = FactState.on(book.as_of, self.statements)

    def _ids(self) -> list[str]:
        return [self.child.person_id, *(row["other_id"] for row in self.relations)]

    def read(self) -> ChildFile:
        return ChildFile(
            person=self.child,
            parents=tuple(self._parent(entity) for entity in PARENTS),
            others=tuple(self._other(row) for row in self.relations if row["relation"] not in PARENT_RELATIONS),
            facts=self._known(Entity.CHILD),
            household=self._known(Entity.HOUSEHOLD),
            conflicts=tuple(c for c in self.state.conflicts if self._visible(c.entity, c.name)),
            explanations=self._explanations(),
            book=self.book,
            rosters=tuple(sorted({row["roster"] for row in queries.links_of(self.folder, [self.child.person_id])})),
        )

    def _explanations(self) -> tuple[Explanation, ...]:
        withheld = withheld_above(self.book, self.ceiling)
        explained = explain_all(self.book, self.state)
        return tuple(redact(explained[rule.code], withheld) for rule in visible_rules(self.actor, self.book))

    def _parent(self, entity: Entity) -> Relative:
        row = next((row for row in self.relations if PARENT_RELATIONS.get(row["relation"]) is entity), None)
        if row is None:
            return Relative(entity.value, None, "", None, self._known(entity))
        return Relative(
            entity.value, self.people.get(row["other_id"]), row["source"], row["confidence"], self._known(entity)
        )

    def _other(self, row: dict[str, Any]) -> Relative:
        return Relative(row["relation"], self.people.get(row["other_id"]), row["source"], row["confidence"], ())

    def _known(self, entity: Entity) -> tuple[KnownFact, ...]:
        """What is known of one member of the family, in the order of the vocabulary."""
        found = []
        for definition in self.book.vocabulary:
            said = self.state.get(entity, definition.name) if entity in definition.entities() else None
            if said is not None and definition.sensitivity <= self.ceiling:
                found.append(KnownFact(definition, said))
        return tuple(found)

    def _visible(self, entity: Entity, name: str) -> bool:
        return self.book.vocabulary.get(entity, name).sensitivity <= self.ceiling

    def _statements(self) -> list[StatedFact]:
        roles = {row["other_id"]: PARENT_RELATIONS.get(row["relation"]) for row in self.relations}
        roles[self.child.person_id] = Entity.CHILD
        found = []
        for row in queries.facts_of(self.folder, self._ids()):
            entity = roles.get(row["person_id"])
            if entity is not None:
                found.append(_statement(row, entity, self.book.vocabulary))
        return [statement for statement in found if statement is not None]


def _statement(row: dict[str, Any], entity: Entity, vocabulary: Vocabulary) -> StatedFact | None:
    """A row of `facts` as a statement; a fact with an owner in its name (`household.dibao`) belongs to that owner."""
    owner, _, rest = row["fact"].partition(".")
    if owner in list(Entity):
        entity, name = Entity(owner), rest
    else:
        name = row["fact"]
    definition = vocabulary.find(entity, name)
    if definition is None:
        return None
    value = definition.check(json.loads(row["value"]))
    return StatedFact(
        entity, name, value, Basis[row["basis"].upper()], row["source"] or "", row["valid_from"], row["valid_to"]
    )


def _person(row: dict[str, Any]) -> Person:
    return Person(row["person_id"], row["name"] or "", row["sex"], row["birth_date"], row["division"])
