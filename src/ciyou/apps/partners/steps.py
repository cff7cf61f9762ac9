"""The steps of a referral: each by the table of transitions, each taken once, and each opening the work of whoever has it next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.db import transaction
from django.db.models import F, OuterRef
from django.utils import timezone

from ciyou.apps.accounts.selectors import is_held, post_for
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.planning import plan_task
from ciyou.apps.cases.steps import township_of
from ciyou.apps.cases.tasks import end_task, open_about, open_task
from ciyou.apps.partners.access import EMERGENCY, county_of, find_referral, receives
from ciyou.apps.partners.contents import seal_words
from ciyou.apps.partners.models import Provider, Referral, ReferralState, ReferralStep, ServiceSlots
from ciyou.apps.partners.refusals import moved_on, referral_not_found
from ciyou.apps.partners.transitions import OPEN, RECEIVER, SENDER, TRANSITIONS, WITH_RECEIVER, clock_of, every_clock
from ciyou.apps.registry.hex_ids import dashed_id
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor

REVIEW_GROUND = "review_referral_ground"
SETTLE_GROUND = "settle_refused_ground"
BESIDE = (REVIEW_GROUND, SETTLE_GROUND)
"""Work about the ground, which runs beside the steps and ends with the referral at the latest."""
REVIEWED, GROUND_REFUSED, GROUND_CHANGED = "review", "ground_refused", "ground_changed"
"""What the story says of a look at an emergency ground, and of what came of it."""
NAMING = 3
"""The highest class of a referral whose task names the child: who has the task reads no more by default."""
SUPERVISOR, DRAFTER, REVIEWER = "supervisor", "county_drafter", "county_reviewer"
_GIVES_BACK = frozenset({"refuse", "miss", "expire", "withdraw"})
"""Steps after which the place that was kept is free again; a draft has taken none."""


@contextmanager
def taking(actor: Actor, referral_id: uuid.UUID, *, end: str, version: int) -> Iterator[Referral]:
    """A referral locked for a step at one of its ends, still as the actor saw it. Inside a transaction.

    Raises ReferralNotFound, AccessDenied, or RecordError where it has moved on.
    """
    row = find_referral(actor, referral_id, lock=True)
    if (end == RECEIVER) != receives(actor):
        raise referral_not_found()
    if row.version != version:
        raise moved_on()
    yield row


def move(  # one step is all of this
    actor: Actor,
    row: Referral,
    *,
    step: str,
    end: str,
    words: str = "",
    note: str = "",
    starts_on: dt.date | None = None,
    **changes: object,
) -> None:
    """Take one step: its state, its line in the story, the end of the work before and the beginning of the next.

    `words` are sealed and read by both ends; `note` is a code for the log; the clock of the state after runs from `starts_on` (default:
    today). Raises RecordError for a step that the table does not allow here, and where somebody else was first.
    """
    found = TRANSITIONS[step]
    if row.state not in found.before or end not in found.ends:
        raise moved_on()
    today, now = timezone.localdate(), timezone.now()
    if found.after is ReferralState.CLOSED:
        changes |= {"closed_at": now, "end_reason": note}
    with walled(LOCAL_OPERATOR):
        taken = Referral.objects.filter(id=row.id, state=row.state, version=row.version).update(
            **changes,
            state=found.after,
            since_on=today,
            due_on=due_day(found.after, row.urgency, row.division, starts_on),
            version=F("version") + 1,
        )
        if not taken:
            raise moved_on()
        _note_step(actor, row, step, words, days=(today - row.since_on).days)
        if step in _GIVES_BACK and row.slot_id is not None and row.sent_at is not None:
            ServiceSlots.objects.filter(id=row.slot_id, taken__gt=0).update(taken=F("taken") - 1)
        end_work(actor, row)
        row.refresh_from_db()
        open_work(actor, row, starts_on)
    record_action(
        actor,
        action=f"{step}_referral",
        subject=str(row.id),
        persons=[str(row.child_id)],
        details={"note": note} if note else {},
        highest_class=row.sensitivity,
    )


def due_day(state: str, urgency: str, division: str, starts_on: dt.date | None = None) -> dt.date | None:
    """Until when the next step is due, its clock running from `starts_on` (default: today); None where it is closed."""
    kind = clock_of(state, urgency)
    return plan_task(kind, division, starts_on or timezone.localdate()).due_on if kind else None


def note_beginning(actor: Actor, row: Referral) -> None:
    """The first line of the story, and the first task: the draft is its author's to send."""
    _note_step(actor, row, "draft", "", days=0)
    open_work(actor, row)


def _note_step(actor: Actor, row: Referral, step: str, words: str, *, days: int) -> None:
    key = uuid.uuid4()
    ReferralStep.objects.create(
        id=key,
        referral=row,
        step=step,
        by=actor.id,
        role=actor.role,
        at=timezone.now(),
        days=max(days, 0),
        words=seal_words(key, words),
    )


def end_work(actor: Actor, row: Referral) -> None:
    """End the running task; work about an emergency ground goes on until the referral is closed."""
    kinds = every_clock() if row.state != ReferralState.CLOSED else (*every_clock(), *BESIDE)
    for kind in kinds:
        end_task(actor, kind=kind, subject_id=str(row.id))


