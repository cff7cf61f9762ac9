"""Named workers of a case: who may see the protected part of one file, why and until when; and files that are protected."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.events import note_event
from ciyou.apps.registry.models import NamedAccess, Person, PersonEvent, PersonPlace, PersonStatus
from ciyou.apps.registry.reading import PersonCard, card_of
from ciyou.apps.registry.refusals import person_not_found
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.verdict import ceiling_of

PERSONAL = 3


def openable_person(actor: Actor, *, person_id: uuid.UUID) -> PersonCard:
    """A person of the actor's area, protected or not, for a service that opens protected files; raises PersonNotFound.

    The caller shows nothing of the card before the opening is on record.
    """
    if ceiling_of(actor) < PERSONAL:
        raise person_not_found()
    with walled(LOCAL_OPERATOR):
        found = _in_area(actor).filter(pk=person_id).first()
    if found is None:
        raise person_not_found()
    return card_of(found)


def _in_area(actor: Actor) -> QuerySet[Person]:
    people = Person.objects.exclude(status=PersonStatus.MERGED)
    places = PersonPlace.objects.filter(person=OuterRef("pk"))
    places = places.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    return people if actor.scope.everywhere else people.filter(Exists(places))


def grant_named_access(
    actor: Actor,
    *,
    person_id: uuid.UUID,
    user_id: str,
    purpose: Purpose,
    why: str,
    reason: str,
    ends_at: dt.datetime | None,
) -> int:
    """Open class 4 and 5 of one person's file to one user until a moment; `why` case_worker | break_glass | approval."""
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        row = NamedAccess.objects.create(
            person_id=person_id,
            user_id=user_id,
            purpose=purpose.value,
            why=why,
            reason=reason,
            granted_by=actor.id,
            granted_at=timezone.now(),
            ends_at=ends_at,
        )
        record_action(
            actor,
            action="grant_named_access",
            subject=str(row.id),
            persons=[str(person_id)],
            details={"why": why},
            highest_class=5,
        )
        publish_event("registry.workers_changed", child_ids=[str(person_id)])
    return row.id


def end_named_access(actor: Actor, *, person_id: uuid.UUID, user_id: str, why: str) -> int:
    """End a user's running grants of one kind for one person now; how many there were."""
    now = timezone.now()
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        running = NamedAccess.objects.filter(person_id=person_id, user_id=user_id, why=why)
        ended = running.filter(Q(ends_at=None) | Q(ends_at__gt=now)).update(ends_at=now)
        if ended:
            record_action(
                actor, action="end_named_access", persons=[str(person_id)], details={"why": why}, highest_class=5
            )
            publish_event("registry.workers_changed", child_ids=[str(person_id)])
    return ended


CASE = "case"
"""The ground of a protection that an officer decided; of one that was asked for, the ground is the request's id."""


def protect_file(actor: Actor, *, person_id: uuid.UUID, protected: bool, ground: str = CASE, reason: str = "") -> bool:
    """Make a file visible to its named workers only on one ground, or take that ground back; False when it was so already.

    It opens to its area when no ground is left. Called by the service that decided it, inside its transaction; `reason` is a code.
    """
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        person = Person.objects.select_for_update().get(pk=person_id)
        grounds = grounds_of(person)
        if (ground in grounds) == protected:
            return False
        left = {*grounds, ground} if protected else set(grounds) - {ground}
        Person.objects.filter(pk=person_id).update(
            restricted=bool(left), version=F("version") + 1, updated_at=timezone.now()
        )
        kind = "restricted" if protected else "unrestricted"
        note_event(actor, person_id, kind, details={"ground": ground, **({"reason": reason} if reason else {})})
        record_action(actor, action=f"{kind}_file", persons=[str(person_id)], highest_class=5)
        publish_event("registry.protection_changed", child_ids=[str(person_id)])
    return True


def grounds_of(person: Person) -> dict[str, dt.date]:
    """On what grounds a file is protected, and since when: CASE, or the id of a granted request. Nothing where it is open.

    Files that were merged into this one count: a merge passes protection on.
    """
    if not person.restricted:
        return {}
    standing: dict[str, dt.date] = {}
    events = PersonEvent.objects.filter(Q(person=person) | Q(person__merged_into=person))
    for event in events.filter(kind__in=("restricted", "unrestricted")).order_by("id"):
        ground = str(event.details.get("ground", CASE))
        if event.kind == "restricted":
            standing[ground] = event.on
        else:
            standing.pop(ground, None)
    return standing or {CASE: timezone.localtime(person.updated_at).date()}
