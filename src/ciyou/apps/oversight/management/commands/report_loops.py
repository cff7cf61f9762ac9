"""`ciyou loops`: the report of loops, as lines or as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from ciyou.apps.audit.management.spoken import COULD_NOT_RUN, DONE, FINDINGS, SpokenCommand
from ciyou.apps.oversight.loops import LoopFigure, LoopReport, report_loops
from ciyou.core.access.actor import DIVISION_DIGITS, DivisionScope

_COUNTS = ("open", "ownerless", "clockless", "overdue")


class Command(SpokenCommand):
    """Prints the report; ends with 1 where something is nobody's."""

    help = "Of everything that has to come to an end, count how much stands where."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--division", default="")
        parser.add_argument("--json", action="store_true")

    def work(self, options: dict[str, Any]) -> int:
        asked = options["division"]
        if asked and not (asked.isascii() and asked.isdigit() and len(asked) <= DIVISION_DIGITS):
            self.stderr.write(
                "A division is written with 2 to 12 digits." if self.lang == "en" else "地区请写 2 到 12 位区划代码。"
            )
            return COULD_NOT_RUN
        report = report_loops(DivisionScope.of(asked), today=timezone.localdate(), exact=True)
        if options["json"]:
            self.stdout.write(json.dumps(_plain(report), ensure_ascii=False, indent=1))
        else:
            self._tell(report)
        return FINDINGS if report.amiss else DONE

    def _tell(self, report: LoopReport) -> None:
        self.say(
            "种类  未办结  无人负责  无期限  超期  最早  各状态", "kind  open  nobody's  no day  late  oldest  states"
        )
        for one in (*report.loops, *report.tasks):
            counts = "  ".join(f"{getattr(one, name).count:,}" for name in _COUNTS)
            states = ", ".join(f"{state} {cell.count:,}" for state, cell in one.states.items())
            self.stdout.write(f"{one.kind}  {counts}  {one.oldest or '-'}  {states}")
        without = report.without_next.count
        self.say(f"没有下一步的孩子：{without:,}", f"children without a next action: {without:,}")
        self.say(
            f"没有人负责或没有期限：{report.amiss:,}", f"nobody's, without a day or a next action: {report.amiss:,}"
        )


def _plain(report: LoopReport) -> dict[str, object]:
    return {
        "loops": [_figure(one) for one in report.loops],
        "tasks": [_figure(one) for one in report.tasks],
        "children_without_next_action": report.without_next.count,
        "amiss": report.amiss,
    }


def _figure(one: LoopFigure) -> dict[str, object]:
    return {
        "kind": one.kind,
        "states": {state: cell.count for state, cell in one.states.items()},
        **{name: getattr(one, name).count for name in _COUNTS},
        "oldest": one.oldest.isoformat() if one.oldest else None,
    }
