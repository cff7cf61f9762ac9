"""The worker of `ciyou serve`: it clears up after a worker that died, then runs queued tasks until it is told to stop."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from ciyou.apps.rosters.following import mark_interrupted


class Command(BaseCommand):
    help = "Run queued screenings (the only worker of this state folder)."

    def handle(self, *args: Any, **options: Any) -> None:
        # One worker per state folder: whatever still counts as running was left behind.
        mark_interrupted(everything=True)
        call_command("db_worker", interval=0.5, startup_delay=False, verbosity=0)
