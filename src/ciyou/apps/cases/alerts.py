"""Alerts are tasks: raised once for a child and a rule, with an owner and a clock, handed on, and ended by contact or by a person."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from ciyou.apps.accounts.selectors import post_card
from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.models import Task, TaskState
from ciyou.apps.cases.rounds import county_of, named_owner_of, owner_of
from ciyou.apps.cases.steps import supervisor_of, township_of
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks
from ciyou.apps.cases.unnamed_work import ask_for_workers
from ciyou.apps.registry.round_children import ChildInRound
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs.alerts import NAMED_WORKER, SILENCE, AlertRule

SUPERVISOR, DRAFTER = "supervisor", "county_drafter"
UNNAMED = "no_named_worker"
TOLD_LATER = "told_later"
"""Why an alert was withdrawn: nobody is named for the child; and, once somebody was, that it was opened anew."""
Owner = tuple[uuid.UUID | None, str, str]
_PART = 500


@dataclass(frozen=True)
class OpenAlert:
    """An alert that is open: which rule of the packs raised it, about which child, and the day on which it did."""

    task_id: uuid.UUID
    kind: str
    subject_id: str
    rule: str
    child_id: uuid.UUID
    raised_on: dt.date


class Owners:
    """Whose alerts are: of a protected child, or of what only they may know, a named worker's, else by the rule's role; each place looked up once."""

    def __init__(self, on: dt.date) -> None:
        self.on = on
        self.found: dict[tuple[str, str], Owner] = {}

    def of(self, child: ChildInRound, role: str) -> Owner | None:
        """(post, or role, place) of whoever sees to it; None where nobody may be told."""
        if child.restricted or role == NAMED_WORKER:
            return named_owner_of(child.id, child.division, self.on, able=None)
        place = child.division if role not in (SUPERVISOR, DRAFTER) else township_of(child.division)
        if (place, role) not in self.found:
            self.found[place, role] = self._of_place(child.division, role)
        return self.found[place, role]

    def _of_place(self, division: str, role: str) -> Owner:
        if role == SUPERVISOR and supervisor_of(division) is not None:
            return None, SUPERVISOR, township_of(division)
        if role in (SUPERVISOR, DRAFTER):
            return None, DRAFTER, county_of(division)
        return owner_of(division, self.on)


def subject_of(rule: str, child_id: uuid.UUID) -> str:
    """What the task of an alert is about."""
    return f"{rule}:{child_id.hex}"


def raise_alerts(rule: AlertRule, children: Collection[ChildInRound], *, owners: Owners) -> int:
    """Raise an alert about these children, at most one open for a child and a rule; how many are new. Inside a transaction, as the machine."""
    there = open_subjects(rule, [one.id for one in children])
    new = [one for one in children if subject_of(rule.code, one.id) not in there]
    owned = [(one, owner) for one in new if (owner := owners.of(one, rule.seen_by)) is not None]
    tasks = [_task(rule, child, owner, owners.on) for child, owner in owned]
    open_tasks(LOCAL_OPERATOR, tasks=tasks)
    _hold_back(rule, [one for one in new if owners.of(one, rule.seen_by) is None], owners.on)
    if tasks:
        record_action(
            LOCAL_OPERATOR,
            action="raise_alerts",
            persons=[str(child.id) for child, _owner in owned],
            details={
                "rule": "" if rule.tells_of_result else rule.code,
                "alerts": len(tasks),
                "without_owner": len(new) - len(owned),
            },
            highest_class=RESTRICTED if rule.tells_of_result else 3,
            origin="worker",
        )
    return len(tasks)


def _task(rule: AlertRule, child: ChildInRound, owner: Owner, on: dt.date) -> NewTask:
    post, role, place = owner
    subject = subject_of(rule.code, child.id)
    return NewTask(rule.clock, subject, place, person_id=child.id, post_id=post, queue_role=role, started_on=on)


def _hold_back(rule: AlertRule, children: Collection[ChildInRound], on: dt.date) -> None:
    """Where only a named worker may be told, and nobody is named: somebody is asked to name one, and the alert is kept until then."""
    if not children:
        return
    ask_for_workers(children, on)
    subjects = [subject_of(rule.code, one.id) for one in children]
    # A silence is found again every night. What came up on another day may hold where the older one does not any more.
    held = Task.objects.filter(subject_id__in=subjects, state=TaskState.WITHDRAWN, reason=UNNAMED, started_on=on)
    known = {*subjects} if rule.kind == SILENCE else set(held.values_list("subject_id", flat=True))
    new = [one for one in children if subject_of(rule.code, one.id) not in known]
    open_tasks(LOCAL_OPERATOR, tasks=[_task(rule, one, (None, "", county_of(one.division)), on) for one in new])
    withheld = [subject_of(rule.code, one.id) for one in new]
    end_tasks(LOCAL_OPERATOR, kind=rule.clock, subject_ids=withheld, state=TaskState.WITHDRAWN, reason=UNNAMED)


def withheld_alerts(child_id: uuid.UUID) -> list[OpenAlert]:
    """The alerts about a child that were kept back because nobody was named for it: for the machine."""
    rows = Task.objects.filter(person=child_id, state=TaskState.WITHDRAWN, reason=UNNAMED)
    return [alert for row in rows if (alert := as_alert(row)) is not None]


def take_up_alerts(withheld: Iterable[OpenAlert]) -> None:
    """These alerts wait no more: whoever may be told is told once, from now on."""
    Task.objects.filter(id__in=[one.task_id for one in withheld]).update(reason=TOLD_LATER)


def children_to_hand_on(*, kinds: Collection[str], rules: Collection[str]) -> frozenset[uuid.UUID]:
    """The children whose open alerts are a named worker's, because they are protected or by these rules: for the machine."""
    only_named = Q(person__restricted__gt=False)
    for rule in rules:
        only_named |= Q(subject_id__startswith=f"{rule}:")
    found = _open(kinds).filter(only_named).order_by().values_list("person_id", flat=True)
    return frozenset(one for one in found if one is not None)


