"""The alerts of an officer, one by one, and what was done about them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, QuerySet

from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.alerts import as_alert
from ciyou.apps.cases.contacts import CALLED, VISITED
from ciyou.apps.cases.models import Task, VisitedChild
from ciyou.apps.cases.tasks import end_tasks
from ciyou.apps.cases.worklist import tasks_of
from ciyou.apps.registry.scoping import named_among
from ciyou.apps.registry.selectors import PersonCard, cards_of, protected_ids
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.errors import Place, Problem, RecordError, RunError
from ciyou.packs.alerts import CLOCKS, KINDS, SILENCE

SHOWN = 100
ARRANGED, NO_LONGER = "arranged", "no_longer"
DONE = (CALLED, ARRANGED, NO_LONGER)
"""What was done: somebody was reached on the phone, it was looked into and arranged, or it does not apply any more."""
ENDS_SILENCE = (CALLED,)
"""Nobody has been in contact: by what was arranged alone nobody is."""
ENDS_PROTECTED_SILENCE = (CALLED, VISITED)
"""Of a protected child no visit ends an alert by itself: the named worker who was there says so."""


@dataclass(frozen=True)
class AlertLine:
    """One open alert of the actor's: which rule raised it, about which child, since when, by when, and when somebody was met there last.

    `done`: by what it may end.
    """

    task_id: uuid.UUID
    kind: str
    rule: str
    child: PersonCard
    raised_on: dt.date
    due_on: dt.date
    met_on: dt.date | None
    done: tuple[str, ...]


@dataclass(frozen=True)
class AlertList:
    """The first alerts of a list, the most urgent first, and how many there are by kind."""

    counts: dict[str, int]
    lines: tuple[AlertLine, ...]


class AlertNotFound(RunError):
    """There is no such alert for this actor."""


def own_alerts(actor: Actor, *, only: str = "") -> AlertList:
    """The actor's open alerts (`only` one kind); the caller records the disclosure."""
    rows = _seen(actor)
    counts: dict[str, int] = {}
    for kind in rows.values_list("kind", flat=True):
        counts[kind] = counts.get(kind, 0) + 1
    page = list((rows.filter(kind=only) if only else rows).order_by("due_on", "id")[:SHOWN])
    ids = [row.person_id for row in page]
    cards = cards_of(actor, person_ids=ids, purpose=_purpose(actor)) if ids else {}
    met = VisitedChild.objects.filter(person__in=ids, visit__met_somebody=True).order_by()
    days = dict(met.values_list("person").annotate(Max("visit__visited_on"))) if ids else {}
    lines = []
    for row in page:
        alert = as_alert(row)
        if alert is not None and row.person_id in cards:
            card, days_of = cards[row.person_id], (row.started_on, row.due_on)
            done = _done(row.kind, protected=card.restricted)
            lines.append(AlertLine(row.id, row.kind, alert.rule, card, *days_of, days.get(card.id), done))
    return AlertList(counts, tuple(lines))


def see_to_alert(actor: Actor, *, task_id: uuid.UUID, done: str) -> None:
    """The actor has seen to an alert; `done` is one of DONE, and of a silence one of ENDS_SILENCE (ENDS_PROTECTED_SILENCE).

    Raises AlertNotFound; RecordError when nothing was chosen, or what ends no silence.
    """
    task = _seen(actor).filter(id=task_id).first()
    cards = cards_of(actor, person_ids=[task.person_id], purpose=_purpose(actor)) if task is not None else {}
    if task is None or task.person_id not in cards:
        raise AlertNotFound(_problem("alert.not_found", "没有这条提醒，或者已经处理。请从“我的提醒”重新进入。", "There is no such alert, or it was seen to. Come in again from the list."))  # fmt: skip
    if done not in _done(task.kind, protected=cards[task.person_id].restricted):
        raise RecordError(_problem("alert.done", "请选择怎样处理的；久无联系的，要联系上了才能办结。", "Choose what was done; a silence ends only when somebody was reached."))  # fmt: skip
    with transaction.atomic():
        end_tasks(actor, kind=task.kind, subject_ids=[task.subject_id], reason=done)
        record_action(
            actor,
            action="see_to_alert",
            subject=str(task.id),
            persons=[str(task.person_id)],
            details={"done": done},
            highest_class=3,
        )


def _done(kind: str, *, protected: bool) -> tuple[str, ...]:
    """By what an alert of a kind may end."""
    if kind != CLOCKS[SILENCE]:
        return DONE
    return ENDS_PROTECTED_SILENCE if protected else ENDS_SILENCE


def _seen(actor: Actor) -> QuerySet[Task]:
    """The actor's open alerts, without those about protected children of whose case it is no named worker."""
    protected = protected_ids(actor)
    hidden = set(protected) - named_among(actor, protected) if protected else set()
    return tasks_of(actor).filter(kind__in=KINDS).exclude(person__in=hidden)


def _purpose(actor: Actor) -> Purpose:
    return next((one for one in (Purpose.VERIFY, Purpose.SERVE) if one in actor.purposes), Purpose.SERVE)


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)
