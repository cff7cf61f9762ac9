"""Whom somebody resembles who is to be put on file, or whom a report or notice is about: in milliseconds, with reasons, across counties.

The decision is the batch's (`core/linkage/nearest`): the same weights, the same comparisons, the same keys.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may, working_purpose
from ciyou.apps.registry.identifiers import blind_of
from ciyou.apps.registry.identifying import mask_identifier, mask_name
from ciyou.apps.registry.match_keys import files_sharing_keys
from ciyou.apps.registry.models import Fact, Identifier, Person, PersonStatus
from ciyou.apps.registry.reading import PersonCard, card_of
from ciyou.apps.registry.readings import read_name
from ciyou.apps.registry.scoping import visible_people
from ciyou.apps.registry.searching import count_search
from ciyou.apps.registry.told_files import Sought, told_of_files, told_of_sought
from ciyou.batch.linkage.weights import linkage_weights
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.linkage.identity import clean_id
from ciyou.core.linkage.nearest import BIRTHS, Candidate, Decision, find_nearest
from ciyou.core.linkage.plain_rules import seeker_unnamed
from ciyou.core.linkage.told import Told, ToldKin
from ciyou.core.linkage.weighing import Weighed

MOST_SHOWN, MOST_ELSEWHERE, MOST_COMPARED = 5, 2, 400
SAMPLE_DIGITS = 2
"""By how many digits of their ids files are sampled to learn how many there are: one in 256."""
_COUNTY_DIGITS = 6


@dataclass(frozen=True)
class Resemblance:
    """A file that may be the one sought. `decision` same | doubtful; `rule` what joins the two, `veto` what forbids it.

    In one's own area `card` tells whose it is, `number` is masked and `guardians` are names. Elsewhere only the `county` and a
    masked name are told, and what each comparison gave (`weighed`).
    """

    person_id: UUID
    decision: Decision
    rule: str
    veto: str
    weighed: Weighed
    card: PersonCard | None
    number: str = ""
    guardians: tuple[str, ...] = ()
    county: str = ""
    masked_name: str = ""


def people_resembling(actor: Actor, *, sought: Sought) -> tuple[Resemblance, ...]:
    """Children on file who are the one sought or may be, the nearest first; counted and on record like every search.

    A protected file is told of to its named workers only. Files elsewhere are told of, masked, where they are as near as one that
    the batch would join. Raises AccessDenied for who puts nobody on file, RecordError for too many searches.
    """
    check_may(actor, Action.REGISTER)
    count_search(actor)
    found = resembling(actor, sought=sought)
    record_action(
        actor,
        action="search_resembling",
        persons=[str(one.person_id) for one in found],
        details={"found": len(found), "elsewhere": sum(one.card is None for one in found)},
        highest_class=3,
    )
    return found


def resembling(actor: Actor, *, sought: Sought) -> tuple[Resemblance, ...]:
    """The same for a service that has found otherwise that the actor may look, and that counts and records by itself."""
    with walled(LOCAL_OPERATOR):
        people, told, nearest = nearest_files(sought)
    ids = [one.key for one in nearest]
    mine = visible_people(actor, purpose=working_purpose(actor)).filter(id__in=ids)
    seen = set(mine.values_list("id", flat=True))
    here = [_here(one, people[one.key], told[one.key]) for one in nearest if one.key in seen]
    elsewhere = [
        _elsewhere(one, people[one.key])
        for one in nearest
        if one.key not in seen and _told_elsewhere(one, people[one.key])
    ]
    return (*here[:MOST_SHOWN], *elsewhere[:MOST_ELSEWHERE])


def nearest_files(sought: Sought) -> tuple[dict[UUID, Person], dict[UUID, Told], tuple[Candidate[UUID], ...]]:
    """Every child's file that was compared, what it tells, and those that are near: inside `walled`, wherever they are."""
    seeker = told_of_sought(sought)
    people = _possible(sought, seeker)
    seeker, told = _with_births(seeker, told_of_files(people), {one.id for one in people if one.has_birth_record})
    rarities = _Rarities()
    nearest = find_nearest(seeker, told, weights=linkage_weights(), rarity=rarities.of)
    return {one.id: one for one in people}, told, nearest


