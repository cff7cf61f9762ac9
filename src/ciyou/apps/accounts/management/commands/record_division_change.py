"""Record that a division was renamed, merged, split or given another code."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ciyou.apps.accounts.maps import record_change
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import RecordError


class Command(BaseCommand):
    help = "Record what became of a division."

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("kind", "old", "new"):
            parser.add_argument(f"--{name}", required=True)
        parser.add_argument("--on", required=True, type=dt.date.fromisoformat)
        parser.add_argument("--name", default="")
        parser.add_argument("--document", default="")
        parser.add_argument("--lang", choices=["zh", "en"], default="zh")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            record_change(
                LOCAL_OPERATOR,
                kind=options["kind"],
                old_code=options["old"],
                new_code=options["new"],
                on=options["on"],
                name=options["name"],
                document=options["document"],
            )
        except RecordError as refused:
            raise CommandError(refused.text(options["lang"])) from refused
