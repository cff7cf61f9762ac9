"""The second half of `ciyou restore`: runs in the unpacked folder before it gets its name; fills PostgreSQL, checks everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db import connection, transaction

from ciyou.apps.audit.database_copy import applied_migrations, check_copy, check_migrations, copy_in
from ciyou.apps.audit.heads import ChainHead
from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.management.spoken import DONE, FINDINGS, SpokenCommand
from ciyou.apps.audit.resealing import put_indexes
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.verification import ChainReport, verify_chain
from ciyou.apps.rosters.services import relocate_screenings
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.vault.keyring import KeyUse


class Command(SpokenCommand):
    """Completes a restore."""

    help = "Fill the database from an unpacked backup, check it, and check the chain of the log."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("header")
        parser.add_argument("final_home")

    def work(self, options: dict[str, Any]) -> int:
        header = json.loads(Path(options["header"]).read_text(encoding="utf-8"))
        copy = settings.HOME / "database"
        if connection.vendor == "postgresql":
            check_migrations(header["migrations"])
            with transaction.atomic():
                copy_in(copy, applied=header["migrations"])
                report = self._complete(header, options["final_home"])
        else:
            check_copy(settings.HOME)
            check_migrations(applied_migrations())
            report = self._complete(header, options["final_home"])
        return self._tell(header, report)

    def _complete(self, header: dict[str, Any], final_home: str) -> ChainReport:
        call_command("migrate", interactive=False, verbosity=0)
        head = ChainHead(**header["head"])
        report = verify_chain(head=head, tell=self.tell_links)
        relocate_screenings(old_home=header["home"], new_home=final_home)
        if keyring().current(KeyUse.INDEX).id != header["index_key"]:
            # The index key was rotated after the backup: without this nobody would be found by number.
            put_indexes()
        record_action(LOCAL_OPERATOR, action="restore", details={"made_at": header["made_at"]})
        return report

    def _tell(self, header: dict[str, Any], report: ChainReport) -> int:
        for found in report.findings:
            self.stdout.write(found.problem().text(self.lang))
        if report.findings:
            self.say(
                f"已恢复 {header['made_at']} 的备份，但审计日志有 {len(report.findings)} 处问题（备份时已有）。",
                f"The backup of {header['made_at']} was restored, but its log has {len(report.findings)} findings (it had them then).",
            )
            return FINDINGS
        self.say(
            f"已恢复 {header['made_at']} 的备份：文件逐一核对无误，审计日志 {report.checked:,} 环完好。",
            f"The backup of {header['made_at']} was restored: every file checked, the log sound with {report.checked:,} links.",
        )
        return DONE
