"""Goals of a plan: set while it is written, each with an owner and a last day; reached or dropped with what came of it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, card_of, post_cards, posts_at
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.rounds import county_of
from ciyou.apps.cases.steps import township_of
from ciyou.apps.cases.tasks import end_task
from ciyou.apps.plans.access import find_case
from ciyou.apps.plans.contents import GoalContent, open_goal, seal_goal
from ciyou.apps.plans.models import CaseStage, CaseStep, ChildCase, GoalState, PlanGoal
from ciyou.apps.plans.refusals import check_may, check_words, moved_on, refused
from ciyou.apps.plans.steps import worker_of
from ciyou.apps.plans.transitions import GOAL
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_limits, load_plan_domains

AHEAD = "goal_ahead_days"
"""The pack's limit: how many days ahead a goal may be set."""
_OWNERS = ("child_director", "supervisor", "county_drafter")


@dataclass(frozen=True)
class NewGoal:
    """A goal as it was written; `id` is made by the form: sent twice it is one."""

    id: uuid.UUID
    domain: str
    goal: str
    post_id: uuid.UUID
    due_on: dt.date | None


@dataclass(frozen=True)
class GoalLine:
    """One goal. `owner` "": nobody owns it any more; `earlier`: it ended before the case was opened again; `counts`: it stands against a weakness."""

    id: uuid.UUID
    domain: str
    goal: str
    owner: str
    owner_role: str
    due_on: dt.date
    state: str
    ending: str
    late: bool
    earlier: bool = False

    @property
    def is_open(self) -> bool:
        return self.state == GoalState.OPEN

    @property
    def counts(self) -> bool:
        return (self.state == GoalState.REACHED and not self.earlier) or (self.is_open and bool(self.owner))


def owners_for(row: ChildCase) -> tuple[PostCard, ...]:
    """Who may own a goal of this child: its director, supervisor and county; of a protected one the named worker alone."""
    today = timezone.localdate()
    with walled(LOCAL_OPERATOR):
        if row.person.restricted:
            near = worker_of(row)
            return tuple(post_cards([near[0]]).values()) if near and near[0] else ()
        places = (row.division, township_of(row.division), county_of(row.division))
        asked = list(zip(places, _OWNERS, strict=True))
        held = posts_at(asked, on=today)
    return tuple(held[one] for one in asked if one in held)


def goals_of(row: ChildCase) -> tuple[GoalLine, ...]:
    """The goals of a case that the caller may show, by their last day."""
    opened = CaseStep.objects.filter(case=OuterRef("case"), step="reopen").order_by("-at").values("at")[:1]
    rows = PlanGoal.objects.filter(case=row).annotate(reopened_at=Subquery(opened))
    rows = rows.select_related("post__user", "post__organization")
    today = timezone.localdate()
    return tuple(_line(one, today) for one in rows.order_by("due_on", "set_at", "id"))


def set_goal(actor: Actor, *, case_id: uuid.UUID, version: int, wanted: NewGoal) -> uuid.UUID:
    """Set a goal while the plan is being written. Raises CaseNotFound, or RecordError for what is missing."""
    check_may(actor, Action.VISIT)
    with transaction.atomic():
        row = find_case(actor, case_id, version=version)
        if PlanGoal.objects.filter(id=wanted.id, case=row).exists():
            return wanted.id
        if row.stage != CaseStage.PLANNING:
            raise moved_on()
        _check(row, wanted)
        with walled(LOCAL_OPERATOR):
            PlanGoal.objects.create(
                id=wanted.id,
                case=row,
                domain=wanted.domain,
                content=seal_goal(wanted.id, GoalContent(check_words(wanted.goal))),
                post_id=wanted.post_id,
                due_on=wanted.due_on,
                set_by=actor.id,
                set_at=timezone.now(),
            )
        _note(actor, row, "set_goal", wanted.domain)
    return wanted.id


def end_goal(actor: Actor, *, case_id: uuid.UUID, version: int, goal_id: uuid.UUID, state: str, words: str) -> None:
    """A goal is reached, or dropped with a reason; its task ends. Raises CaseNotFound or RecordError."""
    check_may(actor, Action.VISIT)
    with transaction.atomic():
        row = find_case(actor, case_id, version=version)
        goal = PlanGoal.objects.select_for_update().filter(id=goal_id, case=row, state=GoalState.OPEN).first()
        if goal is None or state not in (GoalState.REACHED, GoalState.DROPPED):
            raise moved_on()
        said = check_words(words) if state == GoalState.DROPPED or words.strip() else ""
        with walled(LOCAL_OPERATOR):
            content = GoalContent(open_goal(goal.id, goal.content).goal, said)
            PlanGoal.objects.filter(id=goal.id).update(
                state=state, content=seal_goal(goal.id, content), ended_by=actor.id, ended_at=timezone.now()
            )
            end_task(actor, kind=GOAL, subject_id=str(goal.id))
        _note(actor, row, f"{state}_goal", goal.domain)


def _check(row: ChildCase, wanted: NewGoal) -> None:
    if wanted.domain not in load_plan_domains(division=row.division):
        raise refused("domain", "请选择目标属于哪个方面。", "Choose the domain that the goal is about.")
    if wanted.post_id not in {one.id for one in owners_for(row)}:
        raise refused("owner", "请选择由谁负责。", "Choose who is responsible.")
    check_last_day(wanted.due_on)


def check_last_day(day: dt.date | None) -> dt.date:
    """A last day that a person gave; raises RecordError for none, for one that is over, and for one too far ahead."""
    today = timezone.localdate()
    ahead = load_limits()[AHEAD].value
    if day is None or not today <= day <= today + dt.timedelta(days=ahead):
        raise refused(
            "due_on",
            f"请填写最迟哪一天达到：从今天起，{ahead} 天以内。",
            f"Give the last day: from today on, within {ahead} days.",
        )
    return day


def _line(row: Any, today: dt.date) -> GoalLine:
    card = card_of(row.post) if row.post is not None else None
    held = card is not None and card.held
    content = open_goal(row.id, row.content)
    return GoalLine(
        id=row.id,
        domain=row.domain,
        goal=content.goal,
        owner=card.user_name if card is not None and held else "",
        owner_role=card.role if card is not None and held else "",
        due_on=row.due_on,
        state=row.state,
        ending=content.ending,
        late=row.state == GoalState.OPEN and row.due_on < today,
        earlier=None not in (row.ended_at, row.reopened_at) and row.ended_at < row.reopened_at,
    )


def _note(actor: Actor, row: ChildCase, action: str, domain: str) -> None:
    record_action(
        actor,
        action=action,
        subject=str(row.id),
        persons=[str(row.person_id)],
        details={"domain": domain},
        highest_class=3,
    )
