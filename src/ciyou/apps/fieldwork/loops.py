"""What of the work done without a network has to come to an end."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import TruncDate

from ciyou.apps.cases.loops import LoopKind
from ciyou.apps.fieldwork.models import EventState, FieldEvent


def loop_kinds() -> tuple[LoopKind, ...]:
    """Pieces of work that a person has to settle, or to choose in; they name no child, so that none can be left out."""
    waits = Q(state__in=(EventState.CONFLICT, EventState.SET_ASIDE))
    return (LoopKind("field_event", FieldEvent.objects.all(), waits, TruncDate("received_at"), child=""),)
