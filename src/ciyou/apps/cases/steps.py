"""The next step of a lead as a task: to assign, to verify, to review, to ask a department. One is open at a time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils import timezone

from ciyou.apps.accounts.selectors import post_for
from ciyou.apps.cases.lead_access import COUNTY, TOWNSHIP
from ciyou.apps.cases.models import Lead, Task, TaskState
from ciyou.apps.cases.tasks import NewTask, end_task, end_tasks, open_tasks
from ciyou.core.access.actor import DIVISION_DIGITS, Actor

ASSIGN, VERIFY, REVIEW, INQUIRE = "assign_lead", "verify_lead", "review_lead", "decide_inquiry"
QUEUE_ROLES = {TOWNSHIP: "supervisor", COUNTY: "county_drafter"}
_TOWNSHIP_DIGITS = 9


def begin_steps(
    actor: Actor, leads: Sequence[Lead], kind: str, *, post_id: uuid.UUID | None = None, role: str = "", queue: str = ""
) -> None:
    """Open the next step of leads: for a post, for a role in the lead's place, or for whoever hands on a queue."""
    tasks = [
        NewTask(
            kind=kind,
            subject_id=str(lead.id),
            division=lead.division,
            person_id=lead.person_id,
            post_id=post_id,
            queue_role=role or QUEUE_ROLES.get(queue, ""),
        )
        for lead in leads
    ]
    open_tasks(actor, tasks=tasks)


def end_step(actor: Actor, lead: Lead, kind: str, *, state: str = "done", reason: str = "") -> None:
    """End one step of a lead, if it is open."""
    end_task(actor, kind=kind, subject_id=str(lead.id), state=state, reason=reason)


def end_steps(actor: Actor, leads: Sequence[Lead], kind: str, *, state: str = "done", reason: str = "") -> None:
    """End one step of many leads."""
    end_tasks(actor, kind=kind, subject_ids=[str(lead.id) for lead in leads], state=state, reason=reason)


def follow_division(lead_ids: Sequence[uuid.UUID], division: str) -> None:
    """The open tasks of leads belong to the place where their leads are now."""
    subjects = [str(lead) for lead in lead_ids]
    Task.objects.filter(subject_id__in=subjects, state=TaskState.OPEN).update(division=division)


def reviewer_role(lead: Lead, *, reporter_role: str) -> str:
    """Who reviews a result: the township's supervisor what a child director found, else the county's reviewer."""
    if reporter_role != "child_director":
        return "county_reviewer"
    return "supervisor" if supervisor_of(lead.division) is not None else "county_reviewer"


def supervisor_of(division: str) -> uuid.UUID | None:
    """The post of the supervisor of a village's township today; None where nobody holds it."""
    return post_for(division=township_of(division), role="supervisor", on=timezone.localdate())


def township_of(division: str) -> str:
    """The township's code of a village's."""
    return division[:_TOWNSHIP_DIGITS].ljust(DIVISION_DIGITS, "0")
