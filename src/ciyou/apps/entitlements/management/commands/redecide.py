"""`ciyou redecide`: determine children again, or check that what was determined can be replayed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from ciyou.apps.audit.management.spoken import DONE, FINDINGS, SpokenCommand
from ciyou.apps.entitlements.services import redetermine_all, redetermine_due, replay_current
from ciyou.core.access.actor import LOCAL_OPERATOR


class Command(SpokenCommand):
    """Determines children again."""

    help = "Determine children again whom time or new packs may have changed, or replay what was determined."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--all", action="store_true")
        parser.add_argument("--check", action="store_true")

    def work(self, options: dict[str, Any]) -> int:
        if options["check"]:
            return self._check()
        if options["all"]:
            seen, made = redetermine_all(LOCAL_OPERATOR, as_of=timezone.localdate())
            self.say(
                f"共查看 {seen} 名儿童，新作出认定 {made} 份。",
                f"Children looked at: {seen}; determinations made anew: {made}.",
            )
            return DONE
        seen = 0
        while part := redetermine_due():
            seen += part
        self.say(f"到期需重新判断的儿童 {seen} 名。", f"Children who were due: {seen}.")
        return DONE

    def _check(self) -> int:
        checked, differing = replay_current(LOCAL_OPERATOR)
        self.say(
            f"复算认定 {checked} 份，不一致 {len(differing)} 份。",
            f"Determinations replayed: {checked}; not the same: {len(differing)}.",
        )
        for one in differing:
            self.stdout.write(str(one))
        return FINDINGS if differing else DONE
