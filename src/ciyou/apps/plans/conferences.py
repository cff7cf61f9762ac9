"""Case conferences: departments are asked, sit together, and decide; each decision has a department, a person, a day and a task."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.selectors import post_cards
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.tasks import end_task
from ciyou.apps.cases.worklist import tasks_of
from ciyou.apps.plans.access import find_case, visible_cases
from ciyou.apps.plans.conference_work import end_conference_work, open_conference_work
from ciyou.apps.plans.contents import (
    ConferenceContent,
    DecisionContent,
    open_conference,
    open_decision,
    seal_conference,
    seal_decision,
)
from ciyou.apps.plans.goals import check_last_day, owners_for
from ciyou.apps.plans.models import CaseConference, CaseStage, ChildCase, ConferenceDecision, ConferenceState
from ciyou.apps.plans.refusals import case_not_found, check_may, check_words, moved_on, refused
from ciyou.apps.plans.steps import open_dated_work
from ciyou.apps.plans.transitions import DECISION
from ciyou.apps.registry.scoping import is_named
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import ceiling_of
from ciyou.packs import load_departments

CLASS = 4
"""What departments say of a family is not a village's to know; whoever sees to a decision reads that decision."""


@dataclass(frozen=True)
class NewDecision:
    """A decision as it was written; `id` is made by the form. `post_id`: who here sees to it."""

    id: uuid.UUID
    what: str
    department: str
    person: str
    post_id: uuid.UUID
    due_on: dt.date | None


@dataclass(frozen=True)
class DecisionLine:
    """One decision. `mine`: the reader sees to it."""

    id: uuid.UUID
    what: str
    department: str
    person: str
    owner: str
    due_on: dt.date
    outcome: str
    done: bool
    late: bool
    mine: bool


@dataclass(frozen=True)
class ConferenceLine:
    """One conference; agenda and minutes are "" for a reader who sees only the decision that it has to see to (`narrow`)."""

    id: uuid.UUID
    held_on: dt.date
    state: str
    asked: Mapping[str, bool | None]
    agenda: str
    minutes: str
    decisions: tuple[DecisionLine, ...]
    version: int
    narrow: bool


def call_conference(
    actor: Actor, *, case_id: uuid.UUID, version: int, conference_id: uuid.UUID, held_on: dt.date | None, agenda: str, departments: Collection[str]
) -> uuid.UUID:  # fmt: skip
    """Call a conference about a case: on which day, about what, and who is asked. A form sent twice calls one."""
    _check_may_call(actor)
    with transaction.atomic():
        row = find_case(actor, case_id, version=version)
        if CaseConference.objects.filter(id=conference_id, case=row).exists():
            return conference_id
        if row.stage == CaseStage.CLOSED:
            raise moved_on()
        asked = [code for code in load_departments() if code in departments]
        if held_on is None or not asked:
            raise refused("conference", "请填写哪天开会，并至少选一个部门。", "Give the day, and ask at least one department.")  # fmt: skip
        with walled(LOCAL_OPERATOR):
            made = CaseConference.objects.create(
                id=conference_id,
                case=row,
                held_on=held_on,
                asked=dict.fromkeys(asked),
                content=seal_conference(conference_id, ConferenceContent(check_words(agenda))),
                called_by=actor.id,
                called_at=timezone.now(),
            )
            open_conference_work(actor, made, post_id=uuid.UUID(actor.post_id) if actor.post_id else None)
        _note(actor, row, "call_conference", conference_id)
    return conference_id


def hold_conference(
    actor: Actor, *, conference_id: uuid.UUID, version: int, came: Collection[str], minutes: str
) -> None:
    """Record that it was held: which of those asked came, and what was said in short."""
    with transaction.atomic():
        row = _find(actor, conference_id, version, (ConferenceState.CALLED,))
        if row.held_on > timezone.localdate():
            raise refused("not_held_yet", "还没有到开会的那天；提前开了的，取消这一次，按开会的日子重新登记。", "Its day has not come. If it was held earlier, cancel this one and enter it with the day on which it was held.")  # fmt: skip
        content = ConferenceContent(open_conference(row.id, row.content).agenda, check_words(minutes))
        attended = {code: code in came for code in row.asked}
        if not any(attended.values()):
            raise refused("nobody_came", "请勾选到会的部门；一个也没有到的，请取消这次会。", "Tick who came; where nobody did, cancel the conference.")  # fmt: skip
        _change(actor, row, "hold_conference", "done", state=ConferenceState.HELD, asked=attended, content=seal_conference(row.id, content))  # fmt: skip


def cancel_conference(actor: Actor, *, conference_id: uuid.UUID, version: int, words: str) -> None:
    """It is not held; why stands with it."""
    with transaction.atomic():
        row = _find(actor, conference_id, version, (ConferenceState.CALLED,))
        content = ConferenceContent(open_conference(row.id, row.content).agenda, check_words(words))
        _change(actor, row, "cancel_conference", "withdrawn", state=ConferenceState.CANCELLED, content=seal_conference(row.id, content))  # fmt: skip


