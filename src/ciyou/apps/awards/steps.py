"""The steps of an application: each is taken once, noted for the timeline, and opens the task of whoever comes next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.accounts.selectors import post_among, post_for, posts_in
from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import county_of, township_of
from ciyou.apps.awards.contents import ApplicationContent, open_application, seal_application
from ciyou.apps.awards.models import Application, ApplicationStep
from ciyou.apps.awards.paying import TOWNSHIP, paying_rules
from ciyou.apps.awards.refusals import moved_on
from ciyou.apps.cases.tasks import end_task, open_task
from ciyou.apps.registry.identities import named_users
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.verdict import RESTRICTED

CHECK, COMPLETE, DRAFT, DECIDE = "check", "complete_application", "draft_decision", "decide"
POST, REMOVE, TELL, REFUSAL, APPEAL = "post_notice", "notice", "tell", "refuse", "appeal"
CHANGE, REVIEW = "decide_change", "review"
"""The steps: of those that the packs name, the task is of the kind of the entitlement's own clock."""
ELSEWHERE = "elsewhere"
"""The channel of an application that a counter elsewhere took: that counter asks for what is missing and tells the applicant."""
AT_THE_COUNTER = frozenset({COMPLETE, TELL, REFUSAL})
ON_THE_WAY = (CHECK, COMPLETE, DRAFT, DECIDE, POST, REMOVE)
SUPERVISOR, DRAFTER, REVIEWER, APPROVER = "supervisor", "county_drafter", "county_reviewer", "county_approver"


def take_step(
    actor: Actor,
    row: Application,
    *,
    version: int,
    step: str,
    outcome: str = "",
    content: ApplicationContent | None = None,
    outcome_drafted: str | None = None,
    **changes: object,
) -> None:
    """Write one step if the application still stands as the actor saw it; raises RecordError when somebody was first."""
    if content is not None:
        changes["content"] = seal_application(row.id, content)
    if outcome_drafted is not None:
        changes["outcome"] = outcome_drafted
    taken = Application.objects.filter(id=row.id, state=row.state, version=version).update(
        **changes, version=version + 1
    )
    if not taken:
        raise moved_on()
    began = ApplicationStep.objects.filter(application=row).order_by("at", "id").values_list("at", flat=True).last()
    now = timezone.now()
    ApplicationStep.objects.create(
        application=row,
        step=step,
        outcome=outcome,
        by=actor.id,
        at=now,
        began_on=timezone.localdate(began or now),
    )
    note(actor, f"{step}_application", row, outcome=outcome)
    if row.channel == ELSEWHERE:
        publish_event(
            "awards.application_stepped", application_id=str(row.id), step=step, child_ids=[str(row.person_id)]
        )


def note_aside(actor: Actor, row: Application, *, step: str, outcome: str = "") -> None:
    """A line of the timeline that leaves the application where it stands."""
    now = timezone.now()
    ApplicationStep.objects.create(
        application=row, step=step, outcome=outcome, by=actor.id, at=now, began_on=timezone.localdate(now)
    )
    note(actor, f"{step}_application", row, outcome=outcome)


def content_of(row: Application) -> ApplicationContent:
    """What an application holds under encryption."""
    return open_application(row.id, row.content)


def open_step(
    actor: Actor,
    row: Application,
    step: str,
    *,
    role: str = "",
    subject_id: uuid.UUID | None = None,
    started_on: dt.date | None = None,
) -> None:
    """Open the task of the next step for whoever takes it in the child's place."""
    if row.channel == ELSEWHERE and step in AT_THE_COUNTER:
        return  # the counter hears of it (awards.application_stepped) and does it there
    role = role or default_role(row, step)
    work = Work(_kind(row, step), subject_id or row.id, _place(row, role), role, row.person_id, row.sensitivity)
    open_work(actor, work, started_on=started_on)


@dataclass(frozen=True)
class Work:
    """A task to be opened: what kind, about which subject, for which role of a place, about which child, of which class."""

    kind: str
    subject_id: uuid.UUID
    division: str
    role: str
    person_id: uuid.UUID
    sensitivity: int


def _kind(row: Application, step: str) -> str:
    return paying_rules(row.entitlement, row.division, timezone.localdate()).clock(step)


def open_work(actor: Actor, work: Work, *, started_on: dt.date | None = None) -> None:
    """Open a task for a role of a place; protected work only for a named worker of the case who holds it."""
    post = None
    if work.sensitivity >= RESTRICTED:
        today = timezone.localdate()
        post = post_among(named_users(work.person_id), division=work.division, role=work.role, on=today)
        if post is None:
            return  # it would tell the others that there is something: the named workers find it on the child's page
    # Work goes up as well as down: a village opens the township's task.
    with walled(LOCAL_OPERATOR):
        open_task(
            actor,
            kind=work.kind,
            subject_id=str(work.subject_id),
            division=work.division,
            person_id=work.person_id,
            post_id=post,
            queue_role="" if post else work.role,
            started_on=started_on,
        )


def default_role(row: Application, step: str) -> str:
    """Who takes a step: the township's supervisor where there is one, else the county."""
    if step in (CHECK, COMPLETE, POST, REMOVE, TELL, REFUSAL):
        if paying_rules(row.entitlement, row.division, timezone.localdate()).checked_by != TOWNSHIP:
            return DRAFTER
        held = post_for(division=township_of(row.division), role=SUPERVISOR, on=timezone.localdate())
        return SUPERVISOR if held else DRAFTER
    return DRAFTER if step == DRAFT else APPROVER


def another_supervisor(actor: Actor, row: Application) -> bool:
    """Whether the township has a second supervisor, who may decide what the first has drafted."""
    cards = posts_in(actor, division=township_of(row.division), role=SUPERVISOR)
    return any(str(card.user_id) not in (row.received_by, row.checked_by, row.drafted_by) for card in cards)


def _place(row: Application, role: str) -> str:
    return township_of(row.division) if role == SUPERVISOR else county_of(row.division)


def end_step(actor: Actor, row: Application, step: str, *, state: str = "done") -> None:
    """End the task of a step, if it is open."""
    end_work(actor, kind=_kind(row, step), subject_id=row.id, state=state)


def end_work(actor: Actor, *, kind: str, subject_id: uuid.UUID, state: str = "done", reason: str = "") -> None:
    """End an open task, whoever has it."""
    with walled(LOCAL_OPERATOR):
        end_task(actor, kind=kind, subject_id=str(subject_id), state=state, reason=reason)


def end_every_step(actor: Actor, row: Application, *, state: str) -> None:
    """End what is open on an application that goes no further."""
    for step in ON_THE_WAY:
        end_step(actor, row, step, state=state)


def note(actor: Actor, action: str, row: Application, **details: str | int) -> None:
    """Put a step into the log."""
    kept: Mapping[str, str | int] = {name: value for name, value in details.items() if value != ""}
    record_action(
        actor,
        action=action,
        subject=str(row.id),
        persons=[str(row.person_id)],
        details=kept,
        highest_class=row.sensitivity,
    )
