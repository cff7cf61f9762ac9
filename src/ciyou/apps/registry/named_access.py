"""Named workers of a case: who may see the protected part of one file, why and until when; and files that are protected."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.events import note_event
from ciyou.apps.registry.models import NamedAccess, Person, PersonPlace, PersonStatus
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
    return ended


def protect_file(actor: Actor, *, person_id: uuid.UUID, protected: bool) -> bool:
    """Make a file visible to its named workers only, or open again to all in its area; False when it was so already.

    Called by the service that decided it, inside its transaction.
    """
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        changed = Person.objects.filter(pk=person_id, restricted=not protected).update(
            restricted=protected, version=F("version") + 1, updated_at=timezone.now()
        )
        if changed:
            kind = "restricted" if protected else "unrestricted"
            note_event(actor, person_id, kind)
            record_action(actor, action=f"{kind}_file", persons=[str(person_id)], highest_class=5)
    return bool(changed)
