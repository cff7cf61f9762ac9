"""The open work of some kinds in an area, one by one: what a number of the report of loops stands for."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from ciyou.apps.accounts.selectors import PostCard, post_cards
from ciyou.apps.cases.lead_access import check_may
from ciyou.apps.cases.models import Task, TaskState
from ciyou.apps.cases.shown_work import UNLISTED
from ciyou.apps.registry.scoping import never_counted
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action

SHOWN = 200


@dataclass(frozen=True)
class OpenWork:
    """One open task: about whom (None: about nobody, or nobody whom the actor may see), whose it is, since when, and until when."""

    kind: str
    division: str
    child: PersonCard | None
    post: PostCard | None
    role: str
    department: str
    started_on: dt.date
    due_on: dt.date


@dataclass(frozen=True)
class OpenWorkPage:
    """The first of them, the most urgent first, and how many there are."""

    total: int
    lines: tuple[OpenWork, ...]

    @property
    def person_ids(self) -> tuple[str, ...]:
        """Everybody whom it names."""
        return tuple(dict.fromkeys(str(line.child.id) for line in self.lines if line.child is not None))


def list_open_work(actor: Actor, *, kinds: Collection[str], late: bool, today: dt.date) -> OpenWorkPage:
    """The open tasks of these kinds in the actor's area, for whoever hands out work there; the caller records the disclosure.

    Protected children are not on it, nor the kinds of work that are only counted. Raises AccessDenied.
    """
    check_may(actor, Action.ASSIGN)
    inside = Q(division__gte=actor.scope.first, division__lt=actor.scope.end)
    rows = Task.objects.filter(inside, kind__in=set(kinds) - UNLISTED, state=TaskState.OPEN).exclude(
        person__in=never_counted()
    )
    if late:
        rows = rows.filter(due_on__lt=today)
    # Ids first, from the index alone: sorting ten thousand whole rows would take half a second.
    chosen = rows.order_by("due_on", "id").values("pk")[: SHOWN + 1]
    found = list(Task.objects.filter(pk__in=chosen).order_by("due_on", "id"))
    total = len(found) if len(found) <= SHOWN else rows.count()
    children = {task.person_id for task in found[:SHOWN] if task.person_id is not None}
    cards = cards_of(actor, person_ids=list(children), purpose=Purpose.SERVE) if children else {}
    posts = post_cards([task.post_id for task in found[:SHOWN] if task.post_id is not None])
    return OpenWorkPage(total, tuple(_line(task, cards, posts) for task in found[:SHOWN]))


def _line(task: Task, cards: dict[uuid.UUID, PersonCard], posts: dict[uuid.UUID, PostCard]) -> OpenWork:
    return OpenWork(
        kind=task.kind,
        division=task.division,
        child=cards.get(task.person_id) if task.person_id is not None else None,
        post=posts.get(task.post_id) if task.post_id is not None else None,
        role=task.queue_role,
        department=task.department,
        started_on=task.started_on,
        due_on=task.due_on,
    )