def add_decision(actor: Actor, *, conference_id: uuid.UUID, version: int, wanted: NewDecision) -> uuid.UUID:
    """Record a decision of a conference that was held: it becomes a task with its day. A form sent twice records one."""
    with transaction.atomic():
        row = _find(actor, conference_id, version, (ConferenceState.HELD,))
        if ConferenceDecision.objects.filter(id=wanted.id, conference=row).exists():
            return wanted.id
        if wanted.department not in row.asked:
            raise refused(
                "department", "请选择由哪个到会通知的部门负责。", "Choose one of the departments that were asked."
            )
        if wanted.post_id not in {one.id for one in owners_for(row.case)}:
            raise refused("owner", "请选择由谁负责。", "Choose who is responsible.")
        due_on = check_last_day(wanted.due_on)
        content = DecisionContent(check_words(wanted.what), check_words(wanted.person))
        with walled(LOCAL_OPERATOR):
            made = ConferenceDecision.objects.create(
                id=wanted.id,
                conference=row,
                department=wanted.department,
                post_id=wanted.post_id,
                due_on=due_on,
                content=seal_decision(wanted.id, content),
                decided_by=actor.id,
                decided_at=timezone.now(),
            )
            open_dated_work(actor, row.case, kind=DECISION, subject=made.id, post_id=made.post_id, due_on=due_on)
        _note(actor, row.case, "add_decision", row.id)
    return wanted.id


def settle_decision(actor: Actor, *, decision_id: uuid.UUID, outcome: str) -> None:
    """What was decided is done, with what came of it: by who sees to it, or by whoever may read the conference."""
    with transaction.atomic():
        row = ConferenceDecision.objects.select_for_update(of=("self",)).filter(
            id=decision_id, done_at=None, conference__case__in=visible_cases(actor).values("pk")
        ).select_related("conference__case").first()  # fmt: skip
        if row is None:
            raise case_not_found()
        if str(row.id) not in _work_of(actor) and not may_read_conferences(actor, row.conference.case.person_id):
            raise case_not_found()
        before = open_decision(row.id, row.content)
        content = DecisionContent(before.what, before.person, check_words(outcome))
        with walled(LOCAL_OPERATOR):
            ConferenceDecision.objects.filter(id=row.id).update(
                content=seal_decision(row.id, content), done_by=actor.id, done_at=timezone.now()
            )
            end_task(actor, kind=DECISION, subject_id=str(row.id))
        _note(actor, row.conference.case, "settle_decision", row.conference_id)


def conferences_of(actor: Actor, *, child_id: uuid.UUID, reads: bool | None = None) -> tuple[ConferenceLine, ...]:
    """The conferences about a child that the caller may show, the latest first; below class 4 only the open decisions that the actor sees to.

    `reads`: whether agenda and minutes are the actor's to read (`may_read_conferences`), where the caller knows.
    """
    reads, today = may_read_conferences(actor, child_id) if reads is None else reads, timezone.localdate()
    rows = list(
        CaseConference.objects.filter(case__person_id=child_id).order_by("-held_on", "id").prefetch_related("decisions")
    )
    work = _work_of(actor) if rows else set()
    found = [(row, [one for one in row.decisions.all() if reads or str(one.id) in work]) for row in rows]
    cards = post_cards([one.post_id for _row, made in found for one in made if one.post_id])
    lines = []
    for row, made in found:
        content = open_conference(row.id, row.content) if reads else ConferenceContent("")
        decisions = tuple(
            _decision(one, cards[one.post_id].user_name if one.post_id in cards else "", today, work) for one in made
        )
        if reads or decisions:
            asked = row.asked if reads else {}
            lines.append(
                ConferenceLine(row.id, row.held_on, row.state, asked, content.agenda, content.minutes, decisions, row.version, narrow=not reads)
            )  # fmt: skip
    return tuple(lines)


def may_read_conferences(actor: Actor, child_id: uuid.UUID) -> bool:
    """Whether agenda and minutes about this child are the actor's to read."""
    return ceiling_of(actor) >= CLASS or ceiling_of(actor, named=is_named(actor, child_id)) >= CLASS


def _check_may_call(actor: Actor) -> None:
    check_may(actor, Action.ASSIGN)
    if ceiling_of(actor) < CLASS:
        raise refused("county_calls", "会商由县级召集。", "The county calls a conference.")


def _find(actor: Actor, conference_id: uuid.UUID, version: int, states: tuple[str, ...]) -> CaseConference:
    _check_may_call(actor)
    rows = CaseConference.objects.select_for_update(of=("self",)).select_related("case__person")
    row = rows.filter(id=conference_id, case__in=visible_cases(actor).values("pk")).first()
    if row is None:
        raise case_not_found()
    if row.version != version or row.state not in states:
        raise moved_on()
    return row


def _change(actor: Actor, row: CaseConference, action: str, work: str, **changes: object) -> None:
    with walled(LOCAL_OPERATOR):
        end_conference_work(actor, [row], state=work)
        CaseConference.objects.filter(id=row.id).update(**changes, version=F("version") + 1)
    _note(actor, row.case, action, row.id)


def _decision(row: ConferenceDecision, owner: str, today: dt.date, work: Collection[str]) -> DecisionLine:
    content = open_decision(row.id, row.content)
    done = row.done_at is not None
    mine = str(row.id) in work
    late = not done and row.due_on < today
    return DecisionLine(
        row.id, content.what, row.department, content.person, owner, row.due_on, content.outcome, done, late, mine
    )


def _work_of(actor: Actor) -> set[str]:
    """The decisions that are the actor's to see to: those of its post, and of the post that it stands in for."""
    return set(tasks_of(actor).filter(kind=DECISION).values_list("subject_id", flat=True))


def _note(actor: Actor, case: ChildCase, action: str, conference_id: uuid.UUID) -> None:
    record_action(actor, action=action, subject=str(conference_id), persons=[str(case.person_id)], highest_class=CLASS)
