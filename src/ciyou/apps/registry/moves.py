"""What an officer reads after a file left their area: that they moved it, not that it is unknown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import working_purpose
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import PersonEvent
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor


@dataclass(frozen=True)
class MovedAway:
    """A move as whoever made it may read of it again: where to, on which day. Nothing of the person."""

    person_id: UUID
    division: str
    on: dt.date
    leaves: bool


def moved_away(actor: Actor, *, person_id: PersonId) -> MovedAway | None:
    """The move by which the actor sent this file out of their own area; None for a file that they see, or sent nowhere."""
    if visible_people(actor, purpose=working_purpose(actor)).filter(id=person_id).exists():
        return None
    with walled(LOCAL_OPERATOR):
        event = PersonEvent.objects.filter(person_id=person_id, kind="moved").order_by("-id").first()
    if event is None or event.recorded_by != actor.id or actor.scope.holds(str(event.details["to"])):
        return None
    return MovedAway(event.person_id, str(event.details["to"]), event.on, bool(event.details.get("leaves")))
