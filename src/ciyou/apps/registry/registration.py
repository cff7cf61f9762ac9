"""Opening a child's file by hand: first the look whether there is one already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may
from ciyou.apps.registry.events import note_event
from ciyou.apps.registry.identifiers import put_identifier, refuse_taken
from ciyou.apps.registry.identifying import normal_identifier
from ciyou.apps.registry.match_keys import refresh_match_keys
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.places import refresh_places
from ciyou.apps.registry.reading import PersonCard
from ciyou.apps.registry.readings import name_fields
from ciyou.apps.registry.refusals import refused
from ciyou.apps.registry.resembling import resembling
from ciyou.apps.registry.told_files import Sought
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, significant_digits
from ciyou.core.access.roles import Action
from ciyou.core.linkage.identity import birth_date_of_id, sex_of_id

OF_AGE = 18
APART_REASONS = ("twin", "namesake", "other_parents", "asked_family")
"""Why a child is none of those shown; a code, because free words about a person do not belong into a log."""


@dataclass(frozen=True)
class NewChild:
    """A child to be put on file. `key` is the form's own id: the same form sent twice opens one file, and becomes the file's id.

    `apart_from` are files that were shown as alike, and `apart_because` one of APART_REASONS: why this is none of them.
    """

    key: UUID
    name: str
    sex: str
    birth_date: dt.date
    division: str
    residence_division: str = ""
    id_card: str = ""
    apart_from: tuple[UUID, ...] = ()
    apart_because: str = ""


def find_candidates(actor: Actor, *, sought: Sought) -> tuple[PersonCard, ...]:
    """Files in the actor's scope that may be this child's already, the nearest first (see `resembling.people_resembling`).

    Raises RecordError for an ID number that cannot be one.
    """
    check_may(actor, Action.REGISTER)
    return find_alike(actor, sought=sought)


def find_alike(actor: Actor, *, sought: Sought) -> tuple[PersonCard, ...]:
    """The same for a service that has found otherwise that the actor may put this child on file."""
    if sought.id_card:
        normal_identifier("id_card", sought.id_card)
    return tuple(one.card for one in resembling(actor, sought=sought) if one.card is not None)


def register_child(actor: Actor, *, child: NewChild) -> UUID:
    """Open a child's file; gives its id. Raises RecordError for what cannot be, and for an ID number that another file holds."""
    check_may(actor, Action.REGISTER)
    return open_file(actor, child=child)


def open_file(actor: Actor, *, child: NewChild) -> UUID:
    """The same for a service that has found otherwise that this child is the actor's to put on file: a record was handed to it."""
    _check(actor, child)
    normal = normal_identifier("id_card", child.id_card) if child.id_card else ""
    if Person.objects.filter(id=child.key).exists():
        return child.key
    if normal:
        _check_id_says_the_same(child, normal)
        refuse_taken(actor, kind="id_card", normal=normal)
    with transaction.atomic():
        with walled(LOCAL_OPERATOR):
            person, made = _open(child)
            if not made:
                return child.key
            refresh_places([person.id])
            if normal:
                put_identifier(person, "id_card", normal, "registration")
            refresh_match_keys([person.id])
            _note_opened(actor, person, child)
        record_action(actor, action="register_child", subject=str(person.id), persons=[str(person.id)], highest_class=3)
        publish_event("registry.facts_changed", child_ids=[str(person.id)])
    return person.id


def _note_opened(actor: Actor, person: Person, child: NewChild) -> None:
    """Also on the files that were shown as alike: their county learns that somebody saw a likeness, and said no."""
    if not child.apart_from:
        note_event(actor, person.id, "registered")
        return
    apart = [str(one) for one in child.apart_from]
    note_event(actor, person.id, "registered", details={"apart_from": apart, "because": child.apart_because})
    for other in Person.objects.filter(id__in=child.apart_from).values_list("id", flat=True):
        details = {"because": child.apart_because, "division": child.division[:6]}
        note_event(actor, other, "alike_registered", details=details)


def _check(actor: Actor, child: NewChild) -> None:
    today = timezone.localdate()
    if len(child.name.strip()) < 2:
        raise refused("name", "请填写孩子的姓名；新生儿未取名的，写“母亲姓名之子/之女”。", "Fill in the child's name; for a newborn without one, write whose child it is.")  # fmt: skip
    if child.sex not in ("male", "female"):
        raise refused("sex", "请选择性别。", "Choose the sex.")
    if not today.replace(year=today.year - OF_AGE - 3, day=1) < child.birth_date <= today:
        raise refused(
            "birth_date",
            "请核对出生日期：应是未成年人，且不在将来。",
            "Check the date of birth: a minor's, and not in the future.",
        )
    if child.apart_from and child.apart_because not in APART_REASONS:
        raise refused("apart", "请选择为什么都不是这个孩子。", "Choose why this child is none of these.")
    if not child.division.isdigit() or len(significant_digits(child.division)) < 6:
        raise refused("division", "请选择户籍所在的村（居）或乡镇。", "Choose the village or township of registration.")
    if not any(actor.scope.holds(place) for place in (child.division, child.residence_division) if place):
        raise refused(
            "division_outside",
            "户籍地和常住地都不在您的辖区；请联系当地县级民政部门建档。",
            "Neither registration nor residence lies in your area; ask the county there to open the file.",
        )


def _check_id_says_the_same(child: NewChild, normal: str) -> None:
    if birth_date_of_id(normal) != child.birth_date or sex_of_id(normal) != child.sex:
        raise refused(
            "id_differs",
            "身份证号码里的出生日期或性别与填写的不一致；请对照证件改正。",
            "The ID number says another date of birth or sex than the form; check them against the card.",
        )


def _open(child: NewChild) -> tuple[Person, bool]:
    now = timezone.now()
    return Person.objects.get_or_create(
        id=child.key,
        defaults={
            "kind": "child",
            **name_fields(child.name.strip()),
            "sex": child.sex,
            "birth_date": child.birth_date,
            "division": child.division,
            "residence_division": child.residence_division,
            "created_at": now,
            "updated_at": now,
        },
    )
