"""Identifiers of persons: recorded encrypted, found by their blind index, shown masked, revealed with a record."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may, check_purpose, find_for_work, find_person
from ciyou.apps.registry.identifying import is_blind, mask_identifier, normal_identifier
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.match_keys import refresh_match_keys
from ciyou.apps.registry.models import Identifier, Person, PersonEvent, PersonStatus
from ciyou.apps.registry.refusals import person_not_found, refused
from ciyou.apps.registry.sealing import blind_identifier, open_identifier, seal_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError

UNIQUE_KINDS = ("id_card", "student_no", "disability_cert", "birth_cert")
"""Two files never hold the same one of these; a telephone or an address may be shared."""


@dataclass(frozen=True)
class MaskedIdentifier:
    """One identifier as a page shows it before it is revealed."""

    id: int
    kind: str
    masked: str
    source: str


def blind_of(kind: str, normal: str) -> str:
    """The blind index of a normalized value; "" where values repeat."""
    return blind_identifier(kind, normal) if is_blind(kind) else ""


def holders_of(kind: str, normal: str) -> tuple[Person, ...]:
    """Whose identifier this is, wherever they are: for matching only, never shown as such."""
    with walled(LOCAL_OPERATOR):
        rows = Identifier.objects.filter(kind=kind, blind=blind_of(kind, normal), ended_at=None)
        people = [row.person for row in rows.select_related("person")]
    return tuple(person for person in people if person.status != PersonStatus.MERGED)


def masked_identifiers(
    actor: Actor, *, person_id: PersonId, purpose: Purpose = Purpose.SERVE
) -> tuple[MaskedIdentifier, ...]:
    """The identifiers of a person, masked, the ID card first."""
    person = find_person(actor, person_id, purpose)
    rows = Identifier.objects.filter(person=person, ended_at=None).order_by("id")
    return tuple(sorted(map(masked_row, rows), key=lambda one: one.kind != "id_card"))


def masked_row(row: Identifier) -> MaskedIdentifier:
    """A stored identifier, masked."""
    masked = mask_identifier(row.kind, open_identifier(row.person_id, row.kind, row.cipher))
    return MaskedIdentifier(row.id, row.kind, masked, row.source)


def reveal_identifier(actor: Actor, *, identifier_id: int, purpose: Purpose, origin: str = "") -> str:
    """One identifier in the clear, for a purpose that goes on record together with who saw it."""
    check_may(actor, Action.REVEAL)
    check_purpose(actor, purpose)
    with transaction.atomic():
        row = Identifier.objects.filter(id=identifier_id, ended_at=None).first()
        if row is None:
            raise person_not_found()
        person = find_person(actor, row.person_id, purpose)
        record_disclosure(
            actor,
            purpose=purpose,
            action="reveal_identifier",
            persons=[str(person.id)],
            fields=[f"identifier.{row.kind}"],
            highest_class=3,
            origin=origin,
            subject=str(person.id),
        )
    return open_identifier(person.id, row.kind, row.cipher)


def record_identifier(actor: Actor, *, person_id: PersonId, kind: str, value: str, source: str = "registration") -> int:
    """Put an identifier on a person's file; an earlier one of the kind (telephones apart) is ended. Returns its number.

    Raises RecordError for a wrong value, or one that another file holds: then both files' counties are told.
    """
    check_may(actor, Action.REGISTER, Action.RECORD_FACTS)
    normal = normal_identifier(kind, value)
    refuse_taken(actor, kind=kind, normal=normal, person_id=person_id)
    with transaction.atomic():
        person = find_for_work(actor, person_id)
        row = put_identifier(person, kind, normal, source)
        with walled(LOCAL_OPERATOR):
            refresh_match_keys([person.id])
        record_action(
            actor,
            action="record_identifier",
            subject=str(person.id),
            persons=[str(person.id)],
            details={"kind": kind},
            highest_class=3,
        )
    return row.id


def put_identifier(person: Person, kind: str, normal: str, source: str) -> Identifier:
    """Store a normalized value that was checked before; the same value twice is stored once."""
    now, blind = timezone.now(), blind_of(kind, normal)
    current = Identifier.objects.filter(person=person, kind=kind, ended_at=None)
    same = [row for row in current if open_identifier(person.id, kind, row.cipher) == normal]
    if same:
        return same[0]
    if kind != "phone":
        current.update(ended_at=now)
    cipher = seal_identifier(person.id, kind, normal)
    return Identifier.objects.create(
        person=person, kind=kind, cipher=cipher, blind=blind, source=source, recorded_at=now
    )


def refuse_taken(actor: Actor, *, kind: str, normal: str, person_id: PersonId | None = None) -> None:
    """Raises RecordError when another file holds this value, and notes it on that file, so that its county hears of it."""
    if kind not in UNIQUE_KINDS:
        return
    others = [person for person in holders_of(kind, normal) if str(person.id) != str(person_id)]
    if not others:
        return
    _tell_both(actor, others, kind, person_id)
    raise _taken(actor, others[0])


def _tell_both(actor: Actor, others: list[Person], kind: str, person_id: PersonId | None) -> None:
    now = timezone.now()
    # Committed on its own: the refusal that follows must not take the news back with it.
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        for person_of in [*(other.id for other in others), *([person_id] if person_id else [])]:
            PersonEvent.objects.create(
                person_id=person_of,
                kind="same_number_claimed",
                on=timezone.localdate(),
                details={"kind": kind, "division": actor.scope.first[:6]},
                recorded_at=now,
                recorded_by=actor.id,
            )
        record_action(
            actor,
            action="refuse_taken_identifier",
            persons=[str(other.id) for other in others],
            details={"kind": kind},
            highest_class=3,
        )


def _taken(actor: Actor, other: Person) -> RecordError:
    if actor.scope.holds(other.division) and not other.restricted:
        place = division_name(other.division)
        return refused(
            "id_taken",
            f"这个号码已经在另一份档案上（{place}）。请先搜索并打开那份档案；若是写错，请对照证件重新填写。",
            f"This number is already on another file ({place}). Search for that file first; if it was mistyped, check it against the card.",
        )
    return refused(
        "id_taken_elsewhere",
        "这个号码已在其他地方建档。已通知双方县级民政部门，请联系本县经办人。",
        "This number is on file elsewhere. Both counties have been told; ask your county's officer.",
    )
