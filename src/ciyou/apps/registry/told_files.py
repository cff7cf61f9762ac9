"""What files and forms tell of a person, in the words in which people are compared (core/linkage/told)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from ciyou.apps.audit.keys import keyring
from ciyou.apps.registry.models import Identifier, Person, Relationship
from ciyou.apps.registry.places import FAMILY_KINDS
from ciyou.apps.registry.readings import SpokenName, speak_name
from ciyou.apps.registry.sealing import open_identifier
from ciyou.batch.linkage.families import STATED_BY_NUMBER
from ciyou.batch.linkage.lunar import solar_of
from ciyou.core.access.actor import significant_digits
from ciyou.core.linkage.identity import IdFlag, IdReading, birth_date_of_id, clean_id, sex_of_id
from ciyou.core.linkage.phones import clean_phone
from ciyou.core.linkage.told import FIRST_17, Told, ToldKin, ToldRecord

_COUNTY, _TOWN, _VILLAGE = 6, 9, 12
_ID_CHARACTERS = 18
PARENTS = ("father", "mother")
NO_ID = clean_id(None)


@dataclass(frozen=True)
class Sought:
    """Somebody who is to be put on file, or whom a report or a notice is about, as it was written; whatever is not known stays empty.

    `guardians` are names and ID numbers of parents or guardians.
    """

    name: str
    sex: str = ""
    birth_date: dt.date | None = None
    division: str = ""
    residence_division: str = ""
    id_card: str = ""
    phone: str = ""
    guardians: tuple[tuple[str, str], ...] = ()


def told_of_sought(sought: Sought) -> Told:
    """A form or a notice. A number that denies the birth date or the sex beside it is not believed."""
    identity = clean_id(sought.id_card)
    believed = identity.flag is IdFlag.VALID and not _denies(identity, sought)
    said = _Said(sought.name, sought.sex, sought.birth_date, (sought.division, sought.residence_division))
    return _told(
        said,
        number=identity.text if believed else "",
        digits="" if believed or len(identity.text) != _ID_CHARACTERS else identity.text,
        phones=(clean_phone(sought.phone) or "",),
        kin=[_kin(name, clean_id(number)) for name, number in sought.guardians],
    )


def _denies(identity: IdReading, sought: Sought) -> bool:
    born, stated = identity.birth_date, sought.birth_date
    other_sex = bool(sought.sex and identity.sex and sought.sex != identity.sex)
    if born is None or stated is None:
        return other_sex
    return other_sex or (born.year != stated.year and (born.month, born.day) != (stated.month, stated.day))


def told_of_files(people: Collection[Person]) -> dict[UUID, Told]:
    """Files with their numbers and families, wherever they are: for the machine (inside `walled`), to compare and never to show."""
    person_ids = [one.id for one in people]
    ties = Relationship.objects.filter(person__in=person_ids, superseded_at=None, kind__in=FAMILY_KINDS)
    relatives = list(ties.values_list("person_id", "other_id", "other__name", "kind", "confidence"))
    numbers = _numbers({*person_ids, *(other for _, other, *_ in relatives)})
    kin: dict[UUID, list[ToldKin]] = defaultdict(list)
    for person, other, name, kind, confidence in relatives:
        stated = kind in PARENTS and (confidence is None or confidence in STATED_BY_NUMBER)
        kin[person].append(replace(_kin(name, clean_id(numbers[other].card)), stated=stated))
    return {
        one.id: _told(
            _Said(one.name, one.sex, one.birth_date, (one.division, one.residence_division)),
            number=numbers[one.id].card,
            digits="",
            phones=numbers[one.id].phones or ("",),
            kin=kin[one.id],
        )
        for one in people
    }


class _Said(NamedTuple):
    name: str
    sex: str
    born: dt.date | None
    places: tuple[str, ...]


class _Numbers(NamedTuple):
    card: str = ""
    phones: tuple[str, ...] = ()


def _numbers(person_ids: Collection[UUID]) -> defaultdict[UUID, _Numbers]:
    found: defaultdict[UUID, _Numbers] = defaultdict(_Numbers)
    rows = Identifier.objects.filter(person__in=person_ids, kind__in=("id_card", "phone"), ended_at=None)
    ring = keyring()
    for person, kind, cipher in rows.values_list("person_id", "kind", "cipher"):
        value, known = open_identifier(person, kind, cipher, ring), found[person]
        found[person] = (
            known._replace(card=value) if kind == "id_card" else known._replace(phones=(*known.phones, value))
        )
    return found


def _kin(name: str, identity: IdReading) -> ToldKin:
    spoken = speak_name(name)
    return ToldKin((identity.id18 or "")[:FIRST_17], spoken.key, spoken.reading)


def _told(said: _Said, *, number: str, digits: str, phones: Iterable[str], kin: list[ToldKin]) -> Told:
    spoken = speak_name(said.name)
    sex = said.sex or (sex_of_id(number) if number else "")
    # Beside a number of one's own a name that is missing was left out: a child that has none yet has no number either.
    unnamed = spoken.unnamed or not (spoken.key or number)
    records = [
        ToldRecord(spoken.key, spoken.reading, unnamed, sex, *place, phone, number or digits)
        for place in _places(said.places)
        for phone in phones
    ]
    numbered = birth_date_of_id(number) if number else None
    births = tuple(dict.fromkeys(day for day in (said.born, numbered) if day is not None))
    lunar = solar_of(said.born) if not number else None
    of_parent = [_parent(spoken)] if spoken.parent else []
    return Told(tuple(records), births, (lunar,) if lunar else (), (*kin, *of_parent), number[:FIRST_17])


def _parent(spoken: SpokenName) -> ToldKin:
    parent = speak_name(spoken.parent)
    return ToldKin("", parent.key, parent.reading)


def _places(divisions: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """County, township and village by their codes, as far as each division names them."""
    known = [code for code in dict.fromkeys(divisions) if code]
    for code in known or [""]:
        digits = significant_digits(code) if code else ""
        yield (
            digits[:_COUNTY] if len(digits) >= _COUNTY else "",
            digits[:_TOWN] if len(digits) >= _TOWN else "",
            digits if len(digits) == _VILLAGE else "",
        )
