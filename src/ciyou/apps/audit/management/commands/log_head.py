"""`ciyou audit head`: the head of the log, to be kept in another office."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from ciyou.apps.audit.chain_state import EXPORTED
from ciyou.apps.audit.heads import chain_head
from ciyou.apps.audit.management.spoken import DONE, SpokenCommand
from ciyou.apps.audit.sealing import seal_entries
from ciyou.apps.audit.services import record_action
from ciyou.core.access.actor import LOCAL_OPERATOR


class Command(SpokenCommand):
    """Writes the head of the chain."""

    help = "Seal what waits, and write the head of the chain to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("out")

    def work(self, options: dict[str, Any]) -> int:
        seal_entries()
        head = chain_head()
        Path(options["out"]).write_text(head.as_text(), encoding="utf-8")
        record_action(LOCAL_OPERATOR, action=EXPORTED, details={"position": head.position})
        self.say(
            f"链头在第 {head.position} 环，已写入 {options['out']}。请存放在本系统之外。",
            f"The head is link {head.position}, written to {options['out']}. Keep it outside this system.",
        )
        return DONE
