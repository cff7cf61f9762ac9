"""The three administrators of a new installation, with the codes for their first sign-in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ciyou.apps.accounts.beginnings import make_first_administrators
from ciyou.core.access.roles import ROLES
from ciyou.core.errors import RecordError


class Command(BaseCommand):
    help = "Make the first system, security and audit administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--division", required=True)
        parser.add_argument("--lang", choices=["zh", "en"], default="zh")

    def handle(self, *args: Any, **options: Any) -> None:
        english = options["lang"] == "en"
        try:
            made = make_first_administrators(division=options["division"])
        except RecordError as refused:
            raise CommandError(refused.text(options["lang"])) from refused
        for one in made:
            role = ROLES[one.role]
            self.stdout.write(f"  {one.username:<12} {one.code}  {role.en if english else role.zh}")
        self.stdout.write(
            "Give each code to another person. It opens once, within 24 hours, under “I have a one-time code”."
            if english
            else "请把三个代码交给三个不同的人。代码 24 小时内有效，只能用一次，在登录页选“我有一次性代码”。"
        )
