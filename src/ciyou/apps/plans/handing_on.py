"""The work of a case begins anew with whoever is there now: its child moved, is protected or no more, or is one with another."""

from __future__ import annotations

from ciyou.apps.cases.tasks import end_task
from ciyou.apps.plans.conference_work import hand_on_conferences
from ciyou.apps.plans.goals import owners_for
from ciyou.apps.plans.models import ChildCase, ConferenceDecision, GoalState, PlanGoal
from ciyou.apps.plans.steps import decider_of, end_work, open_dated_work, open_work, worker_of
from ciyou.apps.plans.transitions import DECISION, GOAL
from ciyou.core.access.actor import Actor


def hand_on(actor: Actor, row: ChildCase) -> None:
    """Its place or its protection is another now: the running work begins with whoever is there.

    Whoever was chosen and may own it still keeps it; otherwise a goal is of whoever looks after the child, and a decision and a conference of the county.
    """
    end_work(actor, row, row.stage)
    open_work(actor, row)
    owners = {one.id for one in owners_for(row)}
    near, county = worker_of(row), decider_of(row)
    for goal in PlanGoal.objects.filter(case=row, state=GoalState.OPEN):
        # Once the plan was agreed to every goal is work, also where nobody could be told of it for a time.
        if end_task(actor, kind=GOAL, subject_id=str(goal.id)) or row.looked_on is not None:
            post = goal.post_id if goal.post_id in owners else near and near[0]
            PlanGoal.objects.filter(id=goal.id).update(post=post)
            open_dated_work(actor, row, kind=GOAL, subject=goal.id, post_id=post, due_on=goal.due_on)
    for one in ConferenceDecision.objects.filter(conference__case=row, done_at=None):
        end_task(actor, kind=DECISION, subject_id=str(one.id))
        post = one.post_id if one.post_id in owners else county and county[0]
        ConferenceDecision.objects.filter(id=one.id).update(post=post)
        open_dated_work(actor, row, kind=DECISION, subject=one.id, post_id=post, due_on=one.due_on)
    hand_on_conferences(actor, row)
