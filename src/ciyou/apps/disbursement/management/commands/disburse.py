"""`ciyou disburse`: compute the draft of a month that a person has begun, from wherever it is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from ciyou.apps.audit.management.spoken import DONE, FINDINGS, SpokenCommand
from ciyou.apps.disbursement.computing import compute_run
from ciyou.apps.disbursement.models import Hold, MonthRun, RunState
from ciyou.apps.disbursement.refusals import not_begun
from ciyou.core.awards.month import Month


class Command(SpokenCommand):
    """Computes a month."""

    help = "Compute the draft of a month's payments that the county's drafter has begun."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("county")
        parser.add_argument("month")
        parser.add_argument("--series", default="children_living")

    def work(self, options: dict[str, Any]) -> int:
        county, month = options["county"].ljust(12, "0"), Month.parse(options["month"])
        run = self._run(county, options["series"], month)
        compute_run(run.id, tell=self._tell)
        run.refresh_from_db()
        held = Hold.objects.filter(run=run).count()
        self.say(
            f"{month} 已起草：{run.payments_count} 笔，{run.amount_fen / 100:.2f} 元，暂缓 {held} 项。请在“每月发放”页面复核。",
            f"{month} is drafted: {run.payments_count} payments, {run.amount_fen / 100:.2f} yuan, {held} held. Review it on the page “Disbursement”.",
        )
        return FINDINGS if held else DONE

    def _run(self, county: str, series: str, month: Month) -> MonthRun:
        """The draft that a person has begun; the machine is nobody's drafter, so it begins none."""
        begun = MonthRun.objects.filter(county=county, series=series, month=month.first_day, state=RunState.COMPUTING)
        found = begun.first()
        if found is None:
            raise not_begun()
        return found

    def _tell(self, done: int, total: int) -> None:
        self.say(f"已计算 {done}/{total} 名儿童", f"Children computed: {done} of {total}")
