"""What a person does about work from phones: chooses between two values, records what was set aside, or ends it with a reason."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.lead_access import is_village
from ciyou.apps.cases.tasks import end_task, open_task
from ciyou.apps.cases.visits import take_answers, visit_form
from ciyou.apps.fieldwork.asked import ALARM
from ciyou.apps.fieldwork.contents import ASKED, open_clash, open_said
from ciyou.apps.fieldwork.fitting import questions_for
from ciyou.apps.fieldwork.keeping import keep_clashes
from ciyou.apps.fieldwork.models import EventState, FieldClash, FieldEvent
from ciyou.apps.fieldwork.receiving import CHOOSE, SETTLE, apply_said
from ciyou.apps.fieldwork.refusals import SetAside, not_found, refused
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action, may_do

KEPT, TAKEN = "kept", "taken"
CHOICES = (KEPT, TAKEN)
SETTLEMENTS = ("visited_again", "entered_by_hand", "told_other_place", "no_visit_made")
"""Why a piece that was set aside needs nothing more."""
ASKED_SETTLEMENTS = ("seen_in_person", "asked_again", "told_other_place", "not_asked")
"""The same of a questionnaire: what it says may be read by nobody who settles it."""


@dataclass(frozen=True)
class Applied:
    """Whether a piece that was set aside is recorded now, and if not, why not (a reason code)."""

    done: bool
    reason: str = ""


def find_event(actor: Actor, event_id: uuid.UUID) -> FieldEvent:
    """A piece of work from a phone that the actor may settle: above the village, in whose area it was done; raises FieldWorkNotFound."""
    event = FieldEvent.objects.select_related("user").filter(id=event_id).first()
    if event is None or not actor.scope.holds(event.division) or not may_settle(actor):
        raise not_found()
    return event


def may_settle(actor: Actor) -> bool:
    """Whether the actor's role settles work from phones: who visits and hands work out, so not a village itself."""
    return may_do(actor.role, Action.VISIT) and not is_village(actor)


def choose_value(actor: Actor, *, event_id: uuid.UUID, clash_id: uuid.UUID, choice: str) -> None:
    """Choose which of two values holds: what stands is kept, or what the phone said is recorded since today. Each is chosen once."""
    with transaction.atomic():
        event = find_event(actor, event_id)
        clash = FieldClash.objects.filter(id=clash_id, event=event).first()
        if clash is None:
            raise not_found()
        content = open_clash(clash)
        if choice not in CHOICES or (choice == TAKEN and not content.fields):
            raise refused("choice", "请选择以哪一个为准。", "Choose which of the two holds.")
        said = open_said(event)
        rows = FieldClash.objects.filter(id=clash.id, choice="")
        if said is None or not rows.update(choice=choice, chosen_by=actor.id, chosen_at=timezone.now()):
            raise refused(
                "chosen", "这一项已有人选定。请看最新情况。", "Somebody has chosen here already. See how it stands now."
            )
        if choice == TAKEN:
            form = visit_form(actor, child_id=uuid.UUID(said.child))
            questions, strange = questions_for(form, content.fields)
            if strange:
                raise refused(
                    "asked_no_more",
                    "这个问题现在不再询问，不能采用手机上的答案。请保留现有的，或在档案里更正。",
                    "This is not asked any more, so the phone's answer cannot be taken. Keep what stands, or correct the file.",
                )
            take_answers(
                actor, visit_id=event.id, child_id=uuid.UUID(said.child), fields=content.fields, questions=questions
            )
        record_action(actor, action="choose_field_value", subject=str(event.id), details={"choice": choice})
        _end_when_chosen(actor, event)


def apply_event(actor: Actor, *, event_id: uuid.UUID) -> Applied:
    """Record a piece that was set aside, as the acting officer; what clashes then is to be chosen like any other."""
    try:
        with transaction.atomic():
            event = _still_open(actor, event_id)
            said = open_said(event)
            if said is None:
                return Applied(done=False, reason="unreadable")
            clashes = apply_said(actor, event, said, by_person=True)
            with walled(LOCAL_OPERATOR):
                keep_clashes(event, said, clashes)
                _move(actor, event, str(event.state), "recorded")
                FieldEvent.objects.filter(id=event.id).update(content=event.content)
                if event.state == EventState.CONFLICT:
                    open_task(
                        actor,
                        kind=CHOOSE,
                        subject_id=str(event.id),
                        division=event.division,
                        queue_role="supervisor",
                    )
    except SetAside as found:
        return Applied(done=False, reason=found.reason)
    return Applied(done=True)


def settle_event(actor: Actor, *, event_id: uuid.UUID, settlement: str) -> None:
    """End a piece that was set aside without recording it, with a reason; what it says stays as it came."""
    with transaction.atomic():
        event = _still_open(actor, event_id)
        if settlement not in settlements_of(event.kind):
            raise refused("settlement", "请选择怎样处理的。", "Choose what was done about it.")
        _move(actor, event, EventState.SETTLED, settlement)


def settlements_of(kind: str) -> tuple[str, ...]:
    """The reasons for which a piece of this kind may be ended."""
    return ASKED_SETTLEMENTS if kind == ASKED else SETTLEMENTS


def _still_open(actor: Actor, event_id: uuid.UUID) -> FieldEvent:
    event = find_event(actor, event_id)
    if event.state != EventState.SET_ASIDE:
        raise refused(
            "settled", "这件工作已有人处理。请看最新情况。", "Somebody has seen to this already. See how it stands now."
        )
    return event


def _move(actor: Actor, event: FieldEvent, state: str, settlement: str) -> None:
    rows = FieldEvent.objects.filter(id=event.id, state=EventState.SET_ASIDE)
    if not rows.update(state=state, settlement=settlement, settled_by=actor.id, settled_at=timezone.now()):
        raise refused(
            "settled", "这件工作已有人处理。请看最新情况。", "Somebody has seen to this already. See how it stands now."
        )
    for kind in (SETTLE, ALARM):
        end_task(actor, kind=kind, subject_id=str(event.id))
    record_action(actor, action="settle_field_event", subject=str(event.id), details={"settlement": settlement})


def _end_when_chosen(actor: Actor, event: FieldEvent) -> None:
    if FieldClash.objects.filter(event=event, choice="").exists():
        return
    FieldEvent.objects.filter(id=event.id, state=EventState.CONFLICT).update(
        state=EventState.SETTLED, settlement="chosen", settled_by=actor.id, settled_at=timezone.now()
    )
    end_task(actor, kind=CHOOSE, subject_id=str(event.id))
