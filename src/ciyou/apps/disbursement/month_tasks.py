"""The tasks of a month: who has to take its next step, and what two counties have to settle between them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import OuterRef

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.run_source import awards_by_id
from ciyou.apps.cases.tasks import NewTask, end_task, open_about, open_tasks
from ciyou.apps.disbursement.models import MonthRun, PaidMonth, RunState
from ciyou.apps.registry.hex_ids import HexId, dashed_id
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, significant_digits
from ciyou.core.awards.month import Month

STEPS = {
    RunState.DRAFTED: ("review_month", "county_reviewer"),
    RunState.RETURNED: ("mend_month", "county_drafter"),
    RunState.REVIEWED: ("approve_month", "county_approver"),
    RunState.APPROVED: ("hand_over_month", "county_drafter"),
    RunState.HANDED: ("settle_month", "county_drafter"),
}
PAID_TWICE = "paid_twice"


def next_task(actor: Actor, run: MonthRun, state: str) -> None:
    """End the task of the step before and open that of the next one, inside the transaction that takes the step."""
    for kind, _role in STEPS.values():
        end_task(actor, kind=kind, subject_id=str(run.id))
    if state in STEPS:
        kind, role = STEPS[RunState(state)]
        open_tasks(actor, tasks=[NewTask(kind, str(run.id), run.county, queue_role=role)])


def open_missing_steps() -> int:
    """Open the task of the next step where a month has none, as months returned before there was one (a periodic job); how many."""
    found = []
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for state, (kind, role) in STEPS.items():
            waits = open_about(kind, dashed_id(OuterRef("id")))
            missing = MonthRun.objects.filter(state=state).exclude(waits).select_for_update(of=("self",))
            found += [NewTask(kind, str(run.id), run.county, queue_role=role) for run in missing]
        open_tasks(LOCAL_OPERATOR, tasks=found)
    return len(found)


def tell_both_counties(claims: Iterable[tuple[HexId, str, str, Month]]) -> None:
    """For months that another award has claimed: a task for each county about its own award, and nothing of the other's child."""
    wanted = list(claims)
    mine = {award for award, _identity, _entitlement, _month in wanted}
    theirs = {
        other.hex
        for _award, identity, entitlement, month in wanted
        for other in PaidMonth.objects.filter(
            identity=identity, entitlement=entitlement, month=month.first_day
        ).values_list("award_id", flat=True)
    }
    open_tasks(
        LOCAL_OPERATOR,
        tasks=[
            NewTask(
                PAID_TWICE,
                str(uuid.UUID(award.id)),
                significant_digits(award.division)[:6].ljust(12, "0"),
                person_id=uuid.UUID(award.person_id),
                queue_role="county_drafter",
            )
            for award in awards_by_id(mine | theirs)
        ],
    )
