"""What a counter elsewhere does with the application that became of what it took in, and what it may learn of it.

Called by the room that carries applications between places (`crossing`), which has checked that the caller is that counter: nothing here
asks who may see the child, for the counter may not.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.contents import GIVEN, open_paper
from ciyou.apps.awards.models import OPEN_STATES, Application, ApplicationState, Paper
from ciyou.apps.awards.paying import payable
from ciyou.apps.awards.receiving import waited_since
from ciyou.apps.awards.refusals import moved_on
from ciyou.apps.awards.steps import CHECK, ELSEWHERE, content_of, end_every_step, open_step, take_step
from ciyou.apps.cases.list_conditions import OpenClock, open_clocks
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.verdict import RESTRICTED

__all__ = (
    "Progress",
    "Reply",
    "claimable_elsewhere",
    "complete_from_counter",
    "progress_of",
    "renew_code_from_counter",
    "reply_of",
    "tell_from_counter",
    "withdraw_from_counter",
)
ANY_TOWNSHIP, HUKOU = "any_township", "hukou"


@dataclass(frozen=True)
class Progress:
    """How far the place that decides has come: its number, state, since when, and the clock that runs there."""

    number: str
    state: str
    since: dt.date
    clock: OpenClock | None
    missing_words: str


@dataclass(frozen=True)
class Reply:
    """The decision as the applicant is told it; `document` is the refusal in writing (PDF), which alone holds the reasons."""

    outcome: str
    amount_fen: int | None
    first_month: dt.date | None
    decided_on: dt.date | None
    document: bytes | None


def claimable_elsewhere(division: str, on: dt.date) -> tuple[str, ...]:
    """Entitlements of a place that any township may take in for it; never one of class 5: its name alone would tell the counter."""
    found = []
    for rules in payable(division, on):
        receivers, where = rules.payment.receivers, rules.payment.where
        if receivers is None or ANY_TOWNSHIP not in (receivers.value or ()) or where is None or where.value != HUKOU:
            continue
        if rules.sensitivity < RESTRICTED:
            found.append(rules.rule.code)
    return tuple(found)


def progress_of(application_id: uuid.UUID) -> Progress:
    """Where an application from elsewhere stands."""
    with walled(LOCAL_OPERATOR):
        row = Application.objects.get(id=application_id, channel=ELSEWHERE)
        clocks = open_clocks(str(row.id))
        words = content_of(row).missing_words if row.state == ApplicationState.RETURNED else ""
        return Progress(row.number, row.state, waited_since(row), clocks[0] if clocks else None, words)


def reply_of(application_id: uuid.UUID) -> Reply:
    """The decision on an application from elsewhere."""
    with walled(LOCAL_OPERATOR):
        row = Application.objects.get(id=application_id, channel=ELSEWHERE)
        paper = Paper.objects.filter(application=row, kind="refusal").order_by("made_at").last()
        document = open_paper(paper.id, paper.document) if paper and row.state == ApplicationState.REFUSED else None
        return Reply(row.outcome, row.amount_fen, row.first_month, row.decided_on, document)


def complete_from_counter(actor: Actor, *, application_id: uuid.UUID, brought: Iterable[str]) -> None:
    """The counter has what was asked for: the township's check begins again, its time from today."""
    with walled(LOCAL_OPERATOR):
        row = _row(application_id)
        if row.state != ApplicationState.RETURNED:
            raise moved_on()
        content, given = content_of(row), set(brought)
        documents = {code: GIVEN if code in given else state for code, state in content.documents.items()}
        take_step(
            actor,
            row,
            version=row.version,
            step="complete",
            content=replace(content, documents=documents, missing_words=""),
            state=ApplicationState.RECEIVED,
        )
        open_step(actor, row, CHECK)


def withdraw_from_counter(actor: Actor, *, application_id: uuid.UUID, reason: str) -> None:
    """The applicant takes it back at the counter; everything open on it ends."""
    with walled(LOCAL_OPERATOR):
        row = _row(application_id)
        if row.state not in OPEN_STATES:
            raise moved_on()
        content = replace(content_of(row), withdrawn_because=reason)
        take_step(actor, row, version=row.version, step="withdraw", content=content, state=ApplicationState.WITHDRAWN)
        end_every_step(actor, row, state="withdrawn")


def tell_from_counter(actor: Actor, *, application_id: uuid.UUID) -> None:
    """The counter has told the applicant; nothing where that was noted already."""
    with walled(LOCAL_OPERATOR):
        row = _row(application_id)
        if row.state in OPEN_STATES or row.steps.filter(step="tell").exists():
            return
        take_step(actor, row, version=row.version, step="tell")


def renew_code_from_counter(*, application_id: uuid.UUID, code_hash: str) -> None:
    """The counter gave a new code: it opens the application at the other end too."""
    with walled(LOCAL_OPERATOR):
        row = _row(application_id)
        if not Application.objects.filter(id=row.id, version=row.version).update(
            code_hash=code_hash, version=row.version + 1
        ):
            raise moved_on()


def _row(application_id: uuid.UUID) -> Application:
    """The application, locked for a step."""
    return Application.objects.select_for_update(of=("self",)).get(id=application_id, channel=ELSEWHERE)
