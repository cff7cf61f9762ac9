"""What was asked of departments by lists has to come to an end."""

from __future__ import annotations

from django.db.models import Case, Q, Value, When
from django.db.models.functions import TruncDate

from ciyou.apps.cases.loops import LoopKind
from ciyou.apps.exchange.models import IdentityList


def loop_kinds() -> tuple[LoopKind, ...]:
    """Identity lists from the day on which they are sent."""
    rows, unanswered = IdentityList.objects.exclude(sent_at=None), Q(closed_at=None)
    state = Case(When(unanswered, then=Value("sent")), default=Value("closed"))
    sent = TruncDate("sent_at")
    return (LoopKind("identity_list", rows, unanswered, sent, state=state, place="county", child=""),)
