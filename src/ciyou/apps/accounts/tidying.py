"""What the accounts no longer need: sessions that are over, and wrong tries of yesterday."""

from __future__ import annotations

import datetime as dt

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone

_TRIES_KEPT = dt.timedelta(days=1)


def forget_ended_sessions() -> int:
    """Delete the contents of sessions that are over and the counts of old wrong tries; returns how many rows."""
    now = timezone.now()
    sessions, _per_model = Session.objects.filter(expire_date__lt=now).delete()
    tries, _per_model = AccessAttempt.objects.filter(attempt_time__lt=now - _TRIES_KEPT).delete()
    return sessions + tries
