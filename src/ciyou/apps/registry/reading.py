"""Reading files: a person, the family, and what is or was known of them, cut down to what the actor may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import find_person
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import Fact, Person, PersonStatus, Relationship
from ciyou.apps.registry.places import FAMILY_KINDS
from ciyou.apps.registry.refusals import person_not_found
from ciyou.apps.registry.scoping import is_named, only_visible, visible_people
from ciyou.apps.registry.statements import HOUSEHOLD_PREFIX, value_of
from ciyou.apps.registry.witnessing import sees_fact
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.facts.definition import Entity, FactDefinition, Vocabulary
from ciyou.core.facts.state import Basis, StatedFact
from ciyou.packs import load_vocabulary

_MANY = 10_000
PARENTS: Mapping[str, Entity] = {"father": Entity.FATHER, "mother": Entity.MOTHER}
FILE_NUMBER_DIGITS = 10


@dataclass(frozen=True)
class PersonCard:
    """A person as lists and headers show it. A parent of whom nobody knows the name has an empty one."""

    id: UUID
    kind: str
    name: str
    sex: str
    birth_date: dt.date | None
    division: str
    residence_division: str
    division_resolved: bool
    status: str
    status_on: dt.date | None
    restricted: bool
    linkage_id: str | None
    version: int

    @property
    def file_number(self) -> str:
        """The number that stands on papers and is searched by: the first ten digits of the file's id."""
        digits = self.id.hex[:FILE_NUMBER_DIGITS].upper()
        return f"{digits[:5]}-{digits[5:]}"


@dataclass(frozen=True)
class Kin:
    """One member of a child's family; `kind` father | mother | guardian | carer | sibling | household."""

    kind: str
    person: PersonCard
    source: str
    confidence: float | None


@dataclass(frozen=True)
class Family:
    """A child and its people; a parent of whom there is no file is None."""

    child: PersonCard
    father: Kin | None
    mother: Kin | None
    others: tuple[Kin, ...]

    @property
    def person_ids(self) -> tuple[UUID, ...]:
        """Everybody in it, the child first."""
        kin = [one for one in (self.father, self.mother, *self.others) if one]
        return (self.child.id, *(one.person.id for one in kin))


def card_of(person: Person) -> PersonCard:
    """A row as a card."""
    return PersonCard(
        id=person.id,
        kind=person.kind,
        name=person.name,
        sex=person.sex,
        birth_date=person.birth_date,
        division=person.division,
        residence_division=person.residence_division,
        division_resolved=person.division_resolved,
        status=person.status,
        status_on=person.status_on,
        restricted=person.restricted,
        linkage_id=person.linkage_id,
        version=person.version,
    )


def get_person(actor: Actor, *, person_id: PersonId, purpose: Purpose) -> PersonCard:
    """A person the actor may see for this purpose; raises PersonNotFound, the same for unknown and for another county's."""
    return card_of(find_person(actor, person_id, purpose))


def cards_of(actor: Actor, *, person_ids: Iterable[PersonId], purpose: Purpose) -> dict[UUID, PersonCard]:
    """Those of these persons whom the actor may see, for lists."""
    return {
        person.id: card_of(person) for person in visible_people(actor, purpose=purpose).filter(id__in=list(person_ids))
    }


def countable_children(actor: Actor, *, division: str, purpose: Purpose) -> dict[UUID, PersonCard]:
    """The children of one place (12 digits) whom the actor may see and who may stand in numbers: active, and not protected."""
    people = visible_people(actor, purpose=purpose).filter(division=division, kind="child", status=PersonStatus.ACTIVE)
    return {person.id: card_of(person) for person in people.filter(restricted=False)}


def known_at(rows: QuerySet, moment: dt.datetime | None) -> QuerySet:
    """The rows of a bitemporal table that were known at a moment; now, where none is given."""
    if moment is None:
        return rows.filter(superseded_at=None)
    return rows.filter(recorded_at__lte=moment).filter(Q(superseded_at=None) | Q(superseded_at__gt=moment))


def family_of(actor: Actor, *, child_id: PersonId, purpose: Purpose, known_at: dt.datetime | None = None) -> Family:
    """A child's family as it is known now, or was known at a moment. Relatives whom the actor may not see are left out."""
    child = find_person(actor, child_id, purpose)
    kin = _kin(actor, child.id, purpose) if known_at is None else _past_kin(actor, child.id, purpose, known_at)
    parents = {one.kind: one for one in reversed(kin) if one.kind in PARENTS}
    others = tuple(one for one in kin if one.kind not in PARENTS)
    return Family(card_of(child), parents.get("father"), parents.get("mother"), others)


def _kin(actor: Actor, child_id: UUID, purpose: Purpose) -> list[Kin]:
    ties = only_visible(_ties(child_id, None), actor, purpose=purpose, person="other__").select_related("other")
    return [Kin(tie.kind, card_of(tie.other), tie.source, tie.confidence) for tie in ties]


