"""Protected files 特别保护 (class 5): who may make one, and that somebody can still open it."""

from __future__ import annotations

from django.db import transaction

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may, check_purpose, find_person
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.named_access import grant_named_access, protect_file
from ciyou.apps.registry.scoping import is_named
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action


def restrict_file(actor: Actor, *, person_id: PersonId, reason: str) -> bool:
    """Protect a file: from now on only its named workers know of it. Whoever does it becomes one. False: it was protected."""
    check_may(actor, Action.CONFIRM)
    check_purpose(actor, Purpose.PROTECT)
    with transaction.atomic():
        person = find_person(actor, person_id, Purpose.PROTECT, lock=True)
        if not is_named(actor, person.id):
            grant_named_access(
                actor,
                person_id=person.id,
                user_id=actor.id,
                purpose=Purpose.PROTECT,
                why="case_worker",
                reason=reason,
                ends_at=None,
            )
        with walled(LOCAL_OPERATOR):
            return protect_file(actor, person_id=person.id, protected=True)


def unrestrict_file(actor: Actor, *, person_id: PersonId) -> bool:
    """Open a protected file again to its area; only a named worker can. False: it was open."""
    check_may(actor, Action.CONFIRM)
    check_purpose(actor, Purpose.PROTECT)
    with transaction.atomic():
        person = find_person(actor, person_id, Purpose.PROTECT, lock=True)
        with walled(LOCAL_OPERATOR):
            return protect_file(actor, person_id=person.id, protected=False)
