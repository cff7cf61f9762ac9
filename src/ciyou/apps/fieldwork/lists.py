"""Reading what phones handed in: what waits for a person, and one piece with both sides of what clashes."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.fieldwork.asked import is_alarming
from ciyou.apps.fieldwork.clocks import made_at_by_our_clock
from ciyou.apps.fieldwork.contents import ASKED, ClashContent, SaidInField, open_clash, open_said
from ciyou.apps.fieldwork.models import EventState, FieldClash, FieldEvent
from ciyou.apps.fieldwork.settling import find_event, may_settle
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.core.access.actor import Actor, Purpose

SHOWN = 100


@dataclass(frozen=True)
class EventLine:
    """One piece that waits for a person: whose, from where, made and received when, and why it waits. It names no child."""

    id: uuid.UUID
    kind: str
    by: str
    division: str
    made_at: dt.datetime
    received_at: dt.datetime
    state: str
    reason: str


@dataclass(frozen=True)
class ClashLine:
    """One field that was said differently, with both authors' names; `choice` "" while nobody has chosen."""

    id: uuid.UUID
    content: ClashContent
    theirs_by: str
    choice: str


@dataclass(frozen=True)
class ReadEvent:
    """One piece in full. `child` is None, and so is what was said, where the child is not the reader's to see.

    What was answered to a questionnaire is shown to nobody here; `alarming`: it asks for a person who sees the child today.
    """

    line: EventLine
    child: PersonCard | None
    said: SaidInField | None
    clashes: tuple[ClashLine, ...]
    clock_off: dt.timedelta
    by_our_clock: dt.datetime
    settlement: str
    may_record: bool
    alarming: bool


def waiting_events(actor: Actor) -> tuple[EventLine, ...]:
    """What waits for a person in the actor's area, the oldest first (at most a hundred)."""
    if not may_settle(actor):
        return ()
    rows = FieldEvent.objects.select_related("user").filter(
        state__in=(EventState.CONFLICT, EventState.SET_ASIDE),
        division__gte=actor.scope.first,
        division__lt=actor.scope.end,
    )
    return tuple(_line(event) for event in rows.order_by("received_at", "id")[:SHOWN])


def read_event(actor: Actor, *, event_id: uuid.UUID) -> ReadEvent:
    """One piece of work; raises FieldWorkNotFound. What is said of a child is read only by whoever may see the child."""
    event = find_event(actor, event_id)
    said = open_said(event)
    child = None
    if said is not None:
        child = cards_of(actor, person_ids=[said.child], purpose=Purpose.VERIFY).get(uuid.UUID(said.child))
    rows = [(row, open_clash(row)) for row in FieldClash.objects.filter(event=event).order_by("id")] if child else []
    names = user_names([content.theirs_by for _row, content in rows]) if rows else {}
    return ReadEvent(
        line=_line(event),
        child=child,
        said=said if child and event.kind != ASKED else None,
        clashes=tuple(ClashLine(row.id, one, names.get(one.theirs_by, ""), row.choice) for row, one in rows),
        clock_off=event.received_at - event.sent_at,
        by_our_clock=made_at_by_our_clock(event),
        settlement=event.settlement,
        may_record=child is not None,
        alarming=said is not None and is_alarming(event, said),
    )


def _line(event: FieldEvent) -> EventLine:
    return EventLine(
        id=event.id,
        kind=event.kind,
        by=event.user.full_name,
        division=event.division,
        made_at=event.made_at,
        received_at=event.received_at,
        state=event.state,
        reason=event.reason,
    )
