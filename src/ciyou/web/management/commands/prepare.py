"""Everything before a state folder is served: a place's own packs tried, tables, and the static files under their final names."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ciyou.core.errors import PackError
from ciyou.packs.beside_rules import check_own_packs


class Command(BaseCommand):
    help = "Try the place's own packs, bring the database up to date and lay out the static files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lang", choices=["zh", "en"], default="zh")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            check_own_packs()
        except PackError as error:
            raise CommandError(error.text(options["lang"])) from error
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0, clear=False)
