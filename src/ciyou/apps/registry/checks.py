"""Before anything is written: may this actor do it, and is the person theirs?"""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import Person, PersonStatus
from ciyou.apps.registry.refusals import not_for_this_purpose, not_yours_to_do, person_not_found
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action, may_do

_WORK = (Purpose.VERIFY, Purpose.SERVE, Purpose.PROTECT)


def check_may(actor: Actor, *actions: Action) -> None:
    """Raises AccessDenied unless the actor's role may do one of these."""
    if not any(may_do(actor.role, action) for action in actions):
        raise not_yours_to_do()


def check_purpose(actor: Actor, purpose: Purpose) -> None:
    """Raises AccessDenied where the actor's post does not serve this purpose."""
    if purpose not in actor.purposes:
        raise not_for_this_purpose()


def working_purpose(actor: Actor) -> Purpose:
    """The purpose under which an actor works on a file: to verify, else to serve or protect."""
    return next((purpose for purpose in _WORK if purpose in actor.purposes), Purpose.VERIFY)


def find_person(actor: Actor, person_id: PersonId, purpose: Purpose, *, lock: bool = False) -> Person:
    """The person, if the actor may see it for this purpose; raises PersonNotFound otherwise. A merged file leads to the one that stayed.

    `lock` (inside a transaction): of two who write about one person, the second waits and sees what the first did.
    """
    return _find(visible_people(actor, purpose=purpose), person_id, lock=lock)


def _find(people: QuerySet[Person], person_id: PersonId, *, lock: bool) -> Person:
    if lock:
        people = people.select_for_update(of=("self",))
    found = people.filter(id=person_id).first() or people.filter(id=_led_to(person_id)).first()
    if found is None:
        raise person_not_found()
    return found


def _led_to(person_id: PersonId) -> UUID | None:
    """The file that a merged one leads to; whether the actor may see that one is asked of it, not here."""
    with walled(LOCAL_OPERATOR):
        return Person.objects.filter(id=person_id).values_list("merged_into_id", flat=True).first()


def find_for_work(actor: Actor, person_id: PersonId) -> Person:
    """The same for writing, under a lock.

    The machine writes into protected files too: what a department replies belongs there, though nobody but the named workers sees
    the file. It is named in no case, and shows nothing of what it finds.
    """
    if actor == LOCAL_OPERATOR:
        return _find(Person.objects.exclude(status=PersonStatus.MERGED), person_id, lock=True)
    return find_person(actor, person_id, working_purpose(actor), lock=True)
