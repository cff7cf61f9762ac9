"""Of what ends soon somebody is told ahead of time, once: a birthday, a certificate, an agreement, an award. Nothing stops by it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.models import Task, TaskState
from ciyou.apps.cases.rounds import county_of, named_owner_of, owner_of
from ciyou.apps.cases.steps import township_of
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks
from ciyou.apps.cases.worklist import tasks_of
from ciyou.apps.registry.selectors import PersonCard, cards_of, protected_ids
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.errors import Place, Problem, RecordError, RunError

SEE_TO = "see_to_expiry"
DONE = ("renewed", "goes_on", "ends", "no_longer")
"""What was done about an end: renewed, it goes on as it is, the end was dealt with elsewhere, it does not apply any more."""
SHOWN = 100


@dataclass(frozen=True)
class ComingEnd:
    """Something of a child that ends on a day, and whose role it is to see to it."""

    code: str
    child_id: uuid.UUID
    division: str
    restricted: bool
    ends_on: dt.date
    owner: str


@dataclass(frozen=True)
class EndLine:
    """One open warning of the actor's: the child, which warning of the packs, and the day on which it ends."""

    task_id: uuid.UUID
    code: str
    child: PersonCard
    ends_on: dt.date
    due_on: dt.date


class WarningNotFound(RunError):
    """There is no such warning for this actor."""


def open_warnings(ends: Iterable[ComingEnd], *, on: dt.date) -> int:
    """Tell whoever sees to each of these ends, once for each day on which something ends; how many were told anew."""
    wanted = {_subject(end): end for end in ends}
    told = set(Task.objects.filter(kind=SEE_TO, subject_id__in=list(wanted)).values_list("subject_id", flat=True))
    tasks = [
        task for subject, end in wanted.items() if subject not in told and (task := _task(subject, end, on)) is not None
    ]
    if tasks:
        with transaction.atomic():
            open_tasks(LOCAL_OPERATOR, tasks=tasks)
            record_action(LOCAL_OPERATOR, action="open_warnings", details={"warnings": len(tasks)}, origin="worker")
    return len(tasks)


def _subject(end: ComingEnd) -> str:
    return f"{end.code}:{end.child_id.hex}:{end.ends_on:%Y%m%d}"


def _task(subject: str, end: ComingEnd, on: dt.date) -> NewTask | None:
    owner = named_owner_of(end.child_id, end.division, on) if end.restricted else _owner(end, on)
    if owner is None:
        return None
    post, role, place = owner
    return NewTask(SEE_TO, subject, place, person_id=end.child_id, post_id=post, queue_role=role, started_on=on)


def _owner(end: ComingEnd, on: dt.date) -> tuple[uuid.UUID | None, str, str]:
    if end.owner == "child_director":
        return owner_of(end.division, on)
    place = township_of(end.division) if end.owner == "supervisor" else county_of(end.division)
    return None, end.owner, place


def coming_ends(actor: Actor) -> tuple[EndLine, ...]:
    """The actor's open warnings, the earliest end first."""
    rows = tasks_of(actor).filter(kind=SEE_TO).exclude(person__in=protected_ids(actor)).order_by("due_on", "id")
    page = list(rows[:SHOWN])
    cards = cards_of(actor, person_ids=[row.person_id for row in page], purpose=_purpose(actor))
    lines = (_line(row, cards[row.person_id]) for row in page if row.person_id in cards)
    return tuple(sorted(lines, key=lambda line: (line.ends_on, line.due_on)))


def see_to(actor: Actor, *, task_id: uuid.UUID, done: str) -> None:
    """The actor has seen to an end; `done` is one of DONE. Changes nothing else. Raises WarningNotFound."""
    if done not in DONE:
        raise RecordError(_problem("expiry.done", "请选择怎样处理的。", "Choose what was done."))
    task = tasks_of(actor).filter(id=task_id, kind=SEE_TO, state=TaskState.OPEN).first()
    if task is None or task.person_id not in cards_of(actor, person_ids=[task.person_id], purpose=_purpose(actor)):
        raise WarningNotFound(_problem("expiry.not_found", "没有这条到期提醒，或者已经处理。请从“到期提醒”重新进入。", "There is no such warning, or it was seen to. Come in again from the list."))  # fmt: skip
    with transaction.atomic():
        end_tasks(actor, kind=SEE_TO, subject_ids=[task.subject_id], reason=done)
        record_action(
            actor,
            action="see_to_expiry",
            subject=str(task.id),
            persons=[str(task.person_id)],
            details={"done": done},
            highest_class=3,
        )


def _line(task: Task, card: PersonCard) -> EndLine:
    code, _child, day = task.subject_id.split(":")
    return EndLine(task.id, code, card, dt.datetime.strptime(day, "%Y%m%d").date(), task.due_on)  # noqa: DTZ007  # a day


def _purpose(actor: Actor) -> Purpose:
    return next((one for one in (Purpose.VERIFY, Purpose.SERVE) if one in actor.purposes), Purpose.SERVE)


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)


__all__ = ("DONE", "SEE_TO", "ComingEnd", "EndLine", "WarningNotFound", "coming_ends", "open_warnings", "see_to")
