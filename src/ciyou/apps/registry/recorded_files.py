"""Both files of a merge as they stood before it, from the merge's own record: nothing of them is read twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.db import models

from ciyou.apps.registry.checks import working_purpose
from ciyou.apps.registry.comparing import COUNTED, ComparedFile
from ciyou.apps.registry.history import shown_lines
from ciyou.apps.registry.identifiers import masked_row
from ciyou.apps.registry.identity_moves import Record
from ciyou.apps.registry.models import Evidence, Fact, Identifier, IdentityDecision, Person, Relationship
from ciyou.apps.registry.plain_rows import stored
from ciyou.apps.registry.proofs import opens
from ciyou.apps.registry.reading import PARENTS, Family, Kin, PersonCard, card_of, cards_of, own_rows
from ciyou.core.access.actor import Actor

Row = TypeVar("Row", bound=models.Model)


def files_before(
    actor: Actor, merge: IdentityDecision, record: Record, *, named: bool
) -> tuple[ComparedFile, ComparedFile | None]:
    """The kept file and the one that ended as they stood before, as far as the actor may read them.

    None for a file that would not be the actor's to see once it stands again. Facts are the child's own; relatives whom the actor may
    not see are left out.
    """
    people = {row.id: row for row in _rows(Person, record)}
    kept, dropped = people[merge.kept_id], people[merge.dropped_id]
    ties = [tie for tie in _rows(Relationship, record) if tie.superseded_at is None and tie.person_id in people]
    relatives = {tie.other_id for tie in ties} - set(people)
    cards = cards_of(actor, person_ids=relatives, purpose=working_purpose(actor)) if relatives else {}
    cards |= {one: card_of(person) for one, person in people.items()}
    seen = actor.scope.everywhere or any(
        place and actor.scope.holds(place) for place in (dropped.division, dropped.residence_division)
    )
    theirs = (
        _file(actor, dropped, record, ties, cards, named=named) if seen and (named or not dropped.restricted) else None
    )
    return _file(actor, kept, record, ties, cards, named=named), theirs


def _rows(model: type[Row], record: Record) -> list[Row]:
    label = model._meta.label
    return [model(**stored(label, values)) for values in record.before.get(label, ())]


def _file(
    actor: Actor,
    person: Person,
    record: Record,
    ties: Iterable[Relationship],
    cards: dict[UUID, PersonCard],
    *,
    named: bool,
) -> ComparedFile:
    own: dict[Any, list[Any]] = {
        model: [row for row in _rows(model, record) if row.person_id == person.id]
        for model in (Fact, Identifier, Evidence)
    }
    standing = own_rows(row for row in own[Fact] if row.superseded_at is None)
    numbers = map(masked_row, (row for row in own[Identifier] if row.ended_at is None))
    return ComparedFile(
        card=card_of(person),
        family=_family(person, ties, cards),
        identifiers=tuple(sorted(numbers, key=lambda one: one.kind != "id_card")),
        facts=shown_lines(actor, standing, named=named),
        work={name: _count(name, record, person) for name in COUNTED},
        evidence=sum(opens(actor, row, named=named) for row in own[Evidence]),
        opened=person.created_at,
    )


def _family(person: Person, ties: Iterable[Relationship], cards: dict[UUID, PersonCard]) -> Family:
    own = [tie for tie in ties if tie.person_id == person.id and tie.other_id in cards]
    kin = [Kin(tie.kind, cards[tie.other_id], tie.source, tie.confidence) for tie in own]
    parents = {one.kind: one for one in reversed(kin) if one.kind in PARENTS}
    others = tuple(one for one in kin if one.kind not in PARENTS)
    return Family(card_of(person), parents.get("father"), parents.get("mother"), others)


def _count(relation: str, record: Record, person: Person) -> int:
    label, _dot, field = relation.rpartition(".")
    column = apps.get_model(label)._meta.get_field(field).attname
    return sum(values[column] == str(person.id) for values in record.before.get(label, ()))