def open_alerts(*, kinds: Collection[str], children: Collection[uuid.UUID] | None = None) -> list[OpenAlert]:
    """The open alerts of these kinds (clocks), about these children or about anybody: for the machine."""
    rows = Task.objects.filter(kind__in=kinds, state=TaskState.OPEN)
    if children is None:
        return [one for row in rows if (one := as_alert(row)) is not None]
    ids, found = list(children), []
    for start in range(0, len(ids), _PART):
        part = rows.filter(person__in=ids[start : start + _PART])
        found += [one for row in part if (one := as_alert(row)) is not None]
    return found


def open_subjects(rule: AlertRule, children: Collection[uuid.UUID] | None = None) -> frozenset[str]:
    """What the open alerts of a rule are about, among these children or wherever they are (one query for each 500 children, or one)."""
    rows = Task.objects.filter(kind=rule.clock, state=TaskState.OPEN).order_by().values_list("subject_id", flat=True)
    if children is None:
        return frozenset(rows.filter(subject_id__startswith=f"{rule.code}:").iterator(chunk_size=5000))
    subjects = [subject_of(rule.code, one) for one in children]
    parts = (rows.filter(subject_id__in=subjects[at : at + _PART]) for at in range(0, len(subjects), _PART))
    return frozenset(one for part in parts for one in part)


def as_alert(row: Task) -> OpenAlert | None:
    """A task as an alert; None for one that is none."""
    rule, parted, _child = row.subject_id.partition(":")
    if not parted or row.person_id is None:
        return None
    return OpenAlert(row.id, row.kind, row.subject_id, rule, row.person_id, row.started_on)


def last_raised(subjects: Iterable[str]) -> dict[str, dt.datetime]:
    """By subject, when an alert about it was raised last, open or ended."""
    wanted, found = list(subjects), {}
    for start in range(0, len(wanted), _PART):
        rows = Task.objects.filter(subject_id__in=wanted[start : start + _PART]).order_by()
        found.update(dict(rows.values_list("subject_id").annotate(Max("created_at"))))
    return found


def end_open_alerts(alerts: Iterable[OpenAlert], *, reason: str, state: str = TaskState.DONE) -> int:
    """End alerts with their reason, noted in the log; how many ended."""
    listed = list(alerts)
    ended = 0
    for kind in sorted({one.kind for one in listed}):
        subjects = [one.subject_id for one in listed if one.kind == kind]
        ended += end_tasks(LOCAL_OPERATOR, kind=kind, subject_ids=subjects, state=state, reason=reason)
    if ended:
        record_action(
            LOCAL_OPERATOR,
            action="end_alerts",
            persons=[str(one.child_id) for one in listed],
            details={"reason": reason, "alerts": ended},
            highest_class=3,
            origin="worker",
        )
    return ended


def hand_on_alerts(children: Iterable[ChildInRound], roles: dict[str, str], *, kinds: Collection[str]) -> int:
    """The open alerts of children who moved, or became (or ceased to be) protected, go to whoever sees to them now; how many did.

    `roles`: by rule, whose work it is. One of which only a named worker may be told, where none is, is withdrawn, and somebody is asked to name one.
    """
    handed, owners = 0, Owners(timezone.localdate())
    for child in children:
        for row in _open(kinds).filter(person=child.id).select_for_update():
            alert = as_alert(row)
            if alert is None:
                continue
            owner = owners.of(child, roles.get(alert.rule, SUPERVISOR))
            if owner is None:
                handed += end_open_alerts([alert], reason=UNNAMED, state=TaskState.WITHDRAWN)
                ask_for_workers([child], owners.on)
                continue
            post, role, place = owner
            card = post_card(post) if post is not None else None
            changes = {"post_id": post, "queue_role": card.role if card else role, "division": place}
            if all(getattr(row, name) == value for name, value in changes.items()):
                continue
            handed += _open(kinds).filter(id=row.id).update(**changes, version=F("version") + 1)
    return handed


def _open(kinds: Collection[str]) -> QuerySet[Task]:
    return Task.objects.filter(kind__in=kinds, state=TaskState.OPEN)
