"""The person behind a determination: confirmed or returned by somebody other than who recorded what it rests on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.entitlements.models import Determination, DeterminationState
from ciyou.apps.registry.deciding import recorders_of
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError

REASON_LENGTH = 400


def confirm_determination(actor: Actor, *, determination_id: object) -> None:
    """Stand behind a proposed determination; what was confirmed before is superseded.

    Raises AccessDenied for a role that does not confirm and for whoever recorded what it rests on, RecordError when it is no
    longer the current proposal (somebody was first, or the facts have changed since).
    """
    with transaction.atomic():
        found = _proposal(actor, determination_id)
        _check_other_person(actor, [found])
        _confirm(actor, [found])


def confirm_unchanged(actor: Actor, *, determination_ids: Iterable[object]) -> int:
    """Confirm at once those of the proposals whose answers are what a person confirmed before; returns how many.

    What changed, what was never confirmed, what is out of the actor's scope and what rests on the actor's own word stays open.
    """
    _check_role(actor)
    with transaction.atomic():
        rows = _visible(actor).filter(id__in=list(determination_ids), difference=[])
        open_rows = list(rows.filter(previous__state=DeterminationState.CONFIRMED))
        recorders = recorders_of([row.person_id for row in open_rows])
        chosen = [row for row in open_rows if actor.id not in recorders[row.person_id]]
        _confirm(actor, chosen)
    return len(chosen)


def return_determination(actor: Actor, *, determination_id: object, reason: str) -> None:
    """Send a proposed determination back with a reason: something in it is to be verified again."""
    stated = " ".join(reason.split())
    if not stated or len(stated) > REASON_LENGTH:
        raise RecordError(
            Problem(
                Place(),
                "determination.reason",
                "请写明退回的原因（1 至 400 个字）。",
                "Say why it is returned (1 to 400 characters).",
            )
        )
    with transaction.atomic():
        found = _proposal(actor, determination_id)
        now = timezone.now()
        changed = Determination.objects.filter(id=found.id, current=True, state=DeterminationState.PROPOSED).update(
            state=DeterminationState.RETURNED, decided_by=actor.id, decided_at=now, reason=stated
        )
        if not changed:
            raise RecordError(_moved_on())
        record_action(
            actor, action="return_determination", subject=str(found.id), persons=[str(found.person_id)], highest_class=4
        )
        publish_event(
            "entitlements.determination_returned", determination_id=str(found.id), child_ids=[str(found.person_id)]
        )


def _proposal(actor: Actor, determination_id: object) -> Determination:
    """The current proposal of this id in the actor's scope; to anybody else it does not exist."""
    _check_role(actor)
    found = _visible(actor, proposed=False).filter(id=determination_id).first() if _is_id(determination_id) else None
    if found is None:
        raise RecordError(
            Problem(
                Place(),
                "determination.unknown",
                "没有这份认定，或不在您的辖区内；请从工作清单进入。",
                "There is no such determination, or it is outside your area; start from your list of work.",
            )
        )
    if not found.current or found.state != DeterminationState.PROPOSED:
        raise RecordError(_moved_on())
    return found


def _visible(actor: Actor, *, proposed: bool = True):
    rows = Determination.objects.filter(person__in=visible_people(actor, purpose=Purpose.DECIDE))
    return rows.filter(current=True, state=DeterminationState.PROPOSED) if proposed else rows


def _is_id(value: object) -> bool:
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return True


def _check_role(actor: Actor) -> None:
    if not may_do(actor.role, Action.CONFIRM):
        raise AccessDenied(
            Problem(
                Place(),
                "determination.role",
                "认定由县级复核或审批人员确认；您的岗位不办理这项工作。",
                "Determinations are confirmed by the county's reviewers and approvers; your post does not do this.",
            )
        )


def _check_other_person(actor: Actor, rows: list[Determination]) -> None:
    recorders = recorders_of([row.person_id for row in rows])
    if any(actor.id in recorders[row.person_id] for row in rows):
        raise AccessDenied(
            Problem(
                Place(),
                "determination.own_word",
                "这份认定依据您本人记录的情况，须由另一人确认；请转交其他复核或审批人员。",
                "This determination rests on what you recorded yourself: another person must confirm it. Hand it to another reviewer or approver.",
            )
        )


def _confirm(actor: Actor, rows: list[Determination]) -> None:
    if not rows:
        return
    now, ids = timezone.now(), [row.id for row in rows]
    persons = [row.person_id for row in rows]
    earlier = Determination.objects.filter(person__in=persons, state=DeterminationState.CONFIRMED)
    earlier.update(state=DeterminationState.SUPERSEDED)
    changed = Determination.objects.filter(id__in=ids, current=True, state=DeterminationState.PROPOSED).update(
        state=DeterminationState.CONFIRMED, decided_by=actor.id, decided_at=now
    )
    if changed != len(ids):
        raise RecordError(_moved_on())  # rolls everything back: nothing is superseded by a proposal that is gone
    record_action(
        actor,
        action="confirm_determination",
        subject=str(ids[0]) if len(ids) == 1 else "",
        persons=[str(person) for person in persons],
        details={"confirmed": len(ids)},
        highest_class=4,
    )
    publish_event(
        "entitlements.determination_confirmed",
        determination_ids=[str(one) for one in ids],
        child_ids=[str(person) for person in persons],
    )


def _moved_on() -> Problem:
    return Problem(
        Place(),
        "determination.moved_on",
        "这份认定已由他人处理，或因情况变化已重新作出；请重新打开孩子的页面查看最新的一份。",
        "Somebody else has dealt with this determination, or it was made again because something changed; open the child's page again to see the latest.",
    )
