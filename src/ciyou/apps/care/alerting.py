"""What a flagged answer sets going: a task of the same day for whoever asked, and one for whoever is told. Neither says what was answered."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.utils import timezone

from ciyou.apps.accounts.selectors import Colleague, colleagues_at
from ciyou.apps.audit.wall import walled
from ciyou.apps.care.models import FilledQuestionnaire
from ciyou.apps.cases.tasks import NewTask, end_task, open_tasks
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import ROLES, Level
from ciyou.packs import load_follow_ups
from ciyou.packs.follow_ups import FollowUp

_DIGITS = {Level.VILLAGE: 12, Level.TOWNSHIP: 9, Level.COUNTY: 6}


def follow_ups_of(division: str, kinds: Iterable[str]) -> tuple[FollowUp, ...]:
    """What the packs of a place say follows these kinds of flags."""
    known = load_follow_ups(division=division)
    return tuple(known[kind] for kind in kinds if kind in known)


def open_alerts(actor: Actor, row: FilledQuestionnaire, raised: Iterable[str]) -> bool:
    """Open the tasks of the kinds that were raised; whether there are any. Inside the transaction that records the answers."""
    tasks = [
        task
        for one in follow_ups_of(row.division, raised)
        if one.clock
        for task in (
            NewTask(one.clock, str(row.id), row.division, person_id=row.person_id, post_id=uuid.UUID(actor.post_id)),
            NewTask(
                one.alert_clock,
                str(row.id),
                row.division,
                person_id=row.person_id,
                queue_role=role_told(actor, row.division, one.alert),
            ),
        )
    ]
    # Those who are told may have less to see than the asker: the machine opens their work.
    with walled(LOCAL_OPERATOR):
        open_tasks(actor, tasks=tasks)
    return bool(tasks)


def end_alerts(actor: Actor, row: FilledQuestionnaire) -> None:
    """Somebody saw the child: both tasks end, whoever had them."""
    with walled(LOCAL_OPERATOR):
        for one in load_follow_ups(division=row.division).values():
            for kind in (one.clock, one.alert_clock):
                end_task(actor, kind=kind, subject_id=str(row.id))


def role_told(actor: Actor, division: str, roles: Sequence[str]) -> str:
    """The first role whose post somebody else than the asker holds there; the last where none is, so that it waits where somebody looks."""
    told = _told(actor, division, roles)
    return roles[-1] if told is None else told.role


def colleague_told(actor: Actor, division: str) -> Colleague | None:
    """Whom the asker calls when an answer asks for somebody today: who would be told of it, or None where nobody holds such a post."""
    roles = next((one.alert for one in load_follow_ups(division=division).values() if one.alert), ())
    return _told(actor, division, roles) if roles else None


def _told(actor: Actor, division: str, roles: Sequence[str]) -> Colleague | None:
    places = [(division[: _DIGITS[ROLES[role].level]].ljust(len(division), "0"), role) for role in roles]
    held = colleagues_at(places, on=timezone.localdate())
    return next((one for one in held if str(one.post_id) != actor.post_id), None)