def open_work(actor: Actor, row: Referral, starts_on: dt.date | None = None) -> None:
    """Open the task of the state that it is in now: the receiver's where it works here, else the sender's to see to."""
    kind = clock_of(row.state, row.urgency)
    if not kind:
        for one in BESIDE:
            end_task(actor, kind=one, subject_id=str(row.id))
        return
    open_for = partial(open_task, actor, kind=kind, subject_id=str(row.id), started_on=starts_on)
    receiver = Provider.objects.values_list("post_id", flat=True).get(id=row.provider_id)
    if row.state in WITH_RECEIVER and receiver is not None and is_held(receiver):
        open_for(division=row.division, post_id=receiver)
        return
    _open_for_sender(row, open_for)


def _open_for_sender(row: Referral, open_for: Callable[..., object]) -> None:
    person = row.child_id if row.sensitivity <= NAMING else None
    if row.post_id is not None and is_held(row.post_id):
        open_for(division=row.division, person_id=person, post_id=row.post_id)
        return
    role, place = queue_of(row)
    open_for(division=place, person_id=person, queue_role=role)


def _open_ground_settling(actor: Actor, row: Referral) -> None:
    """Whoever has the sender's end names another ground, or takes it back."""
    _open_for_sender(row, partial(open_task, actor, kind=SETTLE_GROUND, subject_id=str(row.id)))


def open_missing_ground_work() -> int:
    """Give their sender the task about a refused ground where an open referral has none (part of a periodic job); how many."""
    waits = open_about(SETTLE_GROUND, dashed_id(OuterRef("id")))
    with walled(LOCAL_OPERATOR), transaction.atomic():
        refused = ReferralStep.objects.filter(step=GROUND_REFUSED).values("referral")
        rows = Referral.objects.filter(ground=EMERGENCY, state__in=OPEN, id__in=refused).exclude(waits)
        missing = list(rows.select_for_update(of=("self",)))
        for row in missing:
            _open_ground_settling(LOCAL_OPERATOR, row)
    return len(missing)


def hand_on(actor: Actor, row: Referral, *, starts_on: dt.date) -> None:
    """Its place or its owner is another now: the running work begins there, with the time that it had."""
    end_work(actor, row)
    open_work(actor, row, starts_on)
    if end_task(actor, kind=REVIEW_GROUND, subject_id=str(row.id)):
        open_ground_review(actor, row)
    if end_task(actor, kind=SETTLE_GROUND, subject_id=str(row.id)):
        _open_ground_settling(actor, row)


def open_ground_review(actor: Actor, row: Referral) -> None:
    """What went without consent is looked at by somebody above who sent it. The task names no child."""
    role, place = queue_of(row)
    if row.sender_role != "child_director":
        role, place = REVIEWER, county_of(row.division)
    elif role == DRAFTER:
        role = REVIEWER
    with walled(LOCAL_OPERATOR):  # the queue lies above the place of who sends
        open_task(actor, kind=REVIEW_GROUND, subject_id=str(row.id), division=place, queue_role=role)


def note_review(actor: Actor, row: Referral, *, accepted: bool, words: str = "") -> None:
    """An emergency ground was looked at, and taken or not: a line in the story, and its task ends; a no is the sender's to settle.

    The state stays: what is under way for the child goes on meanwhile.
    """
    with walled(LOCAL_OPERATOR):
        taken = Referral.objects.filter(id=row.id, version=row.version, ground_reviewed_by="").update(
            ground_reviewed_by=actor.id, ground_reviewed_at=timezone.now(), version=F("version") + 1
        )
        if not taken:
            raise moved_on()
        step = REVIEWED if accepted else GROUND_REFUSED
        _note_step(actor, row, step, words, days=(timezone.localdate() - row.since_on).days)
        end_task(actor, kind=REVIEW_GROUND, subject_id=str(row.id))
        if not accepted and row.state != ReferralState.CLOSED:
            _open_ground_settling(actor, row)
    record_action(
        actor,
        action="review_referral_ground",
        subject=str(row.id),
        persons=[str(row.child_id)],
        details={"accepted": accepted},
        highest_class=row.sensitivity,
    )


def note_ground_change(actor: Actor, row: Referral, *, ground: str, content: bytes) -> None:
    """Another ground stands now: a line in the story, and the task ends."""
    with walled(LOCAL_OPERATOR):
        taken = Referral.objects.filter(id=row.id, version=row.version).update(
            ground=ground, content=content, version=F("version") + 1
        )
        if not taken:
            raise moved_on()
        _note_step(actor, row, GROUND_CHANGED, "", days=(timezone.localdate() - row.since_on).days)
        end_task(actor, kind=SETTLE_GROUND, subject_id=str(row.id))
    record_action(
        actor,
        action="change_referral_ground",
        subject=str(row.id),
        persons=[str(row.child_id)],
        details={"ground": ground},
        highest_class=row.sensitivity,
    )


def queue_of(row: Referral) -> tuple[str, str]:
    """Who has the sender's work where its post is not held any more: the township's supervisor, else the county's drafter."""
    township = township_of(row.division)
    held = post_for(division=township, role=SUPERVISOR, on=timezone.localdate())
    if held is not None and not row.sender_role.startswith("county"):
        return SUPERVISOR, township
    return DRAFTER, county_of(row.division)


__all__ = (
    "RECEIVER",
    "SENDER",
    "due_day",
    "end_work",
    "hand_on",
    "move",
    "note_beginning",
    "note_review",
    "open_ground_review",
    "open_missing_ground_work",
    "open_work",
    "taking",
)
