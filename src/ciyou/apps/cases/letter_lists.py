"""Reading inquiry letters: the county's own, or those that a department is to answer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.cases.letter_access import answers, find_letter, inquires, visible_letters
from ciyou.apps.cases.letter_contents import LetterContent, Reply, open_content, open_document
from ciyou.apps.cases.letter_refusals import letter_not_found
from ciyou.apps.cases.letter_replies import questions_of
from ciyou.apps.cases.models import InquiryLetter, LetterState
from ciyou.apps.cases.questions import Question
from ciyou.apps.registry.selectors import cards_of, is_named
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.verdict import RESTRICTED

OPEN = (LetterState.DRAFT, LetterState.SENT)


@dataclass(frozen=True)
class LetterLine:
    """One letter in a list. `child_id` and `child_name` are there for the county only: a department is not told whose family it is."""

    id: uuid.UUID
    number: str
    department: str
    state: str
    about_name: str
    entity: str
    child_id: uuid.UUID | None
    child_name: str
    about_id: uuid.UUID
    sent_on: dt.date | None
    reply_by: dt.date | None
    ended_on: dt.date | None
    overdue: bool
    version: int
    sensitivity: int


@dataclass(frozen=True)
class LetterView:
    """One letter with its questions, its reply, and what this actor may do with it now.

    `certified`: a file came with the reply; `certificate_id` is there for the county only, whoever sent it.
    """

    line: LetterLine
    questions: tuple[Question, ...]
    person: tuple[tuple[str, str], ...]
    reply: Reply | None
    withdrawn_because: str
    may_send: bool
    may_withdraw: bool
    may_reply: bool
    on_behalf: bool
    has_document: bool
    certified: bool
    certificate_id: uuid.UUID | None


@dataclass(frozen=True)
class LetterPage:
    """One page of letters and how many there are in all."""

    total: int
    letters: tuple[LetterLine, ...]


def list_letters(actor: Actor, *, state: str = "", page: int = 1, size: int = 25) -> LetterPage:
    """Letters, those that wait longest first. `state` one of the states, `open` (draft and sent), `overdue`, or "" for all."""
    rows = visible_letters(actor)
    if state == "open":
        rows = rows.filter(state__in=OPEN)
    elif state == "overdue":
        rows = rows.filter(state=LetterState.SENT, reply_by__lt=timezone.localdate())
    elif state:
        rows = rows.filter(state=state)
    first = (page - 1) * size
    found = list(rows.defer("document").order_by("-drafted_at", "id")[first : first + size])
    return LetterPage(rows.count(), _lines(actor, found))


def letters_of_child(actor: Actor, *, child_id: uuid.UUID) -> tuple[LetterLine, ...]:
    """The letters about a child's family, the latest first; restricted ones for the named workers of the case only."""
    if not inquires(actor):
        return ()
    rows = InquiryLetter.objects.filter(
        child_id=child_id, division__gte=actor.scope.first, division__lt=actor.scope.end
    )
    letters = list(rows.defer("document").order_by("-drafted_at"))
    if any(letter.sensitivity >= RESTRICTED for letter in letters) and not is_named(actor, child_id):
        letters = [letter for letter in letters if letter.sensitivity < RESTRICTED]
    return _lines(actor, letters)


def read_letter(actor: Actor, *, letter_id: uuid.UUID) -> LetterView:
    """One letter; raises LetterNotFound."""
    letter = find_letter(actor, letter_id)
    content = open_content(letter)
    line = _lines(actor, [letter])[0]
    writes = inquires(actor)
    certificate = content.reply.certificate if content.reply else ""
    return LetterView(
        line=line,
        questions=questions_of(letter, content),
        person=content.person,
        reply=content.reply,
        withdrawn_because=content.withdrawn_because if writes else "",
        may_send=writes and letter.state == LetterState.DRAFT,
        may_withdraw=writes and letter.state in OPEN,
        may_reply=letter.state == LetterState.SENT,
        on_behalf=writes,
        has_document=letter.document is not None,
        certified=bool(certificate),
        certificate_id=uuid.UUID(certificate) if certificate and writes else None,
    )


def read_letter_document(actor: Actor, *, letter_id: uuid.UUID) -> tuple[LetterLine, bytes]:
    """The PDF of a sent letter with what the record of its disclosure needs; raises LetterNotFound."""
    letter = find_letter(actor, letter_id)
    if letter.document is None:
        raise letter_not_found()
    return _lines(actor, [letter])[0], open_document(letter)


def _lines(actor: Actor, letters: Iterable[InquiryLetter]) -> tuple[LetterLine, ...]:
    rows = list(letters)
    # A department sees no persons: the name it is asked about stands in the letter itself.
    children = (
        {} if answers(actor) else cards_of(actor, person_ids=[row.child_id for row in rows], purpose=Purpose.VERIFY)
    )
    today = timezone.localdate()
    return tuple(_line(row, open_content(row), children.get(row.child_id), today) for row in rows)


def _line(row: InquiryLetter, content: LetterContent, child: object, today: dt.date) -> LetterLine:
    return LetterLine(
        id=row.id,
        number=row.number,
        department=row.department,
        state=row.state,
        about_name=content.name,
        entity=content.entity,
        child_id=row.child_id if child is not None else None,
        child_name=getattr(child, "name", ""),
        about_id=row.about_id,
        sent_on=timezone.localdate(row.sent_at) if row.sent_at else None,
        reply_by=row.reply_by,
        ended_on=timezone.localdate(row.ended_at) if row.ended_at else None,
        overdue=row.state == LetterState.SENT and row.reply_by is not None and row.reply_by < today,
        version=row.version,
        sensitivity=row.sensitivity,
    )
