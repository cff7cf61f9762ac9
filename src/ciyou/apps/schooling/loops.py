"""What of schooling has to come to an end."""

from __future__ import annotations

from django.db.models import F, Q
from django.db.models.functions import TruncDate

from ciyou.apps.cases.loops import LoopKind
from ciyou.apps.schooling.models import PlaceRequest, SchoolCase
from ciyou.apps.schooling.places import ASKED_STATES
from ciyou.apps.schooling.transitions import OPEN


def loop_kinds() -> tuple[LoopKind, ...]:
    """Children missed on the rolls, and places that were asked for."""
    cases, places = SchoolCase.objects.all(), PlaceRequest.objects.all()
    return (
        LoopKind("school_case", cases, Q(state__in=OPEN), TruncDate("opened_at"), child="child"),
        LoopKind("school_place", places, Q(state__in=ASKED_STATES), F("asked_on"), child="child"),
    )
