"""Reading aid in emergencies: the list of both ends, and one as its reader may see it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.list_conditions import OpenClock, clocks_by_subject
from ciyou.apps.crossing.contents import EmergencyContent, open_aid_words, open_emergency
from ciyou.apps.crossing.emergency import is_from_elsewhere
from ciyou.apps.crossing.emergency_access import NOTE, find_aid, is_at_event, visible_aid
from ciyou.apps.crossing.emergency_steps import terms_of
from ciyou.apps.crossing.emergency_terms import EmergencyTerms
from ciyou.apps.crossing.lists import PAGE, CrossingStepLine
from ciyou.apps.crossing.models import EmergencyAid, EmergencyState
from ciyou.apps.registry.identifying import mask_identifier, mask_name
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action, may_do

_OVER = (EmergencyState.CLOSED, EmergencyState.TOLD)


@dataclass(frozen=True)
class EmergencyLine:
    """One in a list. `ours`: it happened here; else here is the registration. `clock`: the work that is open on it at that end."""

    id: uuid.UUID
    child_name: str
    entitlement: str
    received_in: str
    bound_for: str
    state: str
    event_on: dt.date
    amount_fen: int | None
    ours: bool
    noted: bool
    clock: OpenClock | None


@dataclass(frozen=True)
class EmergencyPage:
    """One page of a list, and how many there are in all."""

    total: int
    lines: tuple[EmergencyLine, ...]


@dataclass(frozen=True)
class EmergencyRights:
    """What the reader can do now."""

    decide: bool = False
    pay: bool = False
    complete: bool = False
    review: bool = False
    tell: bool = False
    renew_code: bool = False
    note: bool = False


@dataclass(frozen=True)
class EmergencyView:
    """One as its reader may see it. At home: who, when, how much and where, and neither applicant nor words. `terms` while undecided."""

    line: EmergencyLine
    content: EmergencyContent
    applicant_name: str
    cause: str
    masked_number: str
    steps: tuple[CrossingStepLine, ...]
    terms: EmergencyTerms | None
    rights: EmergencyRights
    need_fen: int
    outcome: str
    received_on: dt.date
    decided_on: dt.date | None
    paid_on: dt.date | None
    paid_how: str
    informed_on: dt.date | None
    noted_on: dt.date | None
    elsewhere: bool
    number: str
    version: int


def list_emergencies(actor: Actor, *, everything: bool = False, page: int = 1) -> EmergencyPage:
    """Aid of either end, the longest open first; what home has noted is out of its list."""
    rows = visible_aid(actor)
    if not everything:
        first, end = actor.scope.first, actor.scope.end
        ours = rows.filter(received_in__gte=first, received_in__lt=end).exclude(state__in=_OVER)
        told = rows.exclude(received_in__gte=first, received_in__lt=end).filter(noted_on=None)
        rows = ours | told
    start = (page - 1) * PAGE
    found = list(rows.order_by("received_on", "id")[start : start + PAGE])
    clocks = _clocks(found)
    return EmergencyPage(rows.count(), tuple(_line(actor, row, clocks.get(str(row.id), [])) for row in found))


def read_emergency(actor: Actor, *, aid_id: uuid.UUID) -> EmergencyView:
    """One; raises CrossingNotFound."""
    row = find_aid(actor, aid_id)
    content, ours = open_emergency(row.id, row.content), is_at_event(actor, row)
    return EmergencyView(
        line=_line(actor, row, _clocks([row]).get(str(row.id), [])),
        content=content,
        applicant_name=content.applicant.name if ours else "",
        cause=content.cause if ours else "",
        masked_number=mask_identifier("id_card", content.child.id_card),
        steps=_steps(actor, row, ours=ours),
        terms=terms_of(row) if ours and row.state == EmergencyState.REGISTERED else None,
        rights=_rights(actor, row, ours=ours),
        need_fen=row.need_fen,
        outcome=row.outcome,
        received_on=row.received_on,
        decided_on=row.decided_on,
        paid_on=row.paid_on,
        paid_how=row.paid_how,
        informed_on=row.informed_on,
        noted_on=row.noted_on,
        elsewhere=is_from_elsewhere(row),
        number=row.number if ours else "",
        version=row.version,
    )


def _clocks(rows: list[EmergencyAid]) -> dict[str, list[OpenClock]]:
    with walled(LOCAL_OPERATOR):
        return dict(clocks_by_subject(str(row.id) for row in rows))


def _line(actor: Actor, row: EmergencyAid, clocks: list[OpenClock]) -> EmergencyLine:
    ours = is_at_event(actor, row)
    own = [one for one in clocks if (one.kind == NOTE) is not ours]
    return EmergencyLine(
        id=row.id,
        child_name=open_emergency(row.id, row.content).child.name,
        entitlement=row.entitlement,
        received_in=row.received_in,
        bound_for=row.bound_for,
        state=row.state,
        event_on=row.event_on,
        amount_fen=row.amount_fen,
        ours=ours,
        noted=row.noted_on is not None,
        clock=own[0] if own else None,
    )


def _steps(actor: Actor, row: EmergencyAid, *, ours: bool) -> tuple[CrossingStepLine, ...]:
    rows = list(row.steps.order_by("at", "id"))
    names = user_names({one.by for one in rows})
    return tuple(
        CrossingStepLine(
            one.step,
            names.get(one.by, "") if actor.scope.holds(one.place) else mask_name(names.get(one.by, "")),
            one.role,
            one.place,
            one.at,
            open_aid_words(one.id, one.words) if ours else "",
        )
        for one in rows
    )


def _rights(actor: Actor, row: EmergencyAid, *, ours: bool) -> EmergencyRights:
    crosses, state = may_do(actor.role, Action.CROSS), row.state
    decides, confirms = may_do(actor.role, Action.DECIDE_APPLICATION), may_do(actor.role, Action.CONFIRM)
    involved = actor.id in (row.received_by, row.decided_by, row.paid_by)
    return EmergencyRights(
        decide=ours and decides and state == EmergencyState.REGISTERED,
        pay=ours and crosses and state == EmergencyState.APPROVED,
        complete=ours and crosses and state == EmergencyState.PAID,
        review=ours and confirms and not involved and state == EmergencyState.PAPERED,
        tell=ours and crosses and state == EmergencyState.REFUSED,
        renew_code=ours and crosses,
        note=not ours and crosses and row.informed_on is not None and row.noted_on is None,
    )