def _past_kin(actor: Actor, child_id: UUID, purpose: Purpose, moment: dt.datetime) -> list[Kin]:
    """Who was family then; of a file that was merged since, the card of the one that stayed."""
    ties = list(_ties(child_id, moment))
    with walled(LOCAL_OPERATOR):
        merged = Person.objects.filter(id__in=[tie.other_id for tie in ties], merged_into__isnull=False)
        stayed = dict(merged.values_list("id", "merged_into_id"))
    ids = [stayed.get(tie.other_id, tie.other_id) for tie in ties]
    seen = cards_of(actor, person_ids=ids, purpose=purpose)
    pairs = [(tie, seen[other]) for tie, other in zip(ties, ids, strict=True) if other in seen]
    return [Kin(tie.kind, card, tie.source, tie.confidence) for tie, card in pairs]


def _ties(child_id: UUID, moment: dt.datetime | None) -> QuerySet[Relationship]:
    return known_at(Relationship.objects.filter(person_id=child_id), moment).order_by("kind", "id")


def siblings_of(actor: Actor, *, child_id: PersonId, purpose: Purpose) -> tuple[PersonCard, ...]:
    """Other children of the same father or mother, or said to be siblings, as far as the actor may see them; oldest first."""
    child = find_person(actor, child_id, purpose)
    ties = known_at(Relationship.objects.filter(person=child), None)
    parents = ties.filter(kind__in=PARENTS).values_list("other_id", flat=True)
    ids = set(ties.filter(kind="sibling").values_list("other_id", flat=True))
    shared = Relationship.objects.filter(other_id__in=list(parents), kind__in=PARENTS, superseded_at=None)
    ids |= set(shared.values_list("person_id", flat=True))
    ids |= set(
        Relationship.objects.filter(other=child, kind="sibling", superseded_at=None).values_list("person_id", flat=True)
    )
    found = visible_people(actor, purpose=purpose).filter(id__in=ids - {child.id}, kind="child")
    return tuple(card_of(person) for person in found.order_by("birth_date", "id"))


def children_of_adults(
    actor: Actor, *, adult_ids: Iterable[PersonId], purpose: Purpose
) -> dict[UUID, tuple[PersonCard, ...]]:
    """By adult, the children on whose account they are on file, as far as the actor may see them."""
    ties = Relationship.objects.filter(other_id__in=list(adult_ids), superseded_at=None, kind__in=FAMILY_KINDS)
    pairs = sorted(set(ties.values_list("other_id", "person_id")))
    children = cards_of(actor, person_ids={child for _, child in pairs}, purpose=purpose)
    found: dict[UUID, list[PersonCard]] = {}
    for adult, child in pairs:
        if child in children:
            found.setdefault(adult, []).append(children[child])
    return {adult: tuple(listed) for adult, listed in found.items()}


@dataclass(frozen=True)
class OwnedRow:
    """A stored statement with the member of the family it is about, seen from the child."""

    entity: Entity
    row: Fact
    definition: FactDefinition


def owned_rows(child_id: UUID, *, moment: dt.datetime | None, history: bool = False) -> list[OwnedRow]:
    """What was stated of a child, its parents and household: known at a moment, or everything that ever was (`history`)."""
    parents = _parents_of([child_id], moment).get(child_id, {})
    return owned_of({child_id: parents}, moment, history=history).get(child_id, [])


def own_rows(rows: Iterable[Fact]) -> list[OwnedRow]:
    """Statements that stand at the child itself, seen from it."""
    vocabulary = load_vocabulary()
    return [owned for row in rows if (owned := _own(row, Entity.CHILD, vocabulary)) is not None]


def _parents_of(child_ids: Sequence[UUID], moment: dt.datetime | None) -> dict[UUID, dict[UUID, Entity]]:
    ties = known_at(Relationship.objects.filter(person_id__in=child_ids, kind__in=PARENTS), moment).order_by("-id")
    found: dict[UUID, dict[UUID, Entity]] = {}
    for child, kind, other in ties.values_list("person_id", "kind", "other_id"):
        found.setdefault(child, {})[other] = PARENTS[kind]
    return found


