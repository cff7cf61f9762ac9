"""Whose aid in an emergency is: the place's where it happened; the place of registration reads it once it was told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Q, QuerySet
from django.utils import timezone

from ciyou.apps.accounts.selectors import post_for
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import county_of, township_of
from ciyou.apps.cases.tasks import end_task, open_task
from ciyou.apps.crossing.contents import seal_aid_words
from ciyou.apps.crossing.emergency_terms import aid_rules
from ciyou.apps.crossing.models import EmergencyAid, EmergencyState, EmergencyStep
from ciyou.apps.crossing.refusals import check_may, crossing_not_found, moved_on
from ciyou.apps.crossing.steps import DRAFTER, REVIEWER, SUPERVISOR
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

PAY, COMPLETE, REVIEW, NOTE = (
    "pay_emergency_aid",
    "complete_emergency_aid",
    "review_emergency_aid",
    "note_emergency_aid",
)
"""The clocks of what follows the decision, which are also the kinds of its tasks; deciding has the clock that the packs name."""
APPROVER = "county_approver"
_REFUSE, _DECIDE = "refuse_in_writing", "decide_application"


def visible_aid(actor: Actor) -> QuerySet[EmergencyAid]:
    """Aid given in the actor's scope, and aid elsewhere that its place was told of."""
    check_may(actor, Action.SEE_CROSSINGS)
    first, end = actor.scope.first, actor.scope.end
    told = Q(bound_for__gte=first, bound_for__lt=end, informed_on__isnull=False)
    return EmergencyAid.objects.filter(Q(received_in__gte=first, received_in__lt=end) | told)


def find_aid(actor: Actor, aid_id: object, *, lock: bool = False) -> EmergencyAid:
    """One that the actor may see; raises CrossingNotFound."""
    rows = visible_aid(actor)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.filter(id=aid_id).first()
    if found is None:
        raise crossing_not_found()
    return found


def is_at_event(actor: Actor, row: EmergencyAid) -> bool:
    """Whether the actor works at the place of the event."""
    return actor.scope.holds(row.received_in)


@contextmanager
def taking_aid(
    actor: Actor, aid_id: uuid.UUID, action: Action, *, states: tuple[str, ...], version: int
) -> Iterator[EmergencyAid]:
    """Aid of the actor's own place, locked for a step and still as the actor saw it. Inside a transaction."""
    check_may(actor, action)
    row = find_aid(actor, aid_id, lock=True)
    if not is_at_event(actor, row):
        raise crossing_not_found()
    if row.state not in states or row.version != version:
        raise moved_on()
    yield row


def move_aid(actor: Actor, row: EmergencyAid, *, step: str, place: str, words: str = "", **changes: object) -> None:
    """Write one step and what it changes; the work of the step before ends, whoever had it."""
    with walled(LOCAL_OPERATOR):
        taken = EmergencyAid.objects.filter(id=row.id, state=row.state, version=row.version).update(
            **changes, version=row.version + 1
        )
        if not taken:
            raise moved_on()
        note_aid_step(actor, row, step=step, place=place, words=words)
        if "state" in changes:
            for kind in (_clock(row, "decide", _DECIDE), PAY, COMPLETE, REVIEW, _clock(row, "refuse", _REFUSE)):
                end_task(actor, kind=kind, subject_id=str(row.id))
        row.refresh_from_db()
    record_action(actor, action=f"{step}_emergency_aid", subject=str(row.id), highest_class=3)


def note_aid_step(actor: Actor, row: EmergencyAid, *, step: str, place: str, words: str = "") -> None:
    """A line of the story."""
    key = uuid.uuid4()
    EmergencyStep.objects.create(
        id=key,
        aid=row,
        step=step,
        by=actor.id,
        role=actor.role,
        place=place,
        at=timezone.now(),
        words=seal_aid_words(key, words),
    )


def open_decision(actor: Actor, row: EmergencyAid, *, at_county: bool = False) -> None:
    """The decision is the township's where somebody sits there, else (or once referred) the county's; three days from the registration."""
    kind = _clock(row, "decide", _DECIDE)
    if at_county or not _held(row.received_in):
        _open(actor, row, kind, county_of(row.received_in), APPROVER)
    else:
        _open(actor, row, kind, township_of(row.received_in), SUPERVISOR)


def open_payment(actor: Actor, row: EmergencyAid) -> None:
    """Money is handed out where the family stands; the days run on from the registration."""
    _open_here(actor, row, PAY)


def open_papers(actor: Actor, row: EmergencyAid) -> None:
    """What was left out for speed is brought now; its days begin when the aid was handed out."""
    _open_here(actor, row, COMPLETE)


def open_telling(actor: Actor, row: EmergencyAid) -> None:
    """A refusal is handed over in writing."""
    _open_here(actor, row, _clock(row, "refuse", _REFUSE))


def open_review(actor: Actor, row: EmergencyAid) -> None:
    """Somebody else of the county looks at it afterwards."""
    _open(actor, row, REVIEW, county_of(row.received_in), REVIEWER)


def open_note(actor: Actor, row: EmergencyAid) -> None:
    """The county of registration takes note, so that nothing is paid twice."""
    _open(actor, row, NOTE, county_of(row.bound_for), DRAFTER)


def end_note(actor: Actor, row: EmergencyAid) -> None:
    """It has taken note."""
    with walled(LOCAL_OPERATOR):
        end_task(actor, kind=NOTE, subject_id=str(row.id))


def _clock(row: EmergencyAid, step: str, otherwise: str) -> str:
    return aid_rules(row.entitlement, row.received_in, row.received_on).clocks.get(step) or otherwise


def _held(division: str) -> bool:
    return bool(post_for(division=township_of(division), role=SUPERVISOR, on=timezone.localdate()))


def _open_here(actor: Actor, row: EmergencyAid, kind: str) -> None:
    held = _held(row.received_in)
    place = township_of(row.received_in) if held else county_of(row.received_in)
    _open(actor, row, kind, place, SUPERVISOR if held else DRAFTER)


def _open(actor: Actor, row: EmergencyAid, kind: str, place: str, role: str) -> None:
    today = timezone.localdate()
    started = row.received_on if kind == PAY or row.state == EmergencyState.REGISTERED else today
    with walled(LOCAL_OPERATOR):
        open_task(actor, kind=kind, subject_id=str(row.id), division=place, queue_role=role, started_on=started)
