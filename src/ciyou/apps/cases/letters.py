"""Inquiry letters 协查函: drafted, sent with a number of their own, answered by the department, or withdrawn."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.leads import settle_inquiry
from ciyou.apps.cases.letter_access import check_inquires, find_own_letter
from ciyou.apps.cases.letter_contents import LetterContent, open_content, seal_content, seal_document
from ciyou.apps.cases.letter_documents import letter_number, letter_pdf, person_words
from ciyou.apps.cases.letter_lists import (
    LetterLine,
    LetterPage,
    LetterView,
    letters_of_child,
    list_letters,
    read_letter,
    read_letter_document,
)
from ciyou.apps.cases.letter_questions import LetterChoice, letter_choices, letter_form, letter_subject
from ciyou.apps.cases.letter_refusals import LetterNotFound, letter_moved_on, refused
from ciyou.apps.cases.letter_replies import RecordedReply, record_reply
from ciyou.apps.cases.letter_tasks import end_draft_task, end_letter_tasks, open_draft_task, open_letter_tasks
from ciyou.apps.cases.models import InquiryLetter, LetterState
from ciyou.apps.registry.selectors import get_person, masked_identifiers
from ciyou.apps.registry.services import reveal_identifier
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.facts.definition import Entity

__all__ = (
    "LetterChoice",
    "LetterLine",
    "LetterNotFound",
    "LetterPage",
    "LetterView",
    "RecordedReply",
    "SentLetter",
    "draft_letter",
    "letter_choices",
    "letters_of_child",
    "list_letters",
    "read_letter",
    "read_letter_document",
    "record_reply",
    "send_letter",
    "withdraw_letter",
)
REASON_LENGTH = 200
_TRIES = 5


@dataclass(frozen=True)
class SentLetter:
    """A letter that went out."""

    id: uuid.UUID
    number: str
    reply_by: dt.date


def draft_letter(
    actor: Actor, *, letter_id: uuid.UUID, child_id: uuid.UUID, entity: str, department: str, facts: Iterable[str]
) -> uuid.UUID:
    """Draft a letter to a department about one person of a child's family; returns its id.

    A draft to the same department about the same person takes the facts in: one letter, not two. `letter_id` is made by the form,
    so that a form sent twice drafts once. Raises RecordError for what may not be asked, or has been asked and is still open.
    """
    check_inquires(actor)
    child = get_person(actor, person_id=child_id, purpose=Purpose.VERIFY)
    choice = _choice(actor, child.id, entity, department)
    wanted = {fact.definition.name: fact for fact in choice.facts if fact.definition.name in set(facts)}
    if not wanted:
        raise refused("letter.nothing_asked", "请至少勾选一件要核查的事项。", "Tick at least one thing to ask about.")
    rules = tuple(dict.fromkeys(rule for fact in wanted.values() for rule in fact.rules))
    highest = max(fact.definition.sensitivity for fact in wanted.values())
    with transaction.atomic():
        if InquiryLetter.objects.filter(id=letter_id, drafted_by=actor.id).exists():
            return letter_id
        _check_not_asked(child.id, choice, set(wanted))
        letter = _open_draft(child.id, choice) or _new_draft(actor, letter_id, child.id, choice)
        content = open_content(letter).with_facts(tuple(wanted), rules)
        InquiryLetter.objects.filter(id=letter.id).update(
            content=seal_content(letter.id, content),
            sensitivity=max(highest, letter.sensitivity if len(content.facts) > len(wanted) else 0),
            version=letter.version + 1,
        )
        _note(actor, "draft_letter", letter, facts=len(wanted))
    return letter.id


def _choice(actor: Actor, child_id: uuid.UUID, entity: str, department: str) -> LetterChoice:
    for choice in letter_choices(actor, child_id=child_id):
        if (choice.entity.value, choice.department) == (entity, department):
            if choice.nameless:
                raise refused(
                    "letter.nameless",
                    "这个人还没有姓名，部门无从查起。请先在孩子的档案里登记姓名，最好也登记身份证号码。",
                    "This person has no name yet, and no department could look for them. Register the name first, best with the ID number.",
                )
            return choice
    raise refused(
        "letter.department",
        "这个部门不掌握所选的事项。请重新选择。",
        "This department does not know what was chosen. Choose again.",
    )


def _same(child_id: uuid.UUID, choice: LetterChoice) -> dict[str, object]:
    assert choice.about is not None
    return {"child_id": child_id, "about_id": choice.about.id, "department": choice.department}


def _open_draft(child_id: uuid.UUID, choice: LetterChoice) -> InquiryLetter | None:
    drafts = InquiryLetter.objects.filter(state=LetterState.DRAFT, **_same(child_id, choice))
    return next((letter for letter in drafts if open_content(letter).entity == choice.entity.value), None)


def _new_draft(actor: Actor, letter_id: uuid.UUID, child_id: uuid.UUID, choice: LetterChoice) -> InquiryLetter:
    assert choice.about is not None
    content = LetterContent(entity=choice.entity.value, facts=(), name=choice.about.name)
    letter = InquiryLetter.objects.create(
        id=letter_id,
        division=actor.scope.first,
        content=seal_content(letter_id, content),
        drafted_by=actor.id,
        drafted_at=timezone.now(),
        **_same(child_id, choice),
    )
    open_draft_task(actor, letter)
    return letter


def _check_not_asked(child_id: uuid.UUID, choice: LetterChoice, facts: set[str]) -> None:
    for letter in InquiryLetter.objects.filter(state=LetterState.SENT, **_same(child_id, choice)):
        content = open_content(letter)
        if content.entity == choice.entity.value and facts & set(content.facts):
            raise refused(
                "letter.asked_already",
                f"这个部门已经收到同样的问题（{letter.number}），尚未回复。请等待回复，或先撤回那封函。",
                f"This department has the same question already ({letter.number}) and has not replied. Wait for it, or withdraw that letter.",
            )


def send_letter(actor: Actor, *, letter_id: uuid.UUID, version: int, origin: str = "") -> SentLetter:
    """Send a draft: it gets the county's next number of the year, its PDF, its deadline and its two tasks, all or nothing.

    Numbers have no gaps: they are given inside the transaction that sends. Raises RecordError when somebody sent or changed it first.
    """
    check_inquires(actor)
    for _attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return _send(actor, find_own_letter(actor, letter_id), version, origin)
        except IntegrityError:
            continue  # another letter of this county took the number in the same moment: take the next one
    raise letter_moved_on()


def _send(actor: Actor, letter: InquiryLetter, version: int, origin: str) -> SentLetter:
    if letter.state != LetterState.DRAFT or letter.version != version:
        raise letter_moved_on()
    now, today = timezone.now(), timezone.localdate()
    sequence = _next_sequence(letter.division, today.year)
    number = letter_number(today.year, sequence)
    taken = InquiryLetter.objects.filter(id=letter.id, state=LetterState.DRAFT, version=version).update(
        state=LetterState.SENT,
        number=number,
        year=today.year,
        sequence=sequence,
        sent_by=actor.id,
        sent_at=now,
        version=version + 1,
    )
    if not taken:
        raise letter_moved_on()
    end_draft_task(actor, letter.id, state="done")
    reply_by = open_letter_tasks(actor, letter)
    content = replace(open_content(letter), **_about(actor, letter, origin))
    subject = letter_subject(Entity(content.entity), letter.about_id, letter.child_id, content.name)
    document = letter_pdf(
        content,
        letter_form(subject, content.facts),
        number=number,
        division=letter.division,
        department=letter.department,
        sent_on=today,
        reply_by=reply_by,
    )
    InquiryLetter.objects.filter(id=letter.id).update(
        content=seal_content(letter.id, content), document=seal_document(letter.id, document), reply_by=reply_by
    )
    settle_inquiry(actor, child_id=letter.child_id)
    _note(actor, "send_letter", letter, department=letter.department)
    return SentLetter(letter.id, number, reply_by)


def _next_sequence(division: str, year: int) -> int:
    """The county's next number. Whoever sends holds the year's first letter until it is committed: senders follow one another.

    Before there is a first one, the constraint on numbers lets one of two through and the other tries again.
    """
    letters = InquiryLetter.objects.filter(division=division, year=year)
    letters.select_for_update().filter(sequence=1).first()
    return (letters.aggregate(last=Max("sequence"))["last"] or 0) + 1


def _about(actor: Actor, letter: InquiryLetter, origin: str) -> dict[str, object]:
    """The person asked about as the letter names them, the ID number in full: that disclosure stands in the log."""
    person = get_person(actor, person_id=letter.about_id, purpose=Purpose.VERIFY)
    cards = masked_identifiers(actor, person_id=person.id, purpose=Purpose.VERIFY)
    card = next((one for one in cards if one.kind == "id_card"), None)
    number = (
        reveal_identifier(actor, identifier_id=card.id, purpose=Purpose.VERIFY, origin=origin)
        if card is not None
        else ""
    )
    words = person_words(name=person.name, sex=person.sex, birth_date=person.birth_date, id_card=number)
    return {"name": person.name, "person": words}


def withdraw_letter(actor: Actor, *, letter_id: uuid.UUID, reason: str) -> None:
    """Take a draft or a sent letter back, with the reason (a wrong person, settled otherwise). A sent one keeps its number."""
    check_inquires(actor)
    reason = reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        raise refused(
            "letter.withdraw_reason",
            f"请写明撤回的原因（最多 {REASON_LENGTH} 字）。",
            f"Say why it is withdrawn (at most {REASON_LENGTH} characters).",
        )
    with transaction.atomic():
        letter = find_own_letter(actor, letter_id)
        content = replace(open_content(letter), withdrawn_because=reason)
        open_states = (LetterState.DRAFT, LetterState.SENT)
        taken = InquiryLetter.objects.filter(id=letter.id, state__in=open_states, version=letter.version).update(
            state=LetterState.WITHDRAWN,
            content=seal_content(letter.id, content),
            ended_at=timezone.now(),
            version=letter.version + 1,
        )
        if not taken:
            raise letter_moved_on()
        if letter.state == LetterState.SENT:
            end_letter_tasks(actor, letter.id, state="withdrawn")
        else:
            end_draft_task(actor, letter.id, state="withdrawn")
        _note(actor, "withdraw_letter", letter, was=letter.state)


def _note(actor: Actor, action: str, letter: InquiryLetter, **details: str | int) -> None:
    record_action(
        actor,
        action=action,
        subject=str(letter.id),
        persons=[str(letter.child_id), str(letter.about_id)],
        details=details,
        highest_class=letter.sensitivity,
    )
