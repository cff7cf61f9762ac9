"""What the commands behind `ciyou audit|keys|backup|restore` share: the language, errors on stderr, exit codes 0, 1 and 2."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ciyou.core.errors import CiyouError

DONE, FINDINGS, COULD_NOT_RUN = 0, 1, 2
LINKS_TOLD = 200_000


class SpokenCommand(BaseCommand):
    """A command that speaks Chinese or English and ends with an exit code; subclasses do their work in `work`."""

    requires_system_checks: list[str] = []  # noqa: RUF012  # as Django declares it
    lang = "zh"

    def add_arguments(self, parser: CommandParser) -> None:
        """The language; subclasses add their own."""
        parser.add_argument("--lang", choices=["zh", "en"], default="zh")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the work and end with its exit code."""
        self.lang = options["lang"]
        try:
            code = self.work(options)
        except CiyouError as error:
            self.stderr.write(error.text(self.lang))
            code = COULD_NOT_RUN
        if code:
            sys.exit(code)

    def work(self, options: dict[str, Any]) -> int:
        """What the command does; gives its exit code."""
        raise NotImplementedError

    def say(self, zh: str, en: str) -> None:
        """One line of the result."""
        self.stdout.write(en if self.lang == "en" else zh)

    def teller(self, every: int) -> Callable[[str, int], None]:
        """Tells on stderr how far long work is, each time so many more were done."""
        done: dict[str, int] = {}

        def tell(what: str, count: int) -> None:
            before = done.get(what, 0)
            done[what] = before + count
            if before // every != done[what] // every:
                self.stderr.write(f"  {what}  {done[what]:,}")

        return tell

    def tell_links(self, checked: int) -> None:
        """Tells on stderr how many links of the log were checked, every 200,000."""
        if checked % LINKS_TOLD == 0:
            self.stderr.write(f"  {checked:,}")
