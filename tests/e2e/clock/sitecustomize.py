"""Moves the clock of a program that a test starts: every process with this folder on its path lives so many days away from today."""

import datetime
import os

if days := int(os.environ.get("CIYOU_TEST_DAYS", "0")):
    from django.utils import timezone

    _real = timezone.now
    timezone.now = lambda: _real() + datetime.timedelta(days=days)
