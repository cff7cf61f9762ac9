"""What of this room has to come to an end."""

from __future__ import annotations

from django.db.models import F, Q

from ciyou.apps.cases.loops import LoopKind
from ciyou.apps.training.models import Guidance, GuidanceState


def loop_kinds() -> tuple[LoopKind, ...]:
    """Guidance for families."""
    return (LoopKind("guidance", Guidance.objects.all(), Q(state=GuidanceState.OPEN), F("issued_on"), child="child"),)