def _with_births(seeker: Told, told: dict[UUID, Told], has_one: Set[UUID]) -> tuple[Told, dict[UUID, Told]]:
    """One birth record is one child's: files that have one are marked, and who has no name yet comes with one."""
    comes_with_one = not seeker.number and seeker_unnamed(seeker)
    return _born(seeker) if comes_with_one else seeker, {
        key: _born(one) if key in has_one else one for key, one in told.items()
    }


def _born(told: Told) -> Told:
    return replace(told, records=tuple(replace(one, roster=BIRTHS) for one in told.records))


def _possible(sought: Sought, seeker: Told) -> list[Any]:
    """The children who share a key, a number, or reading and birth date with the one sought, each with `has_birth_record`; in one question."""
    found = [files_sharing_keys(seeker)]
    identity = clean_id(sought.id_card)
    if identity.id18:
        holders = Identifier.objects.filter(kind="id_card", blind=blind_of("id_card", identity.id18), ended_at=None)
        found.append(holders.order_by().values("person_id"))
    reading, _ = read_name(sought.name)
    if reading and sought.birth_date:
        # Also before the keys of an older installation are made.
        named = Person.objects.filter(kind="child", name_reading=reading, birth_date=sought.birth_date)
        found.append(named.order_by().values("id"))
    children = Person.objects.filter(kind="child").exclude(status=PersonStatus.MERGED)
    ids = found[0].union(*found[1:]) if found[1:] else found[0]
    births = Fact.objects.filter(person=OuterRef("id"), source=BIRTHS, superseded_at=None)
    children = children.filter(id__in=ids).annotate(has_birth_record=Exists(births))
    return list(children.order_by("id")[:MOST_COMPARED])


class _Rarities:
    """How rare names are among all files: each is counted by its index, and all are estimated from a sample of their random ids."""

    def __init__(self) -> None:
        self._by_reading: dict[str, int] = {}

    def of(self, reading: str) -> int:
        """What an equal name weighs that is read so, in tenths."""
        if reading not in self._by_reading:
            sampled = Q(id__lt=UUID("01" + "0" * (32 - SAMPLE_DIGITS)))
            named = Q(kind__in=("child", "adult"), name_reading=reading.replace(" ", "").lower())
            found = Person.objects.filter(sampled | named).aggregate(
                sample=Count("pk", filter=sampled), people=Count("pk", filter=named)
            )
            everybody = max(found["sample"] * 16**SAMPLE_DIGITS, found["people"])
            self._by_reading[reading] = linkage_weights().rarity(max(found["people"], 1), everybody)
        return self._by_reading[reading]


def _here(found: Candidate[UUID], person: Person, told: Told) -> Resemblance:
    number = next((one.digits for one in told.records if one.digits), "")
    return Resemblance(
        *(found.key, found.decision, found.rule, found.veto, found.weighed, card_of(person)),
        number=mask_identifier("id_card", number) if number else "",
        guardians=_names(told.kin),
    )


def _names(kin: tuple[ToldKin, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in kin if one.name))


def _told_elsewhere(found: Candidate[UUID], person: Person) -> bool:
    """Only what is as near as a join is told of another county's file, and nothing of a protected one."""
    near = found.weighed.tenths >= linkage_weights().tenths("link_from")
    return not person.restricted and bool(person.division) and (found.decision is Decision.SAME or near)


def _elsewhere(found: Candidate[UUID], person: Person) -> Resemblance:
    county = person.division[:_COUNTY_DIGITS].ljust(len(person.division), "0")
    return Resemblance(
        *(found.key, found.decision, found.rule, found.veto, found.weighed, None),
        county=county,
        masked_name=mask_name(person.name),
    )
