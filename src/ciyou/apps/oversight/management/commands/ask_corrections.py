"""`ciyou corrections`: after a linking, one encrypted workbook for each department, each noted in the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from ciyou.apps.audit.management.spoken import DONE, SpokenCommand
from ciyou.apps.oversight.correction_requests import write_requests


class Command(SpokenCommand):
    """Writes the requests and prints each with its password."""

    help = "Ask departments to correct what a linking found wrong in their rosters."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("linked", type=Path)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--again", action="store_true")

    def work(self, options: dict[str, Any]) -> int:
        for made in write_requests(options["linked"], out=options["out"], again=options["again"]):
            self.stdout.write(f"{made.path}  {made.count:,}  {made.password}")
        return DONE
