"""Aid in emergencies counted by place and month: given, refused, how much, and whether the days of the law were kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from django.db.models import Q

from ciyou.apps.cases.planning import plan_task
from ciyou.apps.crossing.emergency_access import PAY
from ciyou.apps.crossing.models import EmergencyAid, EmergencyState
from ciyou.core.access.actor import DivisionScope

GIVEN, REFUSED, OPEN = "given", "refused", "open"
_WAITING = (EmergencyState.REGISTERED, EmergencyState.APPROVED)
_READ = ("received_in", "received_on", "paid_on", "decided_on", "amount_fen", "state", "outcome")


@dataclass(frozen=True)
class CountedAid:
    """One aid as it is counted. `what` given | refused | open (not handed out yet); `on` the day that counts it.

    `days`: calendar days from the registration to the money; `late`: the last day of the law was missed (of what is open: has passed),
    None where no clock of law runs.
    """

    what: str
    division: str
    on: dt.date
    amount_fen: int
    days: int | None
    late: bool | None


def counted_aid(scope: DivisionScope, *, first: dt.date, last: dt.date, today: dt.date) -> tuple[CountedAid, ...]:
    """Aid given or refused in an area between two days, and what waits today, whenever it was registered. Read as the machine."""
    inside = EmergencyAid.objects.filter(received_in__gte=scope.first, received_in__lt=scope.end)
    handed_out, said_no = Q(paid_on__range=(first, last)), Q(outcome="refuse", decided_on__range=(first, last))
    wanted = inside.filter(handed_out | said_no | Q(state__in=_WAITING))

    @cache
    def due(division: str, day: dt.date) -> dt.date | None:
        return plan_task(PAY, division, day).statutory_on

    def late(division: str, registered: dt.date, by: dt.date) -> bool | None:
        limit = due(division, registered)
        return None if limit is None else by > limit

    def counted(row: EmergencyAid) -> CountedAid:
        place, registered = row.received_in, row.received_on
        if row.state in _WAITING:
            return CountedAid(OPEN, place, registered, 0, None, late(place, registered, today))
        if row.paid_on is None:
            assert row.decided_on is not None
            return CountedAid(REFUSED, place, row.decided_on, 0, None, None)
        days = (row.paid_on - registered).days
        return CountedAid(GIVEN, place, row.paid_on, row.amount_fen or 0, days, late(place, registered, row.paid_on))

    return tuple(counted(row) for row in wanted.only(*_READ).order_by("id"))
