"""What of this room has to come to an end."""

from __future__ import annotations

from django.db.models import Case, F, Q, Value, When

from ciyou.apps.care.campaign_closing import CLOSE
from ciyou.apps.care.models import Campaign
from ciyou.apps.cases.loops import LoopKind


def loop_kinds() -> tuple[LoopKind, ...]:
    """Campaigns that are to be closed. Of whom they ask, and of what was answered, no report of loops tells."""
    state = Case(When(closed_at=None, then=Value("open")), default=Value("closed"))
    return (
        LoopKind(
            "campaign", Campaign.objects.all(), Q(closed_at=None), F("from_on"), state=state, child="", works=(CLOSE,)
        ),
    )
