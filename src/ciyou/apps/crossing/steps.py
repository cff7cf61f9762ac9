"""The steps of a crossing: each taken once, noted for both ends, and opening the task of whoever has it next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from ciyou.apps.accounts.selectors import post_for
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import county_of, township_of
from ciyou.apps.cases.tasks import end_task, open_task
from ciyou.apps.crossing.access import find_crossing, is_counter, is_place
from ciyou.apps.crossing.contents import CrossingContent, open_crossing, seal_crossing, seal_words
from ciyou.apps.crossing.models import Crossing, CrossingStep
from ciyou.apps.crossing.refusals import check_may, crossing_not_found, moved_on
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

PUSH, ACKNOWLEDGE, COMPLETE, TELL, URGE = (
    "push_application",
    "acknowledge_application",
    "complete_application",
    "tell_applicant",
    "urge_crossing",
)
"""The clocks of a crossing, which are also the kinds of its tasks."""
SUPERVISOR, DRAFTER, REVIEWER = "supervisor", "county_drafter", "county_reviewer"
COUNTER, PLACE = "counter", "place"


@contextmanager
def taking(
    actor: Actor, crossing_id: uuid.UUID, *, end: str, states: tuple[str, ...], version: int
) -> Iterator[Crossing]:
    """A crossing locked for a step at one of its ends, still as the actor saw it; what follows may reach the other end.

    Inside a transaction. Raises CrossingNotFound, AccessDenied, or RecordError where it has moved on.
    """
    check_may(actor, Action.CROSS)
    row = find_crossing(actor, crossing_id, lock=True)
    if not (is_counter(actor, row) if end == COUNTER else is_place(actor, row)):
        raise crossing_not_found()
    if row.state not in states or row.version != version:
        raise moved_on()
    yield row


def content_of(row: Crossing) -> CrossingContent:
    """What a crossing holds under encryption."""
    return open_crossing(row.id, row.content)


def move(
    actor: Actor,
    row: Crossing,
    *,
    step: str,
    place: str,
    words: str = "",
    content: CrossingContent | None = None,
    **changes: object,
) -> None:
    """Write one step and what it changes; the tasks of the step before end, whoever had them."""
    if content is not None:
        changes["content"] = seal_crossing(row.id, content)
    with walled(LOCAL_OPERATOR):
        taken = Crossing.objects.filter(id=row.id, state=row.state, version=row.version).update(
            **changes, version=row.version + 1
        )
        if not taken:
            raise moved_on()
        note_step(actor, row, step=step, place=place, words=words)
        if "state" in changes or "handled_in" in changes:
            end_tasks_of(actor, row)
        row.refresh_from_db()
    record_action(
        actor,
        action=f"{step}_crossing",
        subject=str(row.id),
        persons=[str(row.person_id)] if row.person_id else [],
        highest_class=3,
    )


def note_step(actor: Actor, row: Crossing, *, step: str, place: str, words: str = "") -> None:
    """A line of the story that both ends read."""
    key = uuid.uuid4()
    CrossingStep.objects.create(
        id=key,
        crossing=row,
        step=step,
        by=actor.id,
        role=actor.role,
        place=place,
        at=timezone.now(),
        words=seal_words(key, words),
    )


def end_tasks_of(actor: Actor, row: Crossing) -> None:
    """End what is open about a crossing at either end; the work on its application is not touched."""
    for kind in (PUSH, ACKNOWLEDGE, COMPLETE, TELL, URGE):
        end_task(actor, kind=kind, subject_id=str(row.id))


def open_at_counter(actor: Actor, row: Crossing, kind: str, *, started_on: dt.date | None = None) -> None:
    """Give the next step to the counter: the township's supervisor, else the county's drafter. The task names no child."""
    _open(actor, row, kind, row.received_in, started_on)


def open_at_place(actor: Actor, row: Crossing, kind: str, *, started_on: dt.date | None = None) -> None:
    """Give the next step to the place that has it now."""
    _open(actor, row, kind, row.handled_in, started_on)


def _open(actor: Actor, row: Crossing, kind: str, division: str, started_on: dt.date | None) -> None:
    today = timezone.localdate()
    held = post_for(division=township_of(division), role=SUPERVISOR, on=today)
    role, place = (SUPERVISOR, township_of(division)) if held else (DRAFTER, county_of(division))
    with walled(LOCAL_OPERATOR):
        open_task(
            actor, kind=kind, subject_id=str(row.id), division=place, queue_role=role, started_on=started_on or today
        )
