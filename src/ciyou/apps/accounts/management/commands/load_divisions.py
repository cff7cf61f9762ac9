"""Load a list of administrative divisions from a CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ciyou.apps.accounts.maps import load_divisions, read_divisions
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import RecordError


class Command(BaseCommand):
    help = "Load divisions (columns code, name, level, valid_from, valid_to)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--lang", choices=["zh", "en"], default="zh")

    def handle(self, *args: Any, **options: Any) -> None:
        english = options["lang"] == "en"
        try:
            written = load_divisions(LOCAL_OPERATOR, read_divisions(options["file"]))
        except UnicodeDecodeError as wrong:
            raise CommandError(
                "Save the file as CSV in UTF-8." if english else "请把文件另存为 UTF-8 编码的 CSV。"
            ) from wrong
        except RecordError as refused:
            raise CommandError(refused.text(options["lang"])) from refused
        self.stdout.write(f"{written} divisions written." if english else f"写入 {written} 个地方。")
