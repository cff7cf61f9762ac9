"""Assessing risk as work: an assessment asks a person to confirm a tier, and a confirmed tier moves the next visit in the same moment."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from ciyou.apps.assessments.recording import (
    ConfirmedTier,
    NewAssessment,
    confirm_tier,
    record_assessment,
    replace_older,
    still_waits,
)
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.models import Task, TaskState
from ciyou.apps.cases.rounds import county_of, named_owner_of
from ciyou.apps.cases.steps import supervisor_of, township_of
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks
from ciyou.apps.cases.visit_plans import Cause, plan_visits
from ciyou.apps.registry.round_children import children_in_care
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor

CONFIRM = "confirm_risk_tier"
"""The kind of the task, and its clock."""
REPLACED = "replaced"


def assess_risk(actor: Actor, *, child_id: uuid.UUID, given: NewAssessment) -> uuid.UUID:
    """Record an assessment and ask a person to confirm a tier; one that nobody had confirmed yet is asked for no more.

    Raises as `record_assessment`.
    """
    with transaction.atomic():
        assessment_id = record_assessment(actor, child_id=child_id, given=given)
        with walled(LOCAL_OPERATOR):
            # The same form again, after somebody confirmed it or a newer one came: nobody is asked anew.
            if still_waits(assessment_id):
                _ask(actor, child_id, assessment_id)
    return assessment_id


def settle_tier(actor: Actor, *, assessment_id: uuid.UUID, version: int, tier: str, reason: str) -> ConfirmedTier:
    """Confirm a tier: the task ends and the next visit moves at once. Raises as `confirm_tier`."""
    with transaction.atomic():
        confirmed = confirm_tier(actor, assessment_id=assessment_id, version=version, tier=tier, reason=reason)
        with walled(LOCAL_OPERATOR):
            end_tasks(actor, kind=CONFIRM, subject_ids=[str(assessment_id)])
        plan_visits(actor, [confirmed.child_id], cause=Cause.TIER)
    return confirmed


def end_confirming(child_ids: Iterable[str | uuid.UUID], reason: str) -> int:
    """Nobody is asked any more for a tier of these children; how many tasks ended."""
    waiting = Task.objects.filter(kind=CONFIRM, person__in=list(child_ids), state=TaskState.OPEN)
    subjects = list(waiting.values_list("subject_id", flat=True))
    return end_tasks(LOCAL_OPERATOR, kind=CONFIRM, subject_ids=subjects, state=TaskState.WITHDRAWN, reason=reason)


def keep_newest(child_id: uuid.UUID) -> int:
    """Of the assessments of a child's two files only the newest still waits for a person; how many tasks ended."""
    replaced = [str(one) for one in replace_older(child_id)]
    return end_tasks(LOCAL_OPERATOR, kind=CONFIRM, subject_ids=replaced, state=TaskState.WITHDRAWN, reason=REPLACED)


def _ask(actor: Actor, child_id: uuid.UUID, assessment_id: uuid.UUID) -> None:
    waiting = Task.objects.filter(kind=CONFIRM, person_id=child_id, state=TaskState.OPEN)
    earlier = [one for one in waiting.values_list("subject_id", flat=True) if one != str(assessment_id)]
    end_tasks(actor, kind=CONFIRM, subject_ids=earlier, state=TaskState.WITHDRAWN, reason=REPLACED)
    place = children_in_care([child_id])[child_id]
    if place.restricted:
        owner = named_owner_of(child_id, place.division, timezone.localdate())
    elif actor.role == "child_director" and supervisor_of(place.division) is not None:
        owner = None, "supervisor", township_of(place.division)
    else:
        owner = None, "county_reviewer", county_of(place.division)
    if owner is not None:
        post, role, division = owner
        task = NewTask(CONFIRM, str(assessment_id), division, person_id=child_id, post_id=post, queue_role=role)
        open_tasks(actor, tasks=[task])
