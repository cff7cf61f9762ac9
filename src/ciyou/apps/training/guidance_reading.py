"""Reading guidance: of one child, and one with its sessions."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count

from ciyou.apps.registry.selectors import get_person
from ciyou.apps.training.guidance_contents import GuidanceContent, HeldContent, unseal
from ciyou.apps.training.guidance_work import PURPOSE, find_guidance, reads_guidance, visible_guidance
from ciyou.apps.training.models import Guidance, GuidanceSession, GuidanceState
from ciyou.core.access.actor import Actor


@dataclass(frozen=True)
class GuidanceLine:
    """One guidance. `held`: how many sessions there were; `sessions_asked`, `until_on`: None where the paper says nothing."""

    id: uuid.UUID
    child_id: uuid.UUID
    division: str
    kind: str
    issuer: str
    issued_on: dt.date
    until_on: dt.date | None
    sessions_asked: int | None
    held: int
    state: str
    outcome: str
    ended_on: dt.date | None
    version: int

    @property
    def open(self) -> bool:
        """Whether it still runs."""
        return self.state == GuidanceState.OPEN


@dataclass(frozen=True)
class HeldLine:
    """One session: when, how, by whom, what about."""

    held_on: dt.date
    form: str
    giver: str
    words: str


@dataclass(frozen=True)
class GuidanceView:
    """One guidance with its words and its sessions, the latest first."""

    line: GuidanceLine
    child_name: str
    content: GuidanceContent
    sessions: tuple[HeldLine, ...]


def guidance_of_child(actor: Actor, *, child_id: uuid.UUID, running: bool = False) -> tuple[GuidanceLine, ...]:
    """The guidance of one child that the actor may read, the latest first; `running`: only what is open. The child itself the caller has."""
    if not reads_guidance(actor, child_id):
        return ()
    rows = visible_guidance(actor).filter(child=child_id).annotate(held=Count("sessions"))
    rows = rows.filter(state=GuidanceState.OPEN) if running else rows
    return tuple(_line(row, row.held) for row in rows.order_by("-issued_on", "-recorded_at"))


def read_guidance(actor: Actor, *, guidance_id: uuid.UUID) -> GuidanceView:
    """One guidance; raises TrainingNotFound."""
    row = find_guidance(actor, guidance_id)
    held = tuple(_held(one) for one in row.sessions.order_by("-held_on", "-recorded_at"))
    child = get_person(actor, person_id=row.child_id, purpose=PURPOSE)
    return GuidanceView(_line(row, len(held)), child.name, unseal(GuidanceContent, row.id, row.content), held)


def _held(row: GuidanceSession) -> HeldLine:
    content = unseal(HeldContent, row.id, row.content)
    return HeldLine(row.held_on, row.form, content.giver, content.words)


def _line(row: Guidance, held: int) -> GuidanceLine:
    return GuidanceLine(
        id=row.id,
        child_id=row.child_id,
        division=row.division,
        kind=row.kind,
        issuer=row.issuer,
        issued_on=row.issued_on,
        until_on=row.until_on,
        sessions_asked=row.sessions_asked,
        held=held,
        state=row.state,
        outcome=row.outcome,
        ended_on=row.ended_on,
        version=row.version,
    )
