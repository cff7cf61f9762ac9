"""What happens as a task's time is used: at 50 % its owner is reminded, at 100 % the next above sees it, at 150 % the county's head."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.models import Task, TaskState
from ciyou.apps.cases.planning import plan_task
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.clock.limits import ESCALATION, HALF, WHOLE

_BATCH = 500

SEES_AT: Mapping[int, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        WHOLE: MappingProxyType(
            {
                "child_director": ("supervisor",),
                "supervisor": ("county_reviewer",),
                "county_drafter": ("county_reviewer",),
                "county_reviewer": ("county_approver",),
                "county_approver": ("committee_office",),
                "partner": ("county_drafter",),
            }
        ),
        ESCALATION: MappingProxyType(
            {
                "child_director": ("county_approver", "committee_office"),
                "supervisor": ("county_approver", "committee_office"),
                "county_drafter": ("county_approver", "committee_office"),
                "county_reviewer": ("county_approver", "committee_office"),
                "county_approver": ("committee_office",),
                "partner": ("county_approver", "committee_office"),
            }
        ),
    }
)
"""Percentage used → the role that does the work → the roles that see it from then on. How an office is built, not law."""


def escalate_tasks(today: dt.date) -> int:
    """Act on every stage that open tasks have reached by today, each once; returns how many stages were acted on.

    Run by the worker. Deadlines that lay beyond the published calendar are planned again first.
    """
    plan_again()
    return sum(
        _act(stage, tasks)
        for stage, tasks in (
            (HALF, _open().filter(half_on__lte=today)),
            (WHOLE, _open().filter(due_on__lt=today)),
            (ESCALATION, _open().filter(due_on__lt=today, escalate_on__lte=today)),
        )
    )


def escalate_due() -> int:
    """Act on what tasks have reached by this day (the worker's periodic job)."""
    return escalate_tasks(timezone.localdate())


def told_to(actor_role: str) -> Q:
    """The condition on tasks that have come up to a role because somebody else's time is used."""
    stages = {
        stage: [owner for owner, seers in chain.items() if actor_role in seers] for stage, chain in SEES_AT.items()
    }
    owners = {owner for listed in stages.values() for owner in listed}
    if not owners:
        return Q(pk__in=())
    by_stage = Q(pk__in=())
    for stage, listed in stages.items():
        by_stage |= Q(stage_told__gte=stage, queue_role__in=listed)
    # Said twice: the roles alone are what an index finds.
    return Q(queue_role__in=sorted(owners)) & by_stage


def _open() -> QuerySet[Task]:
    return Task.objects.filter(state=TaskState.OPEN)


def _act(stage: int, tasks: QuerySet[Task]) -> int:
    acted = 0
    while batch := list(tasks.filter(stage_told__lt=stage).order_by("id")[:_BATCH]):
        with transaction.atomic():
            for role, rows in _by_role(stage, batch).items():
                # Compared with the stage once more: two workers act on it once.
                done = Task.objects.filter(id__in=[row.id for row in rows], stage_told__lt=stage)
                acted += done.update(stage_told=stage, escalated_to=role, version=F("version") + 1)
            _record(stage, batch)
    return acted


def _by_role(stage: int, batch: Iterable[Task]) -> dict[str, list[Task]]:
    found: dict[str, list[Task]] = {}
    for task in batch:
        seers = SEES_AT.get(stage, {}).get(task.queue_role, ())
        found.setdefault(seers[0] if seers else "", []).append(task)
    return found


def _record(stage: int, batch: list[Task]) -> None:
    kinds = Counter(task.kind for task in batch)
    record_action(
        LOCAL_OPERATOR,
        action="escalate_tasks",
        persons=[str(task.person_id) for task in batch if task.person_id],
        details={"percent": stage, "tasks": len(batch), **{f"kind.{kind}": count for kind, count in kinds.items()}},
        origin="worker",
    )


def plan_again() -> int:
    """Plan provisional deadlines again: once the year's calendar is published, their days are settled. How many changed."""
    changed = []
    for task in _open().filter(provisional=True).iterator():
        plan = plan_task(task.kind, task.division, task.started_on)
        days = (plan.statutory_on, plan.promised_on, plan.due_on, plan.half_on, plan.escalate_on, plan.provisional)
        if days != (
            task.statutory_on,
            task.promised_on,
            task.due_on,
            task.half_on,
            task.escalate_on,
            task.provisional,
        ):
            task.statutory_on, task.promised_on, task.due_on, task.half_on, task.escalate_on, task.provisional = days
            changed.append(task)
    if changed:
        with transaction.atomic():
            fields = ("statutory_on", "promised_on", "due_on", "half_on", "escalate_on", "provisional")
            Task.objects.bulk_update(changed, fields, batch_size=_BATCH)
            record_action(LOCAL_OPERATOR, action="plan_again", details={"tasks": len(changed)}, origin="worker")
    return len(changed)
