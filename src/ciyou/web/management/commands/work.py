"""The worker of `ciyou serve`: clears up after a worker that died, then runs periodic jobs and queued tasks until it is told to stop."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from ciyou.apps.audit.periodic import running
from ciyou.apps.rosters.following import mark_interrupted


class Command(BaseCommand):
    help = "Run queued tasks and periodic jobs (the only worker of this state folder)."

    def handle(self, *args: Any, **options: Any) -> None:
        # One worker per state folder: whatever still counts as running was left behind.
        mark_interrupted(everything=True)
        with running(import_string(settings.PERIODIC_JOBS)):
            call_command("db_worker", interval=0.5, startup_delay=False, verbosity=0)
