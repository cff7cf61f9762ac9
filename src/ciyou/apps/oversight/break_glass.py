"""Opening a protected file in need: reason first, for a few hours, and another person looks at it afterwards."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.tasks import end_task, open_task
from ciyou.apps.oversight.models import BreakGlass
from ciyou.apps.oversight.refusals import check_may, check_reason, not_found_here, refused, somebody_was_first
from ciyou.apps.registry.named_access import end_named_access, grant_named_access, openable_person
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.packs import load_limits

WHY = "break_glass"
TASK = "review_break_glass"
REVIEWER = "county_approver"
LEAST_FINDING = 10


@dataclass(frozen=True)
class Opening:
    """One opening in need as a reviewer sees it. `justified` is None until somebody reviewed it."""

    id: uuid.UUID
    person_id: uuid.UUID
    opened_by: str
    own: bool
    role: str
    reason: str
    at: dt.datetime
    ends_at: dt.datetime
    reviewed_by: str
    reviewed_at: dt.datetime | None
    justified: bool | None
    finding: str


def break_glass(
    actor: Actor, *, glass_id: uuid.UUID, person_id: uuid.UUID, reason: str, origin: str = ""
) -> dt.datetime:
    """Open a protected file to the actor for a few hours; until when. `glass_id` is made by the form: sent twice it opens once.

    Raises AccessDenied for a role that may not, RecordError for a reason too short, PersonNotFound outside the actor's area.
    """
    check_may(actor, Action.BREAK_GLASS)
    limits = load_limits()
    kept = check_reason(reason, least=limits["break_glass_reason"].value)
    card = openable_person(actor, person_id=person_id)
    now = timezone.now()
    with transaction.atomic():
        open_already = BreakGlass.objects.filter(
            Q(id=glass_id) | Q(ends_at__gt=now, reviewed_at=None), person_id=card.id, actor_id=actor.id
        ).first()
        if open_already is not None:
            return open_already.ends_at
        row = BreakGlass.objects.create(
            id=glass_id,
            person_id=card.id,
            division=actor.scope.first,
            actor_id=actor.id,
            role=actor.role,
            reason=kept,
            at=now,
            ends_at=now + dt.timedelta(hours=limits["break_glass_hours"].value),
        )
        grant_named_access(
            actor,
            person_id=card.id,
            user_id=actor.id,
            purpose=Purpose.PROTECT,
            why=WHY,
            reason=kept,
            ends_at=row.ends_at,
        )
        open_task(
            actor,
            kind=TASK,
            subject_id=str(row.id),
            division=row.division,
            person_id=card.id,
            queue_role=REVIEWER,
        )
        record_action(
            actor,
            action="break_glass",
            subject=str(row.id),
            persons=[str(card.id)],
            highest_class=5,
            origin=origin,
        )
    return row.ends_at


def open_until(actor: Actor, *, person_id: uuid.UUID) -> dt.datetime | None:
    """Until when the actor has this file open in need; None when it has not."""
    row = (
        BreakGlass.objects.filter(person_id=person_id, actor_id=actor.id, ends_at__gt=timezone.now())
        .exclude(justified=False)
        .order_by("-ends_at")
        .first()
    )
    return None if row is None else row.ends_at


def list_openings(actor: Actor) -> tuple[Opening, ...]:
    """The openings of the actor's county, those that wait for a review first."""
    check_may(actor, Action.REVIEW_BREAK_GLASS)
    rows = list(
        BreakGlass.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end).order_by(
            "reviewed_at", "-at"
        )[:200]
    )
    rows.sort(key=lambda row: (row.reviewed_at is not None, -row.at.timestamp()))
    names = user_names([*(row.actor_id for row in rows), *(row.reviewed_by for row in rows if row.reviewed_by)])
    return tuple(
        Opening(
            id=row.id,
            person_id=row.person_id,
            opened_by=names.get(row.actor_id, row.actor_id),
            own=row.actor_id == actor.id,
            role=row.role,
            reason=row.reason,
            at=row.at,
            ends_at=row.ends_at,
            reviewed_by=names.get(row.reviewed_by, ""),
            reviewed_at=row.reviewed_at,
            justified=row.justified,
            finding=row.finding,
        )
        for row in rows
    )


def review_opening(actor: Actor, *, glass_id: uuid.UUID, justified: bool, finding: str, origin: str = "") -> None:
    """Another person says whether the opening was justified; one that was not ends at once.

    Raises RecordError when it is the actor's own, when the finding is too short, or when somebody reviewed it already.
    """
    check_may(actor, Action.REVIEW_BREAK_GLASS)
    row = BreakGlass.objects.filter(id=glass_id, division__gte=actor.scope.first, division__lt=actor.scope.end).first()
    if row is None:
        raise not_found_here()
    if row.actor_id == actor.id:
        raise refused(
            "own_opening",
            "自己打开的档案要由另一个人复核；请等待其他审批人处理。",
            "Your own opening is reviewed by somebody else; leave it to another approver.",
        )
    kept = check_reason(finding, least=LEAST_FINDING)
    with transaction.atomic():
        changed = BreakGlass.objects.filter(id=glass_id, reviewed_at=None).update(
            reviewed_by=actor.id, reviewed_at=timezone.now(), justified=justified, finding=kept
        )
        if not changed:
            raise somebody_was_first()
        if not justified:
            end_named_access(actor, person_id=row.person_id, user_id=row.actor_id, why=WHY)
        end_task(actor, kind=TASK, subject_id=str(glass_id))
        record_action(
            actor,
            action="review_break_glass",
            subject=str(glass_id),
            persons=[str(row.person_id)],
            details={"justified": justified},
            highest_class=5,
            origin=origin,
        )
