"""What stands in the way of closing a case: work that is still open, referrals, goals, and that nobody looked lately."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.cases.child_work import last_met, tasks_on_child
from ciyou.apps.partners.access import referrals_about
from ciyou.apps.partners.steps import REVIEW_GROUND
from ciyou.apps.partners.transitions import OPEN, every_clock
from ciyou.apps.plans.models import ChildCase, ConferenceDecision, GoalState, PlanGoal
from ciyou.apps.plans.refusals import refused
from ciyou.apps.plans.transitions import CONFERENCE, DECISION, OWN_KINDS
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.packs import load_clocks, load_limits, load_plan_closures, load_referrals

LAST_LOOK = "case_last_look_days"
"""The pack's limit: within how many days before closing somebody visited the family or reviewed the plan."""
GOES_ON = frozenset({"visit_child", "check_in_round", "review_award"})
"""Work that goes on for a child without a case: regular visits, rounds, and what an award needs."""


@dataclass(frozen=True)
class Matter:
    """Something open that is settled first, in both languages."""

    zh: str
    en: str


def open_matters(actor: Actor, row: ChildCase, *, open_goals: int) -> tuple[Matter, ...]:
    """What is still open about a child, as far as the actor may know of it; `open_goals` of its plan among them.

    What a department was asked, and a referral that the actor may not read, go on by themselves, each with its owner: to be stopped by
    something that one may not know of would tell of it.
    """
    found = [Matter(f"目标（{open_goals} 个）", f"goals ({open_goals})")] if open_goals else []
    decided = open_decisions(row)
    if decided:
        found.append(Matter(f"会商决定（{decided} 个）", f"decisions of conferences ({decided})"))
    clocks, referred = load_clocks(division=row.division), load_referrals(division=row.division)
    of_referrals = {*every_clock(), REVIEW_GROUND}
    for task in tasks_on_child(actor, child_id=row.person_id):
        if not task.department and task.kind not in OWN_KINDS | GOES_ON | of_referrals | {CONFERENCE, DECISION}:
            clock = clocks.get(task.kind)
            found.append(Matter(clock.name("zh"), clock.name("en")) if clock else Matter(task.kind, task.kind))
    if may_do(actor.role, Action.SEE_REFERRALS):
        for referral in (one for one in referrals_about(actor, row.person_id) if one.state in OPEN):
            service = referred.get(referral.service)
            zh, en = (service.zh, service.en) if service else (referral.service, referral.service)
            found.append(Matter(f"转介：{zh}", f"referral: {en}"))
    return tuple(found)


def last_look(row: ChildCase) -> dt.date | None:
    """The last day on which somebody met the family, or looked at the plan."""
    return max((day for day in (last_met(row.person_id), row.looked_on) if day is not None), default=None)


def check_closable(actor: Actor, row: ChildCase, reason: str) -> None:
    """Raises RecordError for a ground that the packs do not have, for what is still open, and where nobody looked lately."""
    if reason not in load_plan_closures(division=row.division):
        raise refused("reason", "请选择结案的理由。", "Choose the ground on which the case is closed.")
    matters = open_matters(actor, row, open_goals=open_goals(row))
    if matters:
        raise refused(
            "open_matters",
            f"还有没办完的：{'、'.join(one.zh for one in matters)}。先办完或者撤回，再结案。",
            f"Still open: {', '.join(one.en for one in matters)}. Finish it or take it back first.",
        )
    days = load_limits()[LAST_LOOK].value
    seen = last_look(row)
    if seen is None or seen < timezone.localdate() - dt.timedelta(days=days):
        raise refused(
            "last_look",
            f"最近 {days} 天没有人走访过，也没有检查过计划。先去看一次，再结案。",
            f"Nobody visited or reviewed the plan within {days} days. Look once more before the case is closed.",
        )


def open_decisions(row: ChildCase) -> int:
    """How many decisions of conferences about a case are still to be carried out."""
    return ConferenceDecision.objects.filter(conference__case=row, done_at=None).count()


def open_goals(row: ChildCase) -> int:
    """How many goals of a plan are still open."""
    return PlanGoal.objects.filter(case=row, state=GoalState.OPEN).count()
