"""What happens to a crossing when its application goes on at the other end, and when the child moves or two files are one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from django.db import transaction
from django.utils import timezone

from ciyou.apps.awards.access import county_of, township_of
from ciyou.apps.awards.elsewhere import progress_of, reply_of
from ciyou.apps.crossing.acknowledging import ALREADY
from ciyou.apps.crossing.models import OPEN, Crossing, CrossingState
from ciyou.apps.crossing.papers import REPLY, keep_paper
from ciyou.apps.crossing.steps import COMPLETE, TELL, content_of, move, open_at_counter
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.core.access.actor import LOCAL_OPERATOR

_PDF = "application/pdf"


def on_application_stepped(application_id: str, step: str, **_more: object) -> None:
    """Handler of `awards.application_stepped`: the counter hears how it goes, and gets what is its to do."""
    take = _TAKEN.get(step)
    if take is None:
        return
    with transaction.atomic():
        row = Crossing.objects.select_for_update(of=("self",)).filter(application_id=application_id).first()
        if row is not None:
            take(row)


def _returned(row: Crossing) -> None:
    if row.state != CrossingState.ACCEPTED or row.application_id is None:
        return
    words = progress_of(row.application_id).missing_words
    if not words:
        return  # the counter has sent it again before this was delivered
    content = replace(content_of(row), asked_words=words)
    move(
        LOCAL_OPERATOR,
        row,
        step="return",
        place=row.handled_in,
        words=words,
        content=content,
        state=CrossingState.RETURNED,
    )
    open_at_counter(LOCAL_OPERATOR, row, COMPLETE)


def _completed(row: Crossing) -> None:
    """The family brought it to the place itself: nothing is left for the counter."""
    if row.state == CrossingState.RETURNED:
        content = replace(content_of(row), asked_words="")
        move(LOCAL_OPERATOR, row, step="complete", place=row.handled_in, content=content, state=CrossingState.ACCEPTED)


def _checked(row: Crossing) -> None:
    if row.state == CrossingState.ACCEPTED:
        move(LOCAL_OPERATOR, row, step="check", place=row.handled_in)


def _drafted(row: Crossing) -> None:
    if row.state == CrossingState.ACCEPTED:
        move(LOCAL_OPERATOR, row, step="draft", place=county_of(row.handled_in))


def _decided(row: Crossing) -> None:
    if row.state not in (CrossingState.ACCEPTED, CrossingState.RETURNED) or row.application_id is None:
        return
    reply = reply_of(row.application_id)
    first = reply.first_month.isoformat() if reply.first_month else ""
    content = replace(content_of(row), asked_words="", amount_fen=reply.amount_fen, first_month=first)
    if reply.document is not None:
        keep_paper(
            LOCAL_OPERATOR,
            row,
            key=uuid.uuid4(),
            kind=REPLY,
            title="不予确认告知书",
            content=(_PDF, reply.document),
        )
    move(
        LOCAL_OPERATOR,
        row,
        step="decide",
        place=county_of(row.handled_in),
        content=content,
        state=CrossingState.DECIDED,
        outcome=reply.outcome,
        decided_on=reply.decided_on,
    )
    open_at_counter(LOCAL_OPERATOR, row, TELL)


def _told(row: Crossing) -> None:
    if row.state == CrossingState.DECIDED:
        move(
            LOCAL_OPERATOR,
            row,
            step="tell",
            place=row.handled_in,
            state=CrossingState.TOLD,
            told_on=timezone.localdate(),
        )


def _withdrawn(row: Crossing) -> None:
    if row.state in (CrossingState.ACCEPTED, CrossingState.RETURNED):
        move(LOCAL_OPERATOR, row, step="withdraw", place=row.handled_in, state=CrossingState.WITHDRAWN)


def _reopened(row: Crossing) -> None:
    if row.state in (CrossingState.DECIDED, CrossingState.TOLD):
        move(
            LOCAL_OPERATOR,
            row,
            step="reopen",
            place=county_of(row.handled_in),
            state=CrossingState.ACCEPTED,
            outcome="",
            decided_on=None,
            told_on=None,
        )


_TAKEN: Mapping[str, Callable[[Crossing], None]] = MappingProxyType(
    {
        "return": _returned,
        "complete": _completed,
        "check": _checked,
        "draft": _drafted,
        "decide": _decided,
        "tell": _told,
        "withdraw": _withdrawn,
        "reopen": _reopened,
    }
)


def on_person_moved(person_id: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: an accepted one goes with the child to its new place; the counter stays the counter."""
    with transaction.atomic():
        rows = Crossing.objects.select_for_update(of=("self",)).filter(person_id=person_id, state__in=OPEN)
        for row in rows.exclude(handled_in=township_of(new_division)):
            if row.state in (CrossingState.ACCEPTED, CrossingState.RETURNED):
                _follow(row, township_of(new_division))


def _follow(row: Crossing, place: str) -> None:
    """What the counter has to bring it still has to bring: its task stays open."""
    asked = row.state == CrossingState.RETURNED
    move(LOCAL_OPERATOR, row, step="moved", place=row.handled_in, bound_for=place, handled_in=place)
    if asked:
        open_at_counter(LOCAL_OPERATOR, row, COMPLETE)


@follows_merge
def on_people_merged(kept: str, **_more: object) -> None:
    """Handler of `registry.people_merged`: what was withdrawn as a double of another application is answered to its counter so."""
    with transaction.atomic():
        rows = Crossing.objects.select_for_update(of=("self",)).filter(person_id=kept)
        for row in rows.filter(state__in=(CrossingState.ACCEPTED, CrossingState.RETURNED)):
            assert row.application_id is not None
            if progress_of(row.application_id).state != "withdrawn":
                continue
            move(
                LOCAL_OPERATOR,
                row,
                step="already",
                place=row.handled_in,
                state=CrossingState.DECIDED,
                outcome=ALREADY,
            )
            open_at_counter(LOCAL_OPERATOR, row, TELL)
