"""What a county may ask departments about a child's family: by person and by the department that knows it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from ciyou.apps.cases.questions import Question, Subject, make_questions
from ciyou.apps.entitlements.selectors import deciding_facts
from ciyou.apps.registry.scoping import is_named
from ciyou.apps.registry.selectors import PersonCard, family_of
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.facts.definition import PARENTS, Entity, FactDefinition, Vocabulary
from ciyou.packs import load_vocabulary

ASKED_BY_LETTER = frozenset({"department"})
_NOT_BY_LETTER = frozenset({"village"})


@dataclass(frozen=True)
class AskableFact:
    """A fact that a department knows. `deciding`: it would decide something of this child now; `rules` are for whose sake."""

    definition: FactDefinition
    deciding: bool
    rules: tuple[str, ...]


@dataclass(frozen=True)
class LetterChoice:
    """One letter that could be written: to a department, about one person. `nameless`: nobody can be asked about, yet."""

    department: str
    entity: Entity
    about: PersonCard | None
    facts: tuple[AskableFact, ...]

    @property
    def deciding(self) -> bool:
        """Whether anything that it may ask would decide something."""
        return any(fact.deciding for fact in self.facts)

    @property
    def nameless(self) -> bool:
        """Whether the person asked about has no file with a name."""
        return self.about is None or not self.about.name


def letter_choices(actor: Actor, *, child_id: uuid.UUID) -> tuple[LetterChoice, ...]:
    """Every letter that could be written for a child, those that would decide something first.

    A fact that several departments know is preselected with the first of them only. Restricted facts (class 5) are there for the
    named workers of the case alone.
    """
    family = family_of(actor, child_id=child_id, purpose=Purpose.VERIFY)
    ceiling = ceiling_of(actor, named=is_named(actor, child_id))
    wanted = {(item.entity, item.name): item.rules for item in deciding_facts(actor, child_id=child_id) if item.entity}
    people = {
        Entity.CHILD: family.child,
        Entity.HOUSEHOLD: family.child,
        Entity.FATHER: family.father.person if family.father else None,
        Entity.MOTHER: family.mother.person if family.mother else None,
    }
    choices = [
        LetterChoice(department, entity, people[entity], facts)
        for entity in (*PARENTS, Entity.CHILD, Entity.HOUSEHOLD)
        for department, facts in _by_department(entity, wanted, ceiling).items()
    ]
    return tuple(sorted(choices, key=lambda choice: not choice.deciding))


def _by_department(
    entity: Entity, wanted: dict[tuple[str, str], tuple[str, ...]], ceiling: int
) -> dict[str, tuple[AskableFact, ...]]:
    found: dict[str, list[AskableFact]] = {}
    for definition in askable_definitions(entity, ceiling):
        rules = _rules_for(entity, definition, wanted)
        for place, department in enumerate(definition.suppliers):
            if department not in _NOT_BY_LETTER:
                fact = AskableFact(definition, bool(rules) and place == 0, rules)
                found.setdefault(department, []).append(fact)
    return {department: tuple(facts) for department, facts in found.items()}


def _rules_for(
    entity: Entity, definition: FactDefinition, wanted: dict[tuple[str, str], tuple[str, ...]]
) -> tuple[str, ...]:
    """The rules that this circumstance, or an attribute of it, would decide."""
    return tuple(
        dict.fromkeys(
            rule
            for (owner, name), rules in wanted.items()
            if owner == entity.value and name.partition(".")[0] == definition.name
            for rule in rules
        )
    )


def askable_definitions(entity: Entity, ceiling: int) -> tuple[FactDefinition, ...]:
    """The facts of an entity that a department may be asked, attributes left to their circumstances."""
    return tuple(
        definition
        for definition in load_vocabulary()
        if entity in definition.entities()
        and "." not in definition.name
        and definition.sensitivity <= ceiling
        and ASKED_BY_LETTER & set(definition.askable)
    )


def letter_subject(entity: Entity, about_id: uuid.UUID, child_id: uuid.UUID, name: str) -> Subject:
    """Whom a letter asks about, as the reply form needs it."""
    person = None if entity is Entity.HOUSEHOLD else about_id
    return Subject(entity.value, entity, person, (child_id,), name)


def letter_form(subject: Subject, facts: Iterable[str], vocabulary: Vocabulary | None = None) -> tuple[Question, ...]:
    """The questions of a letter in the order of the vocabulary, each circumstance with what belongs to it."""
    return make_questions(vocabulary or load_vocabulary(), subject, facts, askable=ASKED_BY_LETTER)
