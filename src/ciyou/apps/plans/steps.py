"""The steps of a case: each by the table of transitions, each taken once, and each opening the work of whoever has it next."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.selectors import post_among, post_for
from ciyou.apps.assessments.selectors import standing_tier
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.planning import VisitPlan, plan_visit
from ciyou.apps.cases.rounds import county_of, named_owner_of, owner_of
from ciyou.apps.cases.steps import supervisor_of, township_of
from ciyou.apps.cases.tasks import NewTask, end_task, end_tasks, open_tasks
from ciyou.apps.entitlements.list_conditions import categories_of
from ciyou.apps.plans.contents import seal_words
from ciyou.apps.plans.models import CaseStage, CaseStep, ChildCase, ConferenceDecision, PlanGoal
from ciyou.apps.plans.refusals import case_not_found, check_may, check_words, moved_on, refused
from ciyou.apps.plans.transitions import CLOCKS, CONFIRMER, DECISION, GOAL, MACHINE, TRANSITIONS, WAITS_ABOVE
from ciyou.apps.registry.identities import named_users
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.risk import NOT_ASSESSED, VisitInterval, shortest_interval
from ciyou.packs import load_plan_reviews

Owner = tuple[uuid.UUID | None, str, str]
DRAFTER = "county_drafter"
ABOVE = ("supervisor", "county_reviewer", "county_approver")
"""Who may agree to a plan and confirm a closing, the nearest first."""


def check_end(actor: Actor, row: ChildCase, step: str) -> None:
    """Raises AccessDenied, or RecordError where the actor asked for what it would now answer."""
    ends = TRANSITIONS[step].ends
    if MACHINE in ends:
        return
    check_may(actor, Action.REVIEW if CONFIRMER in ends else Action.VISIT)
    if CONFIRMER in ends and row.asked_by == actor.id:
        raise refused("own", "自己提交的，要由另一个人审定。", "What you handed in yourself is answered by another person.")  # fmt: skip


def move(actor: Actor, row: ChildCase, *, step: str, words: str = "", note: str = "", **changes: object) -> None:
    """Take one step: its stage, its line in the story, the end of the work before and the beginning of the next.

    `note` is a code that stands in the story and the log. Raises RecordError for a step that the table does not allow here, for words
    that are missing, and where somebody else was first.
    """
    found = TRANSITIONS[step]
    if row.stage not in found.before:
        raise moved_on()
    check_end(actor, row, step)
    said = check_words(words) if found.needs_words or words else ""
    with walled(LOCAL_OPERATOR):
        taken = ChildCase.objects.filter(id=row.id, stage=row.stage, version=row.version).update(
            **changes, stage=found.after, since_on=timezone.localdate(), version=F("version") + 1
        )
        if not taken:
            raise moved_on()
        before = row.stage
        row.refresh_from_db()
        note_step(actor, row, step, note=note, words=said)
        if step != "fall_due":  # the review is late already, and its task says since when
            end_work(actor, row, before)
            open_work(actor, row)
    record_action(
        actor,
        action=f"{step}_case",
        subject=str(row.id),
        persons=[str(row.person_id)],
        details={"note": note} if note else {},
        highest_class=3,
    )


def note_step(actor: Actor, row: ChildCase, step: str, *, note: str = "", words: str = "") -> None:
    """A line of the story."""
    key = uuid.uuid4()
    CaseStep.objects.create(
        id=key,
        case=row,
        step=step,
        stage=row.stage,
        note=note,
        by=actor.id,
        role=actor.role,
        at=timezone.now(),
        words=seal_words(key, words),
    )


def end_work(actor: Actor, row: ChildCase, stage: str) -> None:
    """End the task of a stage."""
    if stage in CLOCKS:
        end_task(actor, kind=CLOCKS[stage], subject_id=str(row.id))


def open_work(actor: Actor, row: ChildCase) -> None:
    """Open the task of the stage that the case is in now; of a protected child for a named worker, or for nobody."""
    if row.stage not in CLOCKS:
        return
    owner = above_of(row) if row.stage in WAITS_ABOVE else worker_of(row)
    if owner is None:
        return
    post, role, place = owner
    reviewed = row.stage in (CaseStage.ACTION, CaseStage.REVIEW)
    plan = review_plan(row) if reviewed else None
    task = NewTask(CLOCKS[row.stage], str(row.id), place, row.person_id, post, role, visit=plan)
    open_tasks(actor, tasks=[task])


def open_dated_work(
    actor: Actor, row: ChildCase, *, kind: str, subject: uuid.UUID, post_id: uuid.UUID | None, due_on: dt.date
) -> None:
    """The task of a goal or a decision, due on its last day: its owner's; of a goal that nobody owns, of whoever looks after the child."""
    owner: Owner | None = (
        (post_id, "", row.division) if post_id else (decider_of if kind == DECISION else worker_of)(row)
    )
    if owner is not None:
        post, role, place = owner
        task = NewTask(kind, str(subject), place, row.person_id, post, role, visit=plan_until(due_on))
        open_tasks(actor, tasks=[task])


