"""`ciyou disburse`: draft a month for a county, or go on with a draft that was interrupted."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from ciyou.apps.audit.management.spoken import DONE, FINDINGS, SpokenCommand
from ciyou.apps.disbursement.computing import compute_run
from ciyou.apps.disbursement.models import Hold, MonthRun, RunState
from ciyou.apps.disbursement.runs import MonthWish, begin_month
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.awards.month import Month


class Command(SpokenCommand):
    """Drafts a month."""

    help = "Draft a month's payments for a county."

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
        there = MonthRun.objects.filter(county=county, series=series, month=month.first_day, state=RunState.COMPUTING)
        found = there.first()
        if found is not None:
            return found
        today = timezone.localdate()
        wish = MonthWish(uuid.uuid4(), series, month, min(today, month.last_day))
        return MonthRun.objects.get(id=begin_month(LOCAL_OPERATOR, wish=wish, today=today, county=county))

    def _tell(self, done: int, total: int) -> None:
        self.say(f"已计算 {done}/{total} 名儿童", f"Children computed: {done} of {total}")
