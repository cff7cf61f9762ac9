"""The demo's divisions and accounts, and the table of them that is printed; a second time changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ciyou.apps.accounts.beginnings import DEMO_PASSWORD, make_demo_accounts, shown_accounts
from ciyou.apps.accounts.maps import load_divisions, read_divisions
from ciyou.core.access.actor import LOCAL_OPERATOR, significant_digits
from ciyou.core.access.roles import ROLES

_COUNTY_DIGITS = 6
_PLACES = "demo_rosters/divisions.csv"


class Command(BaseCommand):
    help = "Make the accounts of the demo's invented county (in a demo's state folder only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lang", choices=["zh", "en"], default="zh")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.HOME / _PLACES
        if not settings.DEMO or not path.is_file():
            raise CommandError("Accounts with a published password belong to a demo only: run `ciyou demo`.")
        rows = list(read_divisions(path))
        load_divisions(LOCAL_OPERATOR, rows)
        accounts = make_demo_accounts(_one_county(row["code"].ljust(12, "0") for row in rows))
        self.stdout.write(_table(accounts, english=options["lang"] == "en"))


def _one_county(codes: Any) -> list[str]:
    """The county that delivers rosters (it alone has villages), with its city and everything below it."""
    listed = list(codes)
    village = next(code for code in sorted(listed) if len(significant_digits(code)) == 12)
    county = village[:_COUNTY_DIGITS]
    return [code for code in listed if code.startswith(county) or significant_digits(code) == county[:4]]


def _table(accounts: Any, *, english: bool) -> str:
    head = "Accounts (password of all: %s)" if english else "账号（密码都是 %s）"
    lines = ["", head % DEMO_PASSWORD]
    for account, place in shown_accounts(accounts):
        role = ROLES[account.role]
        office = f" · {account.organization}" if account.role == "partner" else ""
        lines.append(f"  {account.username:<12} {role.en if english else role.zh} · {place}{office}")
    rest = len(accounts) - len(lines) + 2
    lines.append(
        f"  … and {rest} more: dudao1, dudao2 …, zhuren1, zhuren2 …"
        if english
        else f"  …… 另有 {rest} 个：dudao1、dudao2……，zhuren1、zhuren2……"
    )
    return "\n".join(lines)
