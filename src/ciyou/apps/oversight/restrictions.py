"""Data that are used no further because the child or a guardian asked: how a granted restriction holds, and how it is lifted."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.oversight.models import RequestState, SubjectRequest
from ciyou.apps.oversight.refusals import check_may, check_reason, not_found_here, refused, somebody_was_first
from ciyou.apps.registry.named_access import grant_named_access, openable_person, protect_file
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action

RESTRICT = "restrict"
WHY = "approval"
LEAST_REASON = 10


def restrict_on_request(actor: Actor, *, request_id: uuid.UUID, person_id: uuid.UUID, reason: str) -> None:
    """Leave a file to its named workers because of a granted request. Whoever granted it becomes one, so that somebody can name others.

    Called by the decision, inside its transaction.
    """
    openable_person(actor, person_id=person_id)
    if protect_file(actor, person_id=person_id, protected=True, ground=str(request_id)):
        grant_named_access(
            actor,
            person_id=person_id,
            user_id=actor.id,
            purpose=Purpose.PROTECT,
            why=WHY,
            reason=reason,
            ends_at=None,
        )


def lift_restriction(actor: Actor, *, request_id: uuid.UUID, version: int, reason: str, origin: str = "") -> bool:
    """End a granted restriction: the file is there again for its area, unless it is protected on another ground. False: lifted before.

    Raises RecordError when the reason is too short, and when somebody changed the request first.
    """
    check_may(actor, Action.DECIDE_SUBJECT_REQUEST)
    row = SubjectRequest.objects.filter(
        id=request_id, kind=RESTRICT, division__gte=actor.scope.first, division__lt=actor.scope.end
    ).first()
    if row is None:
        raise not_found_here()
    if row.state == RequestState.LIFTED:
        return False
    if row.state != RequestState.GRANTED:
        raise refused(
            "not_restricted",
            "这份申请没有同意限制使用，不用解除。",
            "This request was not granted; there is nothing to lift.",
        )
    kept = check_reason(reason, least=LEAST_REASON)
    with transaction.atomic():
        changed = SubjectRequest.objects.filter(id=request_id, state=RequestState.GRANTED, version=version).update(
            state=RequestState.LIFTED,
            lifted_by=actor.id,
            lifted_at=timezone.now(),
            lift_reason=kept,
            version=F("version") + 1,
        )
        if not changed:
            raise somebody_was_first()
        protect_file(actor, person_id=row.person_id, protected=False, ground=str(request_id))
        record_action(
            actor,
            action="lift_restriction",
            subject=str(request_id),
            persons=[str(row.person_id)],
            highest_class=5,
            origin=origin,
        )
    return True
