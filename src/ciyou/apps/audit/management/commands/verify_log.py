"""`ciyou audit verify`: every seal of the log computed again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from ciyou.apps.audit.heads import ChainHead, read_head
from ciyou.apps.audit.management.spoken import DONE, FINDINGS, SpokenCommand
from ciyou.apps.audit.verification import verify_chain


class Command(SpokenCommand):
    """Checks the chain of the log."""

    help = "Check the chain of the log, and that nothing was cut off since a head was exported."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--head", default="")
        parser.add_argument("--latest", type=int, default=None)
        parser.add_argument("--minutes", type=int, default=10)

    def work(self, options: dict[str, Any]) -> int:
        report = verify_chain(
            latest=options["latest"],
            head=_head(options["head"]),
            sealed_within=dt.timedelta(minutes=options["minutes"]),
            tell=self.tell_links,
        )
        for found in report.findings:
            self.stdout.write(found.problem().text(self.lang))
        if report.findings:
            self.say(
                f"核对了 {report.checked:,} 环，发现 {len(report.findings)} 处问题。",
                f"Checked {report.checked:,} links: {len(report.findings)} findings.",
            )
            return FINDINGS
        self.say(
            f"核对了 {report.checked:,} 环，审计日志完好；末环 {report.last_position}。",
            f"Checked {report.checked:,} links: the log is sound; its last link is {report.last_position}.",
        )
        return DONE


def _head(path: str) -> ChainHead | None:
    return read_head(Path(path).read_text(encoding="utf-8"), name=Path(path).name) if path else None
