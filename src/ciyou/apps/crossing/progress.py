"""How a crossing or aid in an emergency stands, for whoever holds the receipt: number and code, no account, no name, nothing of the child."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

from ciyou.apps.accounts.tries import count_wrong_try
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.elsewhere import progress_of
from ciyou.apps.awards.numbering import CODE_DIGITS, is_code
from ciyou.apps.awards.progress import NOBODY, check_tries, try_limits, wrong
from ciyou.apps.crossing.clocks import RunningClock, clock_now
from ciyou.apps.crossing.models import Crossing, EmergencyAid
from ciyou.apps.crossing.numbering import CROSSING, EMERGENCY, read_counter_number
from ciyou.core.access.actor import LOCAL_OPERATOR

Received = TypeVar("Received", Crossing, EmergencyAid)


@dataclass(frozen=True)
class CrossingStanding:
    """Where a crossing stands: its own state, that of the application at the other end ("" before it was accepted), and the clock."""

    number: str
    state: str
    outcome: str
    application_state: str
    application_number: str
    received_in: str
    handled_in: str
    received_on: dt.date
    sent_on: dt.date | None
    decided_on: dt.date | None
    clock: RunningClock | None


@dataclass(frozen=True)
class EmergencyStanding:
    """Where aid in an emergency stands."""

    number: str
    state: str
    received_in: str
    received_on: dt.date
    decided_on: dt.date | None
    paid_on: dt.date | None


def follow_crossing(*, number: str, code: str, origin: str) -> CrossingStanding:
    """How a crossing stands; raises RecordError for a wrong number or code (the same for both) and for too many wrong tries."""
    return _standing(_opened(Crossing, CROSSING, number, code, origin))


def follow_emergency(*, number: str, code: str, origin: str) -> EmergencyStanding:
    """How aid in an emergency stands; raises RecordError as above. No amount: the slip may be in other hands."""
    row = _opened(EmergencyAid, EMERGENCY, number, code, origin)
    return EmergencyStanding(
        number=row.number,
        state=row.state,
        received_in=row.received_in,
        received_on=row.received_on,
        decided_on=row.decided_on,
        paid_on=row.paid_on,
    )


def _opened(model: type[Received], series: str, number: str, code: str, origin: str) -> Received:
    """The row that number and code open together."""
    read = read_counter_number(number)
    if read is None or read[0] != series or len([one for one in code if one.isdigit()]) != CODE_DIGITS:
        raise wrong()
    limits = try_limits("-".join(str(part) for part in read), origin)
    with walled(LOCAL_OPERATOR):
        check_tries(limits)
        row = model.objects.filter(county=read[1], year=read[2], sequence=read[3]).first()
        if row is not None and is_code(code, row.code_hash):
            return row
        if row is None:
            is_code(code, NOBODY)  # takes as long
        count_wrong_try(limits)
        record_action(LOCAL_OPERATOR, action="refuse_follow", origin=origin)
    raise wrong()


def _standing(row: Crossing) -> CrossingStanding:
    progress = progress_of(row.application_id) if row.application_id else None
    return CrossingStanding(
        number=row.number,
        state=row.state,
        outcome=row.outcome,
        application_state=progress.state if progress else "",
        application_number=progress.number if progress else "",
        received_in=row.received_in,
        handled_in=row.handled_in or row.bound_for,
        received_on=row.received_on,
        sent_on=row.sent_on,
        decided_on=row.decided_on,
        clock=clock_now(row),
    )
