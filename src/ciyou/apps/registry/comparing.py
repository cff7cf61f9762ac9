"""Two files side by side before they are made one: what each says, where they differ, and how much work hangs on each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.apps.registry.checks import check_may, find_person, working_purpose
from ciyou.apps.registry.history import FactLine, facts_history
from ciyou.apps.registry.identifiers import MaskedIdentifier, masked_identifiers
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.proofs import list_evidence
from ciyou.apps.registry.reading import Family, PersonCard, card_of, family_of
from ciyou.apps.registry.refusals import refused
from ciyou.apps.registry.relations import RELATIONS, REPOINT, every_relation
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

COUNTED = ("cases.Lead.person", "cases.VisitedChild.person")
"""What a merge moves along that the actor's lists show anyhow; letters and requests are not told of by their number."""


@dataclass(frozen=True)
class ComparedFile:
    """One of the two, as far as the actor may read it. `work` counts by relation (COUNTED); `evidence` what they may open."""

    card: PersonCard
    family: Family
    identifiers: tuple[MaskedIdentifier, ...]
    facts: tuple[FactLine, ...]
    work: Mapping[str, int]
    evidence: int
    opened: dt.datetime


@dataclass(frozen=True)
class Comparison:
    """Two children's files."""

    first: ComparedFile
    second: ComparedFile


def compare_children(actor: Actor, *, first_id: PersonId, second_id: PersonId) -> Comparison:
    """Two children's files for the page that merges them; changes nothing.

    Raises PersonNotFound for one that the actor may not know of, RecordError where they are one file or not two children's.
    """
    check_may(actor, Action.REGISTER)
    purpose = working_purpose(actor)
    first, second = (find_person(actor, one, purpose) for one in (first_id, second_id))
    if first.id == second.id:
        raise refused(
            "merged_already",
            "这已经是同一份档案，不用再合并。",
            "This is one file already; there is nothing to merge.",
        )
    if {first.kind, second.kind} != {"child"}:
        raise refused("merge", "请选择两份孩子的档案。", "Choose two children's files.")
    return Comparison(_read_file(actor, first), _read_file(actor, second))


def _read_file(actor: Actor, person: Person) -> ComparedFile:
    purpose = working_purpose(actor)
    relations = every_relation()
    return ComparedFile(
        card=card_of(person),
        family=family_of(actor, child_id=person.id, purpose=purpose),
        identifiers=masked_identifiers(actor, person_id=person.id, purpose=purpose),
        facts=facts_history(actor, child_id=person.id, purpose=purpose, standing_only=True),
        work={
            name: relations[name].related_model._default_manager.filter(**{relations[name].field.name: person}).count()
            for name in COUNTED
            if RELATIONS[name] == REPOINT
        },
        evidence=len(list_evidence(actor, person_id=person.id, purpose=purpose)),
        opened=person.created_at,
    )
