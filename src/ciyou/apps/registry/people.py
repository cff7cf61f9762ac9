"""Persons of a screening come on file, many at a time; the same load twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may
from ciyou.apps.registry.events import event_row
from ciyou.apps.registry.identifiers import UNIQUE_KINDS, blind_of
from ciyou.apps.registry.identifying import normal_identifier
from ciyou.apps.registry.incoming import IncomingPerson
from ciyou.apps.registry.match_keys import refresh_match_keys
from ciyou.apps.registry.models import Identifier, Person, PersonEvent, PersonStatus
from ciyou.apps.registry.places import refresh_places
from ciyou.apps.registry.readings import name_fields
from ciyou.apps.registry.sealing import open_identifier, seal_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError
from ciyou.core.linkage.identity import clean_id

BATCH = 500
_CHANGING = ("name", "given_name", "name_reading", "name_initials", "sex", "birth_date", "division", "residence_division", "division_resolved")  # fmt: skip
_PLACE = ("division", "residence_division", "division_resolved")


def register_people(actor: Actor, *, people: Iterable[IncomingPerson], source: str) -> dict[str, UUID]:
    """Put persons of a screening on file and bring known ones up to date; gives linkage id → person id.

    A person who was merged into another is that other. A place that an officer has set is not moved back by a roster.
    """
    check_may(actor, Action.REGISTER, Action.SCREEN)
    found: dict[str, UUID] = {}
    rows = iter(people)
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            found.update(_register(actor, batch, source))
    record_action(actor, action="register_people", details={"source": source, "persons": len(found)}, highest_class=3)
    return found


def _register(actor: Actor, batch: list[IncomingPerson], source: str) -> dict[str, UUID]:
    incoming = {person.linkage_id: person for person in batch}
    stored = {row.linkage_id: row for row in Person.objects.filter(linkage_id__in=list(incoming))}
    stored |= _adopt(incoming, stored)
    new = [_row(person) for key, person in incoming.items() if key not in stored]
    Person.objects.bulk_create(new)
    changed = _update_known(actor, incoming, stored)
    found = {str(row.linkage_id): row for row in (*new, *stored.values())}
    _store_identifiers(actor, incoming, found, source)
    refresh_places([row.id for row in (*new, *changed)])
    refresh_match_keys(row.id for row in found.values())
    return {key: row.merged_into_id or row.id for key, row in found.items()}


def _adopt(incoming: Mapping[str, IncomingPerson], stored: Mapping[str | None, Person]) -> dict[str | None, Person]:
    """Files that officers opened before any roster named the person: the same valid ID number makes them this person's."""
    sought = {}
    for key, person in incoming.items():
        for kind, value in person.identifiers if key not in stored else ():
            if kind == "id_card" and clean_id(value).id18:
                sought[blind_of(kind, normal_identifier(kind, value))] = key
    rows = Identifier.objects.filter(blind__in=sought, kind="id_card", ended_at=None, person__linkage_id=None)
    found: dict[str | None, Person] = {}
    for row in rows.exclude(person__status=PersonStatus.MERGED).select_related("person"):
        key = sought[row.blind]
        if key not in found:
            row.person.linkage_id = key
            row.person.save(update_fields=["linkage_id"])
            found[key] = row.person
    return found


def _row(person: IncomingPerson) -> Person:
    now = timezone.now()
    return Person(id=uuid4(), linkage_id=person.linkage_id, created_at=now, updated_at=now, **_fields(person))


def _fields(person: IncomingPerson) -> dict[str, object]:
    return {
        "kind": "child" if person.kind == "child" else "adult",
        **name_fields(person.name),
        "sex": person.sex or "",
        "birth_date": person.birth_date,
        "division": person.division,
        "residence_division": person.residence_division,
        "division_resolved": person.division_resolved,
    }


def _update_known(
    actor: Actor, incoming: Mapping[str, IncomingPerson], stored: Mapping[str | None, Person]
) -> list[Person]:
    settled = _settled_by_officers(row.id for row in stored.values())
    changed: list[Person] = []
    events: list[PersonEvent] = []
    for key, row in stored.items():
        if row.status == PersonStatus.MERGED or key is None:
            continue
        kept = _PLACE if row.id in settled else ()
        wanted = {
            name: value for name, value in _fields(incoming[key]).items() if name in _CHANGING and name not in kept
        }
        different = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if not different:
            continue
        if "division" in different:
            details = {"from": row.division, "to": different["division"], "by": "roster"}
            events.append(PersonEvent(**event_row(actor, row.id, "moved", details=details)))
        for name, value in different.items():
            setattr(row, name, value)
        row.version += 1
        row.updated_at = timezone.now()
        changed.append(row)
    # An insert that meets its own row and updates it: measured ten times faster than bulk_update.
    Person.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=[*_CHANGING, "version", "updated_at"]
    )
    PersonEvent.objects.bulk_create(events)
    return changed


def _settled_by_officers(person_ids: Iterable[UUID]) -> set[UUID]:
    moved = PersonEvent.objects.filter(person_id__in=list(person_ids), kind="moved")
    return {row.person_id for row in moved if row.details.get("by") != "roster"}


def _store_identifiers(
    actor: Actor, incoming: Mapping[str, IncomingPerson], found: Mapping[str, Person], source: str
) -> None:
    given = list(_readable(incoming, found))
    known = _known_values({row.id for row, *_ in given})
    taken = _taken({blind for row, kind, normal, blind, _ in given if kind in UNIQUE_KINDS})
    rows, events, now = [], [], timezone.now()
    for person, kind, normal, blind, said_by in given:
        if (person.id, kind, normal) in known:
            continue
        other = taken.get(blind) if kind in UNIQUE_KINDS else None
        if other not in (None, person.id):
            events += [
                event_row(actor, one, "same_number_claimed", details={"kind": kind}) for one in (other, person.id)
            ]
            continue
        known.add((person.id, kind, normal))
        if kind in UNIQUE_KINDS:
            taken[blind] = person.id
        cipher = seal_identifier(person.id, kind, normal)
        rows.append(
            Identifier(person=person, kind=kind, cipher=cipher, blind=blind, source=said_by or source, recorded_at=now)
        )
    Identifier.objects.bulk_create(rows)
    PersonEvent.objects.bulk_create([PersonEvent(**row) for row in events])


def _readable(
    incoming: Mapping[str, IncomingPerson], found: Mapping[str, Person]
) -> Iterator[tuple[Person, str, str, str, str]]:
    """Each identifier that can be one, normalized; what a roster wrote wrongly was reported when the roster was read."""
    for key, person in incoming.items():
        row = found[key]
        for kind, value in person.identifiers if row.status != PersonStatus.MERGED else ():
            try:
                normal = normal_identifier(kind, value)
            except RecordError:
                continue
            yield row, kind, normal, blind_of(kind, normal), person.source


def _known_values(person_ids: set[UUID]) -> set[tuple[UUID, str, str]]:
    rows = Identifier.objects.filter(person_id__in=person_ids, ended_at=None)
    return {(row.person_id, row.kind, open_identifier(row.person_id, row.kind, row.cipher)) for row in rows}


def _taken(blinds: set[str]) -> dict[str, UUID]:
    rows = Identifier.objects.filter(blind__in=blinds, ended_at=None, kind__in=UNIQUE_KINDS)
    return dict(rows.exclude(person__status=PersonStatus.MERGED).values_list("blind", "person_id"))
