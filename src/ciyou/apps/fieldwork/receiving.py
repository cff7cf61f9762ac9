"""Receiving what phones hand in: each piece once, recorded or kept with a reason, never lost and never recorded wrongly."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import actor_by_post, post_card
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.added_answers import CHANGED
from ciyou.apps.cases.tasks import open_task
from ciyou.apps.cases.visits import FormProblems, VisitNotPossible, record_no_change, record_visit, visit_form
from ciyou.apps.fieldwork.asked import open_alarm, record_asked
from ciyou.apps.fieldwork.clocks import made_at_by_our_clock, said_day
from ciyou.apps.fieldwork.contents import (
    ASKED,
    ENCLOSED,
    NO_CHANGE,
    SaidInField,
    SealedPiece,
    open_piece,
    read_piece,
    seal_said,
    seal_unread,
)
from ciyou.apps.fieldwork.enclosed import record_enclosed
from ciyou.apps.fieldwork.fitting import FieldClashFound, fit_no_change, fit_visit
from ciyou.apps.fieldwork.keeping import keep_clashes
from ciyou.apps.fieldwork.models import EventState, FieldEvent, FieldPhone
from ciyou.apps.fieldwork.phones import is_revoked, open_secret
from ciyou.apps.fieldwork.refusals import SetAside, not_found, refused
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.errors import AccessDenied, CiyouError

SETTLE, CHOOSE = "settle_field_event", "choose_field_value"


@dataclass(frozen=True)
class Received:
    """What became of a piece: `state` applied | conflict | set_aside | settled; `repeated`: it was there already."""

    id: uuid.UUID
    state: str
    reason: str = ""
    repeated: bool = False


def receive_event(actor: Actor, *, sent: Mapping[str, Any], sent_at: dt.datetime | None = None) -> Received:
    """Take one piece from the acting user's phone. The same piece again gets the same answer and does nothing.

    `sent_at` is the phone's clock at sending: by what it differs from ours the day of the visit is put right. Raises RecordError for
    what is no piece at all, and FieldWorkNotFound for a piece of another user's: the phone keeps it then.
    """
    piece = read_piece(sent)
    with walled(LOCAL_OPERATOR):
        phone = FieldPhone.objects.select_related("device").filter(id=piece.phone).first()
        if phone is None or str(piece.user) != actor.id or str(phone.user_id) != actor.id:
            raise not_found()
        reason = "phone_revoked" if is_revoked(phone) else ""
        return _receive(actor, piece, phone, sent_at=sent_at, reason=reason)


def find_received(actor: Actor, event_id: uuid.UUID) -> Received | None:
    """What became of a piece of the acting user's that is here already."""
    with walled(LOCAL_OPERATOR):
        event = FieldEvent.objects.filter(id=event_id, user_id=actor.id).first()
    return None if event is None else Received(event.id, event.state, event.reason, repeated=True)


def recover_event(actor: Actor, *, sent: Mapping[str, Any]) -> Received:
    """Take a piece out of a file that was exported from a phone: opened by the server's key, kept for a person, recorded by nobody else."""
    piece = read_piece(sent)
    with walled(LOCAL_OPERATOR):
        phone = FieldPhone.objects.filter(id=piece.phone, user_id=piece.user).first()
        card = post_card(piece.post)
        if phone is None or card is None or not actor.scope.holds(card.division):
            raise not_found()
        return _receive(actor, piece, phone, sent_at=None, reason="recovered")


def _receive(
    actor: Actor, piece: SealedPiece, phone: FieldPhone, *, sent_at: dt.datetime | None, reason: str
) -> Received:
    if (earlier := _earlier(piece)) is not None:
        return earlier
    try:
        with transaction.atomic():
            return _keep(actor, piece, phone, sent_at=sent_at, reason=reason)
    except IntegrityError:
        # The same piece at the same moment: the first is committed by now.
        if (earlier := _earlier(piece)) is not None:
            return earlier
        raise


def _earlier(piece: SealedPiece) -> Received | None:
    event = FieldEvent.objects.filter(id=piece.id).first()
    if event is None:
        return None
    if (event.user_id, event.phone_id) != (piece.user, piece.phone):
        raise refused(
            "taken",
            "这个编号已被别的工作占用。手机会保留这件工作；请导出后交给县里。",
            "This number belongs to other work. The phone keeps the piece; export it and hand it to the county.",
        )
    return Received(event.id, event.state, event.reason, repeated=True)


