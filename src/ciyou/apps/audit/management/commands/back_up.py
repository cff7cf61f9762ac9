"""`ciyou backup`: the database and every file of the installation in one encrypted file; never the keys."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connection
from django.utils import timezone

from ciyou import __version__
from ciyou.apps.audit.database_copy import applied_migrations, copy_out
from ciyou.apps.audit.heads import chain_head
from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.management.spoken import DONE, SpokenCommand
from ciyou.apps.audit.sealing import seal_entries
from ciyou.apps.audit.services import record_action
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.vault.archive import Member, write_archive
from ciyou.vault.keyring import KeyUse

FORMAT = "ciyou-backup/1"
FOLDERS = ("EVIDENCE", "DELIVERIES", "RESULTS")
TOLD_EVERY = 200


class Command(SpokenCommand):
    """Writes a backup."""

    help = "Write the database, evidence, deliveries and results to one encrypted file."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("out")
        parser.add_argument("--without-results", action="store_true")

    def work(self, options: dict[str, Any]) -> int:
        folders = [name for name in FOLDERS if name != "RESULTS" or not options["without_results"]]
        record_action(LOCAL_OPERATOR, action="back_up", details={"results": "RESULTS" in folders})
        seal_entries()
        header = {
            "format": FORMAT,
            "version": __version__,
            "made_at": timezone.now().isoformat(timespec="seconds"),
            "database": connection.vendor,
            "migrations": applied_migrations(),
            "head": asdict(chain_head()),
            "index_key": keyring().current(KeyUse.INDEX).id,
            "home": str(settings.HOME),
        }
        with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.HOME) as name:
            copy = Path(name)
            copy_out(copy)
            told = self.teller(TOLD_EVERY)
            count = write_archive(
                Path(options["out"]),
                keyring(),
                header=header,
                members=_members(copy, folders),
                tell=lambda _member, _done: told("", 1),
            )
        size = Path(options["out"]).stat().st_size
        self.say(
            f"备份完成：{count:,} 个文件，{size:,} 字节，{options['out']}。密钥不在其中，请另行备份密钥文件。",
            f"Backup done: {count:,} files, {size:,} bytes, {options['out']}. The keys are not in it: back the key file up elsewhere.",
        )
        return DONE


def _members(copy: Path, folders: list[str]) -> Iterator[Member]:
    for path in sorted(copy.iterdir()):
        yield Member(f"database/{path.name}", path)
    for setting in folders:
        folder = Path(getattr(settings, setting))
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield Member(f"{folder.name}/{path.relative_to(folder).as_posix()}", path)
    if settings.DEMO:
        yield Member("demo", settings.HOME / "demo")
