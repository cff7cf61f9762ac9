"""When a piece of work was made, by our clock: a phone's may be wrong, and it says at sending by how much."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from ciyou.apps.fieldwork.contents import SaidInField
from ciyou.apps.fieldwork.models import FieldEvent

CLOCK_TOLERANCE = dt.timedelta(minutes=10)


def made_at_by_our_clock(event: FieldEvent) -> dt.datetime:
    """When a piece was made, put right by how far the phone's clock was off when it sent it."""
    off = event.received_at - event.sent_at
    return event.made_at + off if abs(off) > CLOCK_TOLERANCE else event.made_at


def said_day(event: FieldEvent, said: SaidInField) -> dt.date:
    """The day of the visit or of asking: moved with the phone's clock where that was off."""
    day = dt.date.fromisoformat(said.visited_on)
    moved = timezone.localdate(made_at_by_our_clock(event)) - timezone.localdate(event.made_at)
    return day + moved
