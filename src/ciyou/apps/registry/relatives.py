"""Children with their parents and siblings, many at once: what a form for whole households reads, in a fixed number of questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import Person, Relationship
from ciyou.apps.registry.reading import PARENTS, PersonCard, card_of, owned_of, stated
from ciyou.apps.registry.scoping import visible_people
from ciyou.apps.registry.witnessing import sees_fact
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import StatedFact

SIBLING = "sibling"


@dataclass(frozen=True)
class Relatives:
    """Children and their siblings, as far as the actor may see them: each one's `cards`, visible `parents`, and `siblings` (of those asked
    for; the oldest first). `ties` are the parents by id, seen or not: what was stated of them counts for the child.
    """

    cards: Mapping[UUID, PersonCard]
    parents: Mapping[UUID, Mapping[Entity, PersonCard]]
    siblings: Mapping[UUID, tuple[UUID, ...]]
    ties: Mapping[UUID, Mapping[UUID, Entity]]


@dataclass(frozen=True)
class _Tie:
    person: UUID
    kind: str
    other: UUID


By = Mapping[UUID, list[_Tie]]


def relatives_of(actor: Actor, *, child_ids: Iterable[PersonId], purpose: Purpose) -> Relatives:
    """These children, their parents and siblings; whom the actor may not see is not there. At most four questions, however many children."""
    asked = dict.fromkeys(UUID(str(one)) for one in child_ids)
    own = _ties(Q(person__in=list(asked)))
    parents = {tie.other for tie in own if tie.kind in PARENTS}
    back = _ties(Q(other__in=parents, kind__in=PARENTS) | Q(other__in=list(asked), kind=SIBLING))
    of_person, to_other = _by(own, "person"), _by(back, "other")
    related = {child: _siblings(child, of_person, to_other) for child in asked}
    others = sorted(set().union(*related.values()) - set(asked)) if related else []
    ties = _by([*own, *(_ties(Q(person__in=others)) if others else ())], "person")
    known = {
        child: {tie.other: PARENTS[tie.kind] for tie in ties[child] if tie.kind in PARENTS}
        for child in (*asked, *others)
    }
    wanted = {*asked, *others, *(parent for found in known.values() for parent in found)}
    people = {one.id: one for one in visible_people(actor, purpose=purpose).filter(id__in=wanted)}
    return Relatives(
        cards={child: card_of(people[child]) for child in known if child in people},
        parents={
            child: {entity: card_of(people[one]) for one, entity in found.items() if one in people}
            for child, found in known.items()
        },
        siblings={child: _by_age(related[child], people) for child in asked},
        ties=known,
    )


def readable_statements(
    actor: Actor, relatives: Relatives, *, child_ids: Collection[UUID], named: frozenset[UUID]
) -> dict[UUID, tuple[StatedFact, ...]]:
    """What the actor may read of these children, their parents and households, by child (one question).

    `named`: those of whose case the actor is a named worker (`named_among`).
    """
    visible = [child for child in child_ids if child in relatives.cards]
    owned = owned_of({child: relatives.ties.get(child, {}) for child in visible})
    return {
        child: tuple(stated(one) for one in owned.get(child, ()) if sees_fact(actor, one.row, named=child in named))
        for child in visible
    }


def _ties(which: Q) -> list[_Tie]:
    rows = Relationship.objects.filter(which, kind__in=(*PARENTS, SIBLING), superseded_at=None)
    return [_Tie(*row) for row in rows.order_by("-id").values_list("person_id", "kind", "other_id")]


def _by(ties: Iterable[_Tie], end: str) -> By:
    found: dict[UUID, list[_Tie]] = defaultdict(list)
    for tie in ties:
        found[getattr(tie, end)].append(tie)
    return found


def _siblings(child: UUID, of_person: By, to_other: By) -> set[UUID]:
    """Who shares a parent with the child, or is said by either of the two to be its sibling."""
    own = of_person[child]
    found = {tie.other for tie in own if tie.kind == SIBLING}
    found |= {tie.person for tie in to_other[child] if tie.kind == SIBLING}
    found |= {
        other.person for tie in own if tie.kind in PARENTS for other in to_other[tie.other] if other.kind in PARENTS
    }
    return found - {child}


def _by_age(ids: Iterable[UUID], people: Mapping[UUID, Person]) -> tuple[UUID, ...]:
    seen = [people[one] for one in ids if one in people and people[one].kind == "child"]
    return tuple(one.id for one in sorted(seen, key=lambda one: (str(one.birth_date), str(one.id))))
