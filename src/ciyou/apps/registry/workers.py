"""The named workers of one file: who may be named, by whom, until when, and that a protected file always has one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, posts_over
from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may, check_purpose, find_person
from ciyou.apps.registry.identities import IN_NEED
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import NamedAccess, Person
from ciyou.apps.registry.named_access import grant_named_access
from ciyou.apps.registry.refusals import person_not_found, refused
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import ROLES, Action, may_do

PERSONAL = 3
WHY = "case_worker"
LEAST_REASON, LONGEST_REASON = 5, 400


@dataclass(frozen=True)
class NamedWorker:
    """Somebody who sees the protected part of a file: `why` case_worker | break_glass | approval; `ends_at` None: until ended."""

    access_id: int
    user_id: str
    why: str
    reason: str
    granted_by: str
    granted_at: dt.datetime
    ends_at: dt.datetime | None


def check_reason(reason: str) -> str:
    """The reason without spaces around it; raises RecordError when it is too short to be one."""
    kept = " ".join(reason.split())[:LONGEST_REASON]
    if len(kept) < LEAST_REASON:
        raise refused(
            "reason_short",
            f"请写明理由，至少 {LEAST_REASON} 个字。",
            f"Give the reason in at least {LEAST_REASON} characters.",
        )
    return kept


def running_workers(person: Person) -> tuple[NamedWorker, ...]:
    """Who sees the protected part of a file today, those who were named first first; for whoever may read of its protection."""
    with walled(LOCAL_OPERATOR):
        rows = list(_running(person.id).order_by("granted_at", "id"))
    return tuple(
        NamedWorker(row.id, row.user_id, row.why, row.reason, row.granted_by, row.granted_at, row.ends_at)
        for row in rows
    )


def possible_workers(actor: Actor, person: Person) -> tuple[PostCard, ...]:
    """The colleagues of the actor's area who may be named: posts that see persons and are for the child's own places."""
    return posts_over(actor, divisions=_places_of(person), roles=_roles_named())


def post_of_named(person_id: UUID, users: Iterable[str], *, able: Action | None, on: dt.date) -> PostCard | None:
    """The post in which one of these users could be named for a person, and may do something (`able`), on a day; the nearest, for the machine."""
    with walled(LOCAL_OPERATOR):
        person = Person.objects.filter(id=person_id).only("division", "residence_division").first()
    if person is None:
        return None
    roles = [code for code in _roles_named() if able is None or may_do(code, able)]
    wanted = set(users)
    held = posts_over(LOCAL_OPERATOR, divisions=_places_of(person), roles=roles, on=on)
    return next((post for post in held if str(post.user_id) in wanted), None)


def _roles_named() -> list[str]:
    return [code for code, role in ROLES.items() if role.ceiling >= PERSONAL and Purpose.PROTECT in role.purposes]


def _places_of(person: Person) -> list[str]:
    return [place for place in (person.division, person.residence_division) if place]


def name_worker(actor: Actor, *, person_id: PersonId, user_id: str, reason: str, until: dt.date | None = None) -> int:
    """Name somebody of the actor's area a worker of this file, until the end of a day or until ended; gives the grant's number.

    The same worker named again has the new reason and day. Raises RecordError for somebody who cannot be one.
    """
    check_may(actor, Action.CONFIRM)
    check_purpose(actor, Purpose.PROTECT)
    kept = check_reason(reason)
    if until is not None and until < timezone.localdate():
        raise refused("worker_until", "截止日期不能早于今天。", "The last day cannot lie in the past.")
    with transaction.atomic():
        person = find_person(actor, person_id, Purpose.PROTECT, lock=True)
        if user_id not in {str(post.user_id) for post in possible_workers(actor, person)}:
            raise refused(
                "worker",
                "请从列表中选择一位在这个孩子所在地任职的同事。",
                "Choose a colleague from the list, whose post is for the place of this child.",
            )
        return grant_to(actor, person.id, user_id=user_id, reason=kept, ends_at=_end_of(until))


def grant_to(actor: Actor, person_id: UUID, *, user_id: str, reason: str, ends_at: dt.datetime | None) -> int:
    """A worker's one running grant: the same again is the same, another reason or day takes its place."""
    with walled(LOCAL_OPERATOR):
        running = _running(person_id).filter(user_id=user_id, why=WHY)
        same = running.filter(reason=reason, ends_at=ends_at).first()
        if same is not None:
            return same.id
        running.update(ends_at=timezone.now())
    return grant_named_access(
        actor,
        person_id=person_id,
        user_id=user_id,
        purpose=Purpose.PROTECT,
        why=WHY,
        reason=reason,
        ends_at=ends_at,
    )


def end_worker(actor: Actor, *, person_id: PersonId, access_id: int) -> bool:
    """End one worker's access now; False where it had ended. Raises RecordError for the last one of a protected file."""
    check_may(actor, Action.CONFIRM)
    check_purpose(actor, Purpose.PROTECT)
    with transaction.atomic():
        person = find_person(actor, person_id, Purpose.PROTECT, lock=True)
        with walled(LOCAL_OPERATOR):
            row = NamedAccess.objects.filter(id=access_id, person_id=person.id).first()
            if row is None:
                raise person_not_found()
            _check_one_stays(person, row)
            ended = _running(person.id).filter(id=access_id).update(ends_at=timezone.now())
        if ended:
            record_action(
                actor,
                action="end_named_access",
                subject=str(access_id),
                persons=[str(person.id)],
                details={"why": row.why},
                highest_class=5,
            )
            publish_event("registry.workers_changed", child_ids=[str(person.id)])
    return bool(ended)


def _check_one_stays(person: Person, ending: NamedAccess) -> None:
    others = _running(person.id).exclude(id=ending.id).exclude(why=IN_NEED)
    if person.restricted and ending.why != IN_NEED and not others.exists():
        raise refused(
            "last_worker",
            "受保护的档案至少要有一位指名的办案人员。请先指名另一位，或者先解除特别保护。",
            "A protected file keeps at least one named worker. Name another one first, or open the file.",
        )


def _running(person_id: UUID) -> QuerySet[NamedAccess]:
    rows = NamedAccess.objects.filter(person_id=person_id)
    return rows.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()))


def _end_of(day: dt.date | None) -> dt.datetime | None:
    """The midnight after a day, in the office's own time."""
    if day is None:
        return None
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
