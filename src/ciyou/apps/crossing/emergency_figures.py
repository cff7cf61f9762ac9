"""Aid in emergencies counted by place and month: given, refused, how much, and whether the days of the law were kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from ciyou.apps.cases.planning import plan_task
from ciyou.apps.crossing.emergency_access import PAY
from ciyou.apps.crossing.models import EmergencyAid, EmergencyState
from ciyou.core.access.actor import DivisionScope

GIVEN, REFUSED, OPEN = "given", "refused", "open"


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
    given = inside.filter(paid_on__gte=first, paid_on__lte=last)
    refused = inside.filter(outcome="refuse", decided_on__gte=first, decided_on__lte=last)
    waiting = inside.filter(state__in=(EmergencyState.REGISTERED, EmergencyState.APPROVED))

    @cache
    def due(division: str, day: dt.date) -> dt.date | None:
        return plan_task(PAY, division, day).statutory_on

    def late(division: str, registered: dt.date, by: dt.date) -> bool | None:
        limit = due(division, registered)
        return None if limit is None else by > limit

    found = [
        CountedAid(GIVEN, place, paid, fen or 0, (paid - registered).days, late(place, registered, paid))
        for place, registered, paid, fen in given.values_list("received_in", "received_on", "paid_on", "amount_fen")
    ]
    found += [
        CountedAid(REFUSED, place, day, 0, None, None)
        for place, day in refused.values_list("received_in", "decided_on")
    ]
    found += [
        CountedAid(OPEN, place, registered, 0, None, late(place, registered, today))
        for place, registered in waiting.values_list("received_in", "received_on")
    ]
    return tuple(found)
