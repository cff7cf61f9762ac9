"""What between two places has to come to an end."""

from __future__ import annotations

from django.db.models import F, Q

from ciyou.apps.cases.loops import LoopKind
from ciyou.apps.crossing.models import OPEN, Crossing, EmergencyAid
from ciyou.apps.crossing.models import EmergencyState as S

_OPEN_AID = (S.REGISTERED, S.APPROVED, S.PAID, S.PAPERED, S.REFUSED)


def loop_kinds() -> tuple[LoopKind, ...]:
    """Applications on their way, and aid in emergencies, both at the counter that has to see to them."""
    crossings, aid = Crossing.objects.all(), EmergencyAid.objects.all()
    asked, place = F("received_on"), "received_in"
    return (
        LoopKind("crossing", crossings, Q(state__in=OPEN), asked, place=place, subjects=("id", "application_id")),
        LoopKind("emergency", aid, Q(state__in=_OPEN_AID), asked, place=place, child=""),
    )
