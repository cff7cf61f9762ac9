"""Which applications and awards an actor may see and work on; class 5 is for the named workers of the case."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from ciyou.apps.awards.models import Application, Award
from ciyou.apps.awards.paying import is_at_residence
from ciyou.apps.awards.refusals import application_not_found, award_not_found, check_may, refused
from ciyou.apps.registry.selectors import PersonCard, get_person, is_named, visible_people
from ciyou.core.access.actor import DIVISION_DIGITS, Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs import load_payments

PURPOSE = Purpose.SERVE
"""Why applications are looked at: so that a child gets what is due to it."""


def county_of(division: str) -> str:
    """The county of a division."""
    return division[:6].ljust(DIVISION_DIGITS, "0")


def township_of(division: str) -> str:
    """The township of a division; the county where it is no smaller."""
    return division[:9].ljust(DIVISION_DIGITS, "0")


def inside(actor: Actor, *fields: str) -> Q:
    """One of these columns lies in the actor's scope."""
    condition = Q(pk__in=())
    for field in fields:
        condition |= Q(**{f"{field}__gte": actor.scope.first, f"{field}__lt": actor.scope.end})
    return condition


def listed_applications(actor: Actor) -> QuerySet[Application]:
    """The applications that may stand in the actor's lists and counts: of children it may see, never one of class 5."""
    check_may(actor, Action.SEE_APPLICATIONS)
    people = visible_people(actor, purpose=PURPOSE).filter(restricted=False)
    rows = Application.objects.filter(inside(actor, "division", "received_in"), person__in=people.values("pk"))
    return rows.filter(sensitivity__lt=RESTRICTED)


def find_application(actor: Actor, application_id: object, *, lock: bool = False) -> Application:
    """One application that the actor may see; raises ApplicationNotFound. `lock`: of two who take a step the second waits."""
    check_may(actor, Action.SEE_APPLICATIONS)
    people = visible_people(actor, purpose=PURPOSE)
    rows = Application.objects.filter(inside(actor, "division", "received_in"), person__in=people.values("pk"))
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.filter(id=application_id).first()
    if found is None or not may_know(actor, found.person_id, found.sensitivity):
        raise application_not_found()
    return found


def find_award(actor: Actor, award_id: object, *, lock: bool = False) -> Award:
    """One award that the actor may see; raises AwardNotFound."""
    check_may(actor, Action.SEE_APPLICATIONS)
    people = visible_people(actor, purpose=PURPOSE)
    rows = Award.objects.filter(person__in=people.values("pk"))
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.filter(id=award_id).first()
    if found is None or not may_know(actor, found.person_id, found.sensitivity):
        raise award_not_found()
    if lock and not actor.scope.holds(found.division) and is_of_residence(found):
        raise award_not_found()  # the registration may read that it runs; changing it is the residence's
    return found


def is_of_residence(row: Application | Award) -> bool:
    """Whether an application or award is claimed, decided and paid where the child lives."""
    payment = load_payments(division=row.division).get(row.entitlement)
    return payment is not None and is_at_residence(payment)


def find_child(actor: Actor, child_id: object) -> PersonCard:
    """The child that is applied for; raises PersonNotFound, or RecordError for an adult's file."""
    child = get_person(actor, person_id=child_id, purpose=PURPOSE)  # type: ignore[arg-type]
    if child.kind != "child":
        raise refused("application.adult", "只能为孩子申请。", "Only for a child can it be applied for.")
    return child


def may_know(actor: Actor, person_id: object, sensitivity: int) -> bool:
    """Whether the actor may know of something of this class about a person whom it may see."""
    return sensitivity < RESTRICTED or is_named(actor, person_id)


def known_classes(actor: Actor, person_id: uuid.UUID) -> int:
    """The highest class of applications and awards of this child that the actor may be shown."""
    return classes_of(named=is_named(actor, person_id))


def classes_of(*, named: bool) -> int:
    """The same, where it is known whether the actor is a named worker of the child's case."""
    return RESTRICTED if named else RESTRICTED - 1


def is_own_work(actor: Actor, users: Iterable[str]) -> bool:
    """Whether the actor is among those who worked on a step before."""
    return actor.id in {user for user in users if user}