def owned_of(
    families: Mapping[UUID, Mapping[UUID, Entity]], moment: dt.datetime | None = None, *, history: bool = False
) -> dict[UUID, list[OwnedRow]]:
    """What was stated of children with these parents, by child (one question)."""
    people = {person for child, parents in families.items() for person in (child, *parents)}
    rows = Fact.objects.filter(person_id__in=people)
    rows = (rows if history else known_at(rows, moment)).order_by("id")
    by_person: dict[UUID, list[Fact]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(row)
    vocabulary = load_vocabulary()
    return {
        child: [
            owned
            for person, entity in ((child, Entity.CHILD), *parents.items())
            for row in by_person.get(person, ())
            if (owned := _own(row, entity, vocabulary)) is not None
        ]
        for child, parents in families.items()
    }


def _own(row: Fact, entity: Entity, vocabulary: Vocabulary) -> OwnedRow | None:
    """A fact of the household counts for the child, whoever's record says so; what the vocabulary knows no more is left out."""
    plain = row.name.removeprefix(HOUSEHOLD_PREFIX)
    entity = Entity.HOUSEHOLD if plain != row.name else entity
    definition = vocabulary.find(entity, plain)
    return None if definition is None else OwnedRow(entity, row, definition)


def stated(owned: OwnedRow) -> StatedFact:
    """A stored statement as the rules read it."""
    row = owned.row
    basis = Basis[row.basis.upper()]
    value = value_of(row, owned.definition)
    return StatedFact(owned.entity, owned.definition.name, value, basis, row.source, row.valid_from, row.valid_to)


def statements_of_child(
    actor: Actor, *, child_id: PersonId, purpose: Purpose, known_at: dt.datetime | None = None, engine: bool = False
) -> tuple[StatedFact, ...]:
    """What is known, or was known at a moment, of a child, its parents and household: what the actor may read.

    `engine`: everything, for the determination engine, which shows none of it; only the machine itself or an officer whose work a
    determination is asks for that, and the caller redacts.
    """
    child = _child_for(actor, child_id, purpose, engine=engine)
    named = is_named(actor, child.id)
    rows = owned_rows(child.id, moment=known_at)
    return tuple(stated(one) for one in rows if engine or sees_fact(actor, one.row, named=named))


def _child_for(actor: Actor, child_id: PersonId, purpose: Purpose, *, engine: bool) -> Person:
    if not engine:
        return find_person(actor, child_id, purpose)
    found = Person.objects.filter(id=child_id).first()
    if found is None:
        raise person_not_found()
    return found


def statements_of_children(
    *, child_ids: Iterable[PersonId], known_at: dt.datetime | None = None
) -> dict[UUID, tuple[StatedFact, ...]]:
    """The same for many children at once, everything, for the determination engine alone: it shows none of it."""
    ids = [person.id for person in Person.objects.filter(id__in=list(child_ids)).only("id")]
    parents = _parents_of(ids, known_at)
    owned = owned_of({child: parents.get(child, {}) for child in ids}, known_at)
    return {child: tuple(stated(one) for one in rows) for child, rows in owned.items()}


def readable_files(
    actor: Actor, *, child_ids: Iterable[PersonId], purpose: Purpose
) -> dict[UUID, tuple[PersonCard, tuple[StatedFact, ...]]]:
    """For a list: those of these children whom the actor may see, with what it may read of them, their parents and households.

    Nothing is read of protected files: only a named worker sees them, and reads them one by one.
    """
    cards = cards_of(actor, person_ids=child_ids, purpose=purpose)
    ids = [child for child, card in cards.items() if not card.restricted]
    parents = _parents_of(ids, None)
    owned = owned_of({child: parents.get(child, {}) for child in ids}, None)
    return {
        child: (card, tuple(stated(one) for one in owned.get(child, ()) if sees_fact(actor, one.row, named=False)))
        for child, card in cards.items()
    }


def sibling_groups(actor: Actor, *, child_ids: Iterable[PersonId], purpose: Purpose) -> tuple[tuple[UUID, ...], ...]:
    """These children, as far as the actor may see them, by household: who shares a parent, or is said to be siblings, stands together.

    Each household by age, and the households by their oldest child. Two questions for each 10,000 children.
    """
    wanted = list(child_ids)
    parts = [wanted[start : start + _MANY] for start in range(0, len(wanted), _MANY)]
    born: dict[UUID, dt.date | None] = {}
    for part in parts:
        born.update(visible_people(actor, purpose=purpose).filter(id__in=part).values_list("id", "birth_date"))
    ties = Relationship.objects.filter(kind__in=(*PARENTS, "sibling"), superseded_at=None)
    above: dict[UUID, UUID] = {}
    for part in parts:
        for child, other in ties.filter(person_id__in=part).values_list("person_id", "other_id"):
            if child in born:
                above[_top(above, child)] = _top(above, other)
    groups: dict[UUID, list[UUID]] = {}
    for child in sorted(born, key=lambda one: (born[one] is not None, born[one] or dt.date.min, one)):
        groups.setdefault(_top(above, child), []).append(child)
    return tuple(tuple(group) for group in groups.values())


def _top(above: dict[UUID, UUID], one: UUID) -> UUID:
    """Who stands for everybody tied to one; the way there is shortened each time."""
    while (higher := above.setdefault(one, one)) != one:
        above[one] = above.setdefault(higher, higher)
        one = above[one]
    return one