def plan_until(due_on: dt.date) -> VisitPlan:
    """The days of a task that a person gave a last day."""
    today = timezone.localdate()
    days = VisitInterval("", "", "", max((due_on - today).days, 0), (), (), policy_default=False, verified=False)
    return plan_visit(days, cause="", since=today, today=today)


def end_dated_work(actor: Actor, row: ChildCase) -> None:
    """Nobody works on the goals and decisions of a case any more."""
    goals = PlanGoal.objects.filter(case=row).values_list("id", flat=True)
    decisions = ConferenceDecision.objects.filter(conference__case=row).values_list("id", flat=True)
    for kind, ids in ((GOAL, goals), (DECISION, decisions)):
        end_tasks(actor, kind=kind, subject_ids=[str(one) for one in ids], state="withdrawn", reason="case_closed")


def review_interval(row: ChildCase) -> VisitInterval:
    """The row of the pack by which the plan of a child is reviewed: by its tier and categories the shortest."""
    rows = load_plan_reviews(division=row.division).values()
    rules = categories_of([row.person_id]).get(row.person_id, frozenset())
    found = shortest_interval(rows, tier=standing_tier(row.person_id) or NOT_ASSESSED, rules=rules)
    # A tier that the place has no longer is no tier of its.
    found = found or shortest_interval(rows, tier=NOT_ASSESSED, rules=rules)
    if found is None:
        raise case_not_found()  # the loader refuses a place without such a row
    return found


def review_days(row: ChildCase, *, looked_on: dt.date) -> dict[str, Any]:
    """When the next review is, counted from a day."""
    interval = review_interval(row)
    due = max(looked_on + dt.timedelta(days=interval.days), timezone.localdate())
    return {"looked_on": looked_on, "review_on": due, "review_row": interval.code}


def review_plan(row: ChildCase) -> VisitPlan:
    """The days of the review's task."""
    today = timezone.localdate()
    return plan_visit(review_interval(row), cause="", since=row.looked_on or today, today=today)


def worker_of(row: ChildCase) -> Owner | None:
    """Who looks after the child: its director, else the township or the county; of a protected one a named worker."""
    today = timezone.localdate()
    if _is_protected(row):
        return named_owner_of(row.person_id, row.division, today)
    return owner_of(row.division, today)


def decider_of(row: ChildCase) -> Owner | None:
    """Who sees to what a conference decided where whoever was chosen cannot: the county, not a village; of a protected child a named worker."""
    if _is_protected(row):
        return worker_of(row)
    county = county_of(row.division)
    return post_for(division=county, role=DRAFTER, on=timezone.localdate()), DRAFTER, county


def above_of(row: ChildCase) -> Owner | None:
    """Who answers what was handed in: the supervisor for a child director, else the county; never the one who asked."""
    county = county_of(row.division)
    if _is_protected(row):
        named = named_users(row.person_id) - {row.asked_by}
        for role in ABOVE:
            place = township_of(row.division) if role == "supervisor" else county
            post = post_among(named, division=place, role=role, on=timezone.localdate())
            if post is not None:
                return post, "", place
        return None
    if row.asked_role == "child_director" and supervisor_of(row.division) is not None:
        return None, "supervisor", township_of(row.division)
    role = "county_approver" if row.asked_role == "county_reviewer" else "county_reviewer"
    return None, role, county


def _is_protected(row: ChildCase) -> bool:
    return row.person.restricted
