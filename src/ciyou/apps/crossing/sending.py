"""Sending to the place that decides, and sending again what came back to be corrected; telling the applicant the reply."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.awards.access import township_of
from ciyou.apps.awards.contents import GIVEN
from ciyou.apps.awards.elsewhere import claimable_elsewhere, complete_from_counter, tell_from_counter
from ciyou.apps.awards.residence import is_served
from ciyou.apps.crossing.contents import CrossingContent
from ciyou.apps.crossing.models import Crossing, CrossingState
from ciyou.apps.crossing.refusals import check_words, refused
from ciyou.apps.crossing.steps import ACKNOWLEDGE, COUNTER, content_of, move, open_at_place, taking
from ciyou.core.access.actor import Actor


@dataclass(frozen=True)
class Correction:
    """What the counter corrected before sending again; "" leaves a field as it was. `words` says what was done."""

    words: str
    name: str = ""
    bound_for: str = ""
    brought: frozenset[str] = frozenset()


def send_crossing(actor: Actor, *, crossing_id: uuid.UUID, version: int) -> None:
    """Send it to the township of registration: from today that township has its fifteen working days."""
    states = (CrossingState.READY,)
    with transaction.atomic(), taking(actor, crossing_id, end=COUNTER, states=states, version=version) as row:
        _send(actor, row, row.bound_for, step="send")


def send_again(actor: Actor, *, crossing_id: uuid.UUID, version: int, correction: Correction) -> None:
    """Send again what came back: to the township's check where it is under way there already, else to be acknowledged anew."""
    stated, states = check_words(correction.words), (CrossingState.RETURNED,)
    with transaction.atomic(), taking(actor, crossing_id, end=COUNTER, states=states, version=version) as row:
        content = _corrected(content_of(row), correction)
        if row.application_id:
            complete_from_counter(actor, application_id=row.application_id, brought=correction.brought)
            move(
                actor,
                row,
                step="send_again",
                place=row.received_in,
                words=stated,
                content=content,
                state=CrossingState.ACCEPTED,
            )
            return
        to = correction.bound_for or row.bound_for
        if to != row.bound_for:
            check_destination(row.entitlement, to)
        _send(actor, row, to, step="send_again", words=stated, content=content)


def _corrected(content: CrossingContent, correction: Correction) -> CrossingContent:
    name = "".join(correction.name.split()) or content.child.name
    documents = {code: GIVEN if code in correction.brought else state for code, state in content.documents.items()}
    return replace(content, child=replace(content.child, name=name), documents=documents, asked_words="")


def check_destination(entitlement: str, to: str) -> None:
    """Raises RecordError for a place that nobody serves here, or where this is not taken from elsewhere."""
    if not (to.isdigit() and len(to) == 12) or not is_served(to):
        raise refused(
            "place_not_served",
            "转到的地方还没有使用本系统，不能在这里转送。请退回受理窗口，由窗口在全国系统内推送。",
            "That place does not work on this installation: return it to the counter, which pushes it in the national system.",
        )
    if entitlement not in claimable_elsewhere(to, timezone.localdate()):
        raise refused(
            "entitlement_there",
            "转到的地方不受理这一项的异地申请；请退回受理窗口说明。",
            "That place does not take this from elsewhere; return it to the counter and say so.",
        )


def _send(
    actor: Actor, row: Crossing, to: str, *, step: str, words: str = "", content: CrossingContent | None = None
) -> None:
    today = timezone.localdate()
    move(
        actor,
        row,
        step=step,
        place=row.received_in,
        words=words,
        content=content,
        state=CrossingState.SENT,
        bound_for=to,
        handled_in=township_of(to),
        sent_on=today,
    )
    open_at_place(actor, row, ACKNOWLEDGE, started_on=today)


def tell_reply(actor: Actor, *, crossing_id: uuid.UUID, version: int) -> None:
    """The counter has told the applicant the reply, and handed over the refusal in writing where there is one: it is closed."""
    states = (CrossingState.DECIDED,)
    with transaction.atomic(), taking(actor, crossing_id, end=COUNTER, states=states, version=version) as row:
        if row.application_id:
            tell_from_counter(actor, application_id=row.application_id)
        move(
            actor,
            row,
            step="tell",
            place=row.received_in,
            state=CrossingState.TOLD,
            told_on=timezone.localdate(),
        )


def brought_of(row: Crossing) -> Iterable[str]:
    """The papers that lie with a crossing."""
    return [code for code, state in content_of(row).documents.items() if state == GIVEN]