def _keep(actor: Actor, piece: SealedPiece, phone: FieldPhone, *, sent_at: dt.datetime | None, reason: str) -> Received:
    """Write the piece down first, then try to record it: whatever becomes of it, it is there."""
    now = timezone.now()
    post = post_card(piece.post)
    if post is None or post.user_id != piece.user:
        raise not_found()
    event = FieldEvent(
        id=piece.id,
        phone=phone,
        user_id=piece.user,
        post_id=piece.post,
        division=post.division,
        kind=piece.kind,
        made_at=piece.made_at,
        sent_at=sent_at or now,
        received_at=now,
        state=EventState.SET_ASIDE,
        reason=reason,
    )
    said = _open(event, piece, phone)
    event.save(force_insert=True)
    clashes: tuple[FieldClashFound, ...] = ()
    if not event.reason and said is not None:
        clashes = _try(event, said)
    _finish(actor, event, said, clashes)
    return Received(event.id, event.state, event.reason)


def _open(event: FieldEvent, piece: SealedPiece, phone: FieldPhone) -> SaidInField | None:
    try:
        said = open_piece(piece, open_secret(phone)["private"])
    except CiyouError:
        event.reason, event.content = "unreadable", seal_unread(event.id, piece.raw)
        return None
    event.content = seal_said(event.id, said)
    return said


def _try(event: FieldEvent, said: SaidInField) -> tuple[FieldClashFound, ...]:
    """Record a piece in the post it was made in; what stands against it becomes its reason."""
    acting = actor_by_post(event.post_id)
    if acting is None or acting.id != str(event.user_id):
        event.reason = "post_ended"
        return ()
    try:
        with walled(acting), transaction.atomic():
            return apply_said(acting, event, said)
    except SetAside as found:
        event.reason = found.reason
    return ()


def apply_said(
    actor: Actor, event: FieldEvent, said: SaidInField, *, by_person: bool = False
) -> tuple[FieldClashFound, ...]:
    """Record what was said, without the fields that clash, which it returns; sets the event's state. Inside a transaction.

    Raises SetAside with the reason code where it cannot be recorded at all. `by_person`: an officer looked at it and decides.
    """
    try:
        if event.kind == ASKED:
            record_asked(actor, event, said, by_person=by_person)
            clashes: tuple[FieldClashFound, ...] = ()
        elif event.kind == ENCLOSED:
            record_enclosed(actor, event, said)
            clashes = ()
        else:
            clashes = _apply_visit(actor, event, said)
    except AccessDenied as error:
        raise SetAside("no_right") from error
    except CiyouError as error:
        raise SetAside("refused") from error
    event.state = EventState.CONFLICT if clashes else EventState.APPLIED
    return clashes


def _apply_visit(actor: Actor, event: FieldEvent, said: SaidInField) -> tuple[FieldClashFound, ...]:
    child, seen_on = uuid.UUID(said.child), timezone.localdate(made_at_by_our_clock(event))
    today = min(seen_on, timezone.localdate())
    put_right = replace(said, visited_on=said_day(event, said).isoformat())
    try:
        form = visit_form(actor, child_id=child)
        if event.kind == NO_CHANGE:
            clashes, unless = fit_no_change(form, put_right)
            day = dt.date.fromisoformat(put_right.visited_on)
            if day > timezone.localdate():
                raise SetAside("clock")
            record_no_change(actor, visit_id=event.id, child_id=child, visited_on=day, unless=unless, form=form)
        else:
            fitted = fit_visit(form, put_right, today=today)
            if fitted.strange:
                raise SetAside("form_changed")
            clashes = fitted.clashes
            fields = {**fitted.fields, "visited_on": put_right.visited_on}
            record_visit(
                actor,
                visit_id=event.id,
                child_id=child,
                fields=fields,
                entered_on=today,
                also=fitted.also,
                form=form,
                said=fitted.said,
            )
    except VisitNotPossible as error:
        raise SetAside("not_yours") from error
    except FormProblems as error:
        raise SetAside(_reason(error)) from error
    return clashes


def _reason(error: FormProblems) -> str:
    if "visited_on" in error.by_field:
        return "clock"
    changed = any(one.code == CHANGED for one in error.by_field.values())
    return "form_changed" if changed else "out_of_range"


def _finish(actor: Actor, event: FieldEvent, said: SaidInField | None, clashes: Iterable[FieldClashFound]) -> None:
    """The last state, its task, and the record in the log."""
    FieldEvent.objects.filter(id=event.id).update(state=event.state, reason=event.reason, content=event.content)
    if said is not None:
        keep_clashes(event, said, clashes)
    if event.state == EventState.SET_ASIDE:
        open_task(actor, kind=SETTLE, subject_id=str(event.id), division=event.division, queue_role="county_drafter")
        if said is not None:
            open_alarm(actor, event, said)
    if event.state == EventState.CONFLICT:
        open_task(actor, kind=CHOOSE, subject_id=str(event.id), division=event.division, queue_role="supervisor")
    record_action(
        actor,
        action="receive_field_event",
        subject=str(event.id),
        details={"kind": event.kind, "state": str(event.state), "reason": event.reason},
    )
