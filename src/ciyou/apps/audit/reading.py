"""Reading the log: who looked at whom, what somebody did, what was taken out. Whoever shows it records that it was read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry, PersonSeen
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem

PAGE_SIZE = 50
MOST_LOOKS = 500


@dataclass(frozen=True)
class Look:
    """One entry of the log, as an auditor reads it. Ids are internal; `kind` is disclosure | action."""

    id: int
    at: dt.datetime
    kind: str
    actor_id: str
    post_id: str
    role: str
    purpose: str
    action: str
    subject: str
    person_count: int
    fields: tuple[str, ...]
    details: Mapping[str, object]
    highest_class: int
    origin: str


@dataclass(frozen=True)
class EntryFilter:
    """What is asked of the log; what is empty does not count. Days are those of this country's time, both inside."""

    user_id: str = ""
    actions: tuple[str, ...] = ()
    first_day: dt.date | None = None
    last_day: dt.date | None = None


@dataclass(frozen=True)
class EntryPage:
    """One page of entries, newest first; `before` asks for the next one (None: there is no more)."""

    entries: tuple[Look, ...]
    before: int | None


def check_may_read(actor: Actor) -> None:
    """Raises AccessDenied for everybody but auditors."""
    if not may_do(actor.role, Action.READ_AUDIT) or Purpose.AUDIT not in actor.purposes:
        raise AccessDenied(
            Problem(
                Place(),
                "access.role",
                "只有审计岗位可以查看审计日志；如需查阅，请联系审计管理员。",
                "Only auditors read the log; ask the audit administrator.",
            )
        )


def who_looked(
    actor: Actor, *, person_id: object, visible: Callable[[str], bool] | None = None, limit: int = MOST_LOOKS
) -> tuple[Look, ...]:
    """Every disclosure of and action about a person, newest first (at most `limit`).

    An auditor of a place asks about persons of that place only: `visible` says whether this is one. Without it, and for anybody
    else's person, there is nothing: the same answer as for an id that nobody has.
    """
    check_may_read(actor)
    if not actor.scope.everywhere and (visible is None or not visible(str(person_id))):
        return ()
    seen = PersonSeen.objects.filter(person_id=str(person_id)).order_by("-entry_id").select_related("entry")
    return tuple(_look(row.entry) for row in seen[:limit])


def list_entries(
    actor: Actor, *, wanted: EntryFilter, posts: Collection[str], before: int | None = None, size: int = PAGE_SIZE
) -> EntryPage:
    """Entries by user, action and day, newest first, a page at a time.

    An auditor of a place sees what was done from the `posts` of that place; the machine's own jobs only an auditor of the whole.
    """
    check_may_read(actor)
    rows = _filtered(wanted)
    if not actor.scope.everywhere:
        rows = rows.filter(post_id__in=[post for post in posts if post])
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = tuple(_look(row) for row in rows.order_by("-id")[: size + 1])
    more = len(found) > size
    return EntryPage(found[:size], found[size - 1].id if more else None)


def latest_entry(action: str) -> Look | None:
    """The last time something was done at all; None when it never was."""
    row = LogEntry.objects.filter(action=action).order_by("-id").first()
    return None if row is None else _look(row)


def _filtered(wanted: EntryFilter) -> QuerySet[LogEntry]:
    rows = LogEntry.objects.all()
    if wanted.user_id:
        rows = rows.filter(actor_id=wanted.user_id)
    if wanted.actions:
        rows = rows.filter(action__in=wanted.actions)
    if wanted.first_day is not None:
        rows = rows.filter(at__gte=_midnight(wanted.first_day))
    if wanted.last_day is not None:
        rows = rows.filter(at__lt=_midnight(wanted.last_day + dt.timedelta(days=1)))
    return rows


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _look(row: LogEntry) -> Look:
    return Look(
        id=row.id,
        at=row.at,
        kind=row.kind,
        actor_id=row.actor_id,
        post_id=row.post_id,
        role=row.role,
        purpose=row.purpose,
        action=row.action,
        subject=row.subject,
        person_count=row.person_count,
        fields=tuple(json.loads(row.fields)),
        details=json.loads(row.details),
        highest_class=row.highest_class,
        origin=row.origin,
    )
