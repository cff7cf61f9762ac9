"""Reading crossings: the list of both ends, and one as each end may see it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.awards.elsewhere import Progress, progress_of
from ciyou.apps.crossing.access import find_crossing, is_counter, is_place, visible_crossings
from ciyou.apps.crossing.acknowledging import candidates_for
from ciyou.apps.crossing.clocks import RunningClock, clock_now, clocks_now
from ciyou.apps.crossing.contents import CrossingContent, open_words
from ciyou.apps.crossing.models import OPEN, UNDECIDED, Crossing, CrossingState
from ciyou.apps.crossing.papers import CrossingPaperCard, papers_of
from ciyou.apps.crossing.steps import content_of
from ciyou.apps.registry.identifying import mask_identifier, mask_name
from ciyou.apps.registry.selectors import PersonCard
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do

PAGE = 25
SENT_BY_US, SENT_TO_US = "from", "to"


@dataclass(frozen=True)
class CrossingLine:
    """One crossing in a list. `ours`: this end took it in; `clock` whose turn it is and until when, None once it is closed."""

    id: uuid.UUID
    number: str
    child_name: str
    entitlement: str
    received_in: str
    bound_for: str
    state: str
    outcome: str
    received_on: dt.date
    ours: bool
    clock: RunningClock | None
    person_id: uuid.UUID | None


@dataclass(frozen=True)
class CrossingPage:
    """One page of a list, and how many there are in all."""

    total: int
    lines: tuple[CrossingLine, ...]


def list_crossings(actor: Actor, *, way: str = "", everything: bool = False, page: int = 1) -> CrossingPage:
    """Crossings of either end, the longest waiting first. `way`: `from` what was taken in here, `to` what was sent here."""
    rows = visible_crossings(actor)
    if not everything:
        rows = rows.filter(state__in=OPEN)
    inside = {"gte": actor.scope.first, "lt": actor.scope.end}
    if way in (SENT_BY_US, SENT_TO_US):
        field = "received_in" if way == SENT_BY_US else "handled_in"
        rows = rows.filter(**{f"{field}__{name}": value for name, value in inside.items()})
    first = (page - 1) * PAGE
    found = list(rows.order_by("received_on", "id")[first : first + PAGE])
    clocks = clocks_now(found)
    return CrossingPage(rows.count(), tuple(_line(actor, row, clocks[row.id]) for row in found))


def _line(actor: Actor, row: Crossing, clock: RunningClock | None) -> CrossingLine:
    return CrossingLine(
        id=row.id,
        number=row.number,
        child_name=content_of(row).child.name,
        entitlement=row.entitlement,
        received_in=row.received_in,
        bound_for=row.handled_in or row.bound_for,
        state=row.state,
        outcome=row.outcome,
        received_on=row.received_on,
        ours=is_counter(actor, row),
        clock=clock,
        person_id=row.person_id,
    )


@dataclass(frozen=True)
class CrossingStepLine:
    """One step: what, at which end, by whom (masked for the other end), when, and its reason."""

    step: str
    by: str
    role: str
    place: str
    at: dt.datetime
    words: str


@dataclass(frozen=True)
class CrossingRights:
    """What the actor may do with a crossing now."""

    papers: bool = False
    complete: bool = False
    send: bool = False
    send_again: bool = False
    acknowledge: bool = False
    tell: bool = False
    withdraw: bool = False
    renew_code: bool = False


@dataclass(frozen=True)
class CrossingView:
    """One crossing as one end may see it. `application_id` and `candidates` are there for the place that decides only.

    `progress`: where the application stands, without a word of what was found out. `masked_number`: the ID number, masked.
    """

    line: CrossingLine
    content: CrossingContent
    masked_number: str
    steps: tuple[CrossingStepLine, ...]
    papers: tuple[CrossingPaperCard, ...]
    progress: Progress | None
    application_id: uuid.UUID | None
    candidates: tuple[PersonCard, ...]
    rights: CrossingRights
    decided_on: dt.date | None
    told_on: dt.date | None
    sent_on: dt.date | None
    code_of: str
    version: int


def read_crossing(actor: Actor, *, crossing_id: uuid.UUID) -> CrossingView:
    """One crossing; raises CrossingNotFound."""
    row = find_crossing(actor, crossing_id)
    content, place = content_of(row), is_place(actor, row)
    rights = _rights(actor, row)
    return CrossingView(
        line=_line(actor, row, clock_now(row)),
        content=content,
        masked_number=mask_identifier("id_card", content.child.id_card),
        steps=_steps(actor, row),
        papers=papers_of(row),
        progress=progress_of(row.application_id) if row.application_id else None,
        application_id=row.application_id if place else None,
        candidates=candidates_for(actor, row) if rights.acknowledge else (),
        rights=rights,
        decided_on=row.decided_on,
        told_on=row.told_on,
        sent_on=row.sent_on,
        code_of=row.received_in,
        version=row.version,
    )


def _steps(actor: Actor, row: Crossing) -> tuple[CrossingStepLine, ...]:
    rows = list(row.steps.order_by("at", "id"))
    names = user_names({one.by for one in rows})

    def named(by: str, at: str) -> str:
        name = names.get(by, "")
        return name if actor.scope.holds(at) else mask_name(name)

    return tuple(
        CrossingStepLine(one.step, named(one.by, one.place), one.role, one.place, one.at, open_words(one.id, one.words))
        for one in rows
    )


def _rights(actor: Actor, row: Crossing) -> CrossingRights:
    if not may_do(actor.role, Action.CROSS):
        return CrossingRights()
    counter, place, state = is_counter(actor, row), is_place(actor, row), row.state
    return CrossingRights(
        papers=counter and state in (CrossingState.INCOMPLETE, CrossingState.READY, CrossingState.RETURNED),
        complete=counter and state == CrossingState.INCOMPLETE,
        send=counter and state == CrossingState.READY,
        send_again=counter and state == CrossingState.RETURNED,
        acknowledge=place and state == CrossingState.SENT,
        tell=counter and state == CrossingState.DECIDED,
        withdraw=counter and state in UNDECIDED,
        renew_code=counter,
    )
