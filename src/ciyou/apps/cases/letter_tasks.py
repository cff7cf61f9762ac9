"""The tasks of a letter: a draft is to be sent; one that is out is the department's to answer and the county's to watch."""

from __future__ import annotations

import datetime as dt
import uuid

from ciyou.apps.cases.models import InquiryLetter, Task
from ciyou.apps.cases.tasks import end_task, open_task
from ciyou.core.access.actor import Actor

SEND, ANSWER, FOLLOW = "send_inquiry", "answer_inquiry", "follow_inquiry"
PARTNER = "partner"


def open_draft_task(actor: Actor, letter: InquiryLetter) -> None:
    """A draft is its author's to send."""
    _open_own(actor, letter, SEND)


def end_draft_task(actor: Actor, letter_id: uuid.UUID, *, state: str) -> None:
    """The draft was sent or withdrawn."""
    end_task(actor, kind=SEND, subject_id=str(letter_id), state=state)


def open_letter_tasks(actor: Actor, letter: InquiryLetter) -> dt.date:
    """Open both of a sent letter; returns the day by which the department is to reply."""
    answer = open_task(
        actor,
        kind=ANSWER,
        subject_id=str(letter.id),
        division=letter.division,
        queue_role=PARTNER,
        department=letter.department,
    )
    _open_own(actor, letter, FOLLOW)
    return Task.objects.values_list("due_on", flat=True).get(id=answer)


def _open_own(actor: Actor, letter: InquiryLetter, kind: str) -> None:
    open_task(
        actor,
        kind=kind,
        subject_id=str(letter.id),
        division=letter.division,
        person_id=letter.child_id,
        post_id=uuid.UUID(actor.post_id),
    )


def end_letter_tasks(actor: Actor, letter_id: uuid.UUID, *, state: str) -> None:
    """End both tasks of a sent letter."""
    for kind in (ANSWER, FOLLOW):
        end_task(actor, kind=kind, subject_id=str(letter_id), state=state)
