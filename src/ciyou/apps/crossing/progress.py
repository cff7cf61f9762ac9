"""How a crossing stands, for whoever holds the receipt: number and code, no account, no name, nothing of the child."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.elsewhere import progress_of
from ciyou.apps.awards.numbering import CODE_DIGITS, is_code
from ciyou.apps.awards.progress import NOBODY, check_tries, count_tries, counters_of, wrong
from ciyou.apps.crossing.clocks import RunningClock, clock_now
from ciyou.apps.crossing.models import Crossing
from ciyou.apps.crossing.numbering import read_crossing_number
from ciyou.core.access.actor import LOCAL_OPERATOR


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


def follow_crossing(*, number: str, code: str, origin: str) -> CrossingStanding:
    """How a crossing stands; raises RecordError for a wrong number or code (the same for both) and for too many wrong tries."""
    read = read_crossing_number(number)
    if read is None or len([one for one in code if one.isdigit()]) != CODE_DIGITS:
        raise wrong()
    counters = counters_of(f"K-{'-'.join(str(part) for part in read)}", origin)
    with walled(LOCAL_OPERATOR):
        check_tries(counters)
        row = Crossing.objects.filter(county=read[0], year=read[1], sequence=read[2]).first()
        if not is_code(code, row.code_hash if row is not None else NOBODY) or row is None:
            count_tries(counters)
            record_action(LOCAL_OPERATOR, action="refuse_follow", origin=origin)
            problem = wrong()
        else:
            return _standing(row)
    raise problem


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
