"""The way of a case: opened by a person, planned, agreed to by another, reviewed, closed by another, and opened again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.assessments.selectors import standing_tier
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.child_work import was_confirmed
from ciyou.apps.entitlements.list_conditions import categories_of
from ciyou.apps.plans.access import PURPOSE, case_of, find_case
from ciyou.apps.plans.closing import check_closable
from ciyou.apps.plans.conference_work import end_conference_work
from ciyou.apps.plans.goals import goals_of
from ciyou.apps.plans.models import CaseStage, ChildCase, GoalState, PlanGoal
from ciyou.apps.plans.package import keep_package, package_of, readable
from ciyou.apps.plans.refusals import check_may, moved_on, refused
from ciyou.apps.plans.standings import standings_of
from ciyou.apps.plans.steps import end_dated_work, move, note_step, open_dated_work, open_work, review_days
from ciyou.apps.plans.transitions import GOAL, MERGED
from ciyou.apps.plans.weaknesses import domains_of, unanswered
from ciyou.apps.registry.selectors import get_person
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action


def open_case(actor: Actor, *, child_id: uuid.UUID) -> uuid.UUID:
    """Open the case of a child; it begins where what stands already leads it. One that is open stays as it is; returns its id.

    Raises PersonNotFound, AccessDenied, or RecordError for a file that is not an open child's and for a case that was closed.
    """
    check_may(actor, Action.VISIT)
    child = get_person(actor, person_id=child_id, purpose=PURPOSE)
    _check_child(child.kind, child.status)
    earlier = case_of(child.id)
    if earlier is not None and earlier.stage == CaseStage.CLOSED:
        raise refused("closed", "这个孩子的个案已经结案。请重新打开它，经过都还在。", "This child's case was closed. Open it again; its history is kept.")  # fmt: skip
    if earlier is not None:
        return earlier.id
    now = timezone.now()
    try:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            row = ChildCase.objects.create(
                person_id=child.id,
                division=child.division,
                stage=CaseStage.INTAKE,
                since_on=timezone.localdate(now),
                opened_by=actor.id,
                opened_at=now,
            )
            note_step(actor, row, "open")
            open_work(actor, row)
            record_action(actor, action="open_case", subject=str(row.id), persons=[str(child.id)], highest_class=3)
            follow_grounds(row)
            keep_package(row)
    except IntegrityError as twice:  # of two who open it in the same moment the second finds it open
        raise moved_on() from twice
    return row.id


def follow_grounds(row: ChildCase) -> None:
    """Intake and assessment are what stands already: a confirmed lead or a category, and a tier that a person confirmed."""
    tier = standing_tier(row.person_id)
    known = bool(tier) or was_confirmed(row.person_id) or row.person_id in categories_of([row.person_id])
    if row.stage == CaseStage.INTAKE and known:
        move(LOCAL_OPERATOR, row, step="take_in")
    if row.stage == CaseStage.ASSESSMENT and tier:
        move(LOCAL_OPERATOR, row, step="assess", note=tier)


def hand_in_plan(actor: Actor, *, case_id: uuid.UUID, version: int) -> None:
    """Hand the plan in; raises RecordError while a weak domain has no goal with an owner and a last day."""
    with _taking(actor, case_id, version) as row:
        _check_complete(actor, row)
        move(actor, row, step="hand_in", asked_by=actor.id, asked_role=actor.role)


def agree_to_plan(actor: Actor, *, case_id: uuid.UUID, version: int) -> None:
    """Another person agrees: the goals become work with their owners, and the clock of the review begins."""
    with _taking(actor, case_id, version) as row:
        _check_complete(actor, row)
        move(actor, row, step="agree", **review_days(row, looked_on=timezone.localdate()))
        with walled(LOCAL_OPERATOR):
            for goal in PlanGoal.objects.filter(case=row, state=GoalState.OPEN):
                open_dated_work(actor, row, kind=GOAL, subject=goal.id, post_id=goal.post_id, due_on=goal.due_on)


def send_plan_back(actor: Actor, *, case_id: uuid.UUID, version: int, words: str) -> None:
    """Another person sends the plan back with what is missing."""
    with _taking(actor, case_id, version) as row:
        move(actor, row, step="send_back", words=words)


def review_plan_unchanged(actor: Actor, *, case_id: uuid.UUID, version: int, words: str = "") -> None:
    """One tap: somebody looked, and nothing changed; the next review is counted from today."""
    with _taking(actor, case_id, version) as row:
        move(actor, row, step="review", words=words, **review_days(row, looked_on=timezone.localdate()))


def replan(actor: Actor, *, case_id: uuid.UUID, version: int, words: str) -> None:
    """Something changed: the plan is written anew, and agreed to again."""
    with _taking(actor, case_id, version) as row:
        move(actor, row, step="replan", words=words)


def ask_to_close(actor: Actor, *, case_id: uuid.UUID, version: int, reason: str, words: str) -> None:
    """Ask that the case is closed on a ground of the packs. Raises RecordError naming what is still open or was not looked at."""
    with _taking(actor, case_id, version) as row:
        check_closable(actor, row, reason)
        move(
            actor, row, step="ask_closing", words=words, note=reason, reason=reason, asked_by=actor.id, asked_role=actor.role
        )  # fmt: skip


def keep_case_open(actor: Actor, *, case_id: uuid.UUID, version: int, words: str) -> None:
    """Another person does not confirm: the plan is written further."""
    with _taking(actor, case_id, version) as row:
        move(actor, row, step="keep_open", words=words, reason="")


def close_case(actor: Actor, *, case_id: uuid.UUID, version: int) -> None:
    """Another person confirms that the case is closed; what came up meanwhile stops it as it stopped the asking."""
    with _taking(actor, case_id, version) as row:
        check_closable(actor, row, row.reason)
        move(actor, row, step="close", note=row.reason, closed_at=timezone.now(), review_on=None, review_row="")
        with walled(LOCAL_OPERATOR):
            end_conference_work(actor, row.conferences.all(), state="withdrawn", reason="case_closed")


def reopen_case(actor: Actor, *, case_id: uuid.UUID, version: int, words: str) -> None:
    """Open a closed case again, with its history; it begins where what stands already leads it."""
    with _taking(actor, case_id, version) as row:
        _check_child(row.person.kind, row.person.status)
        if ChildCase.objects.filter(person_id=row.person_id).exclude(stage=CaseStage.CLOSED).exists():
            raise moved_on()
        move(actor, row, step="reopen", words=words, closed_at=None, reason="", asked_by="", looked_on=None)
        with walled(LOCAL_OPERATOR):
            ChildCase.objects.filter(id=row.id).update(division=row.person.division)
            row.refresh_from_db()
            follow_grounds(row)


def end_case(row: ChildCase, reason: str) -> None:
    """The machine ends a case: the child died, is of age, or is one with another."""
    PlanGoal.objects.filter(case=row, state=GoalState.OPEN).update(
        state=GoalState.DROPPED, ended_by=LOCAL_OPERATOR.id, ended_at=timezone.now()
    )
    move(LOCAL_OPERATOR, row, step="end", note=reason, reason=reason, closed_at=timezone.now(), review_on=None)
    if reason != MERGED:  # what a conference decided about the other file goes on
        end_dated_work(LOCAL_OPERATOR, row)
        end_conference_work(LOCAL_OPERATOR, row.conferences.all(), state="withdrawn", reason="case_closed")


@contextmanager
def _taking(actor: Actor, case_id: uuid.UUID, version: int) -> Iterator[ChildCase]:
    """A case locked for a step; afterwards its package is stored as it then stands."""
    with transaction.atomic():
        row = find_case(actor, case_id, version=version)
        yield row
        keep_package(row)


def _check_child(kind: str, status: str) -> None:
    if kind != "child" or status != "active":
        raise refused("no_child", "只能为在册的孩子办个案。", "Only a child whose file is active has a case.")


def _check_complete(actor: Actor, row: ChildCase) -> None:
    standings = standings_of(row)
    lines = readable(actor, package_of(row, standings))
    missing = unanswered(domains_of(actor, row, goals=goals_of(row), lines=lines, outcomes=standings.outcomes))
    if missing:
        raise refused(
            "incomplete",
            f"计划还不完整：{'、'.join(one.zh for one in missing)}有薄弱之处，还没有写明负责人和期限的目标。",
            f"The plan is not complete: {', '.join(one.en for one in missing)} is weak and has no goal with an owner and a last day.",
        )
