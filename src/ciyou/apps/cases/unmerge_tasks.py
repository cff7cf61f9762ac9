"""Work that the undoing of a merge makes: where money would move, somebody else than who proposed it confirms."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from ciyou.apps.cases.rounds import county_of
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks
from ciyou.core.access.actor import LOCAL_OPERATOR

CONFIRM = "confirm_unmerge"
REVIEWER, APPROVER = "county_reviewer", "county_approver"


def on_unmerge_proposed(decision: str, kept: str, division: str, role: str, **_more: object) -> None:
    """Handler of `registry.unmerge_proposed`: the county's reviewer looks, or the approver at what a reviewer proposed."""
    queue = APPROVER if role == REVIEWER else REVIEWER
    task = NewTask(CONFIRM, decision, county_of(division), person_id=UUID(kept), queue_role=queue)
    with transaction.atomic():
        end_tasks(LOCAL_OPERATOR, kind=CONFIRM, subject_ids=[decision], state="withdrawn")
        open_tasks(LOCAL_OPERATOR, tasks=[task])


def on_unmerge_settled(decision: str, **_more: object) -> None:
    """Handler of `registry.unmerge_settled`: it was confirmed, declined or undone without."""
    with transaction.atomic():
        end_tasks(LOCAL_OPERATOR, kind=CONFIRM, subject_ids=[decision])
