"""The reply to an inquiry letter: it becomes verified facts of the person asked about, and the child is determined again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.deciding_leads import refresh_deciding
from ciyou.apps.cases.letter_access import answers, find_letter
from ciyou.apps.cases.letter_contents import LetterContent, Reply, open_content, seal_content
from ciyou.apps.cases.letter_questions import letter_form, letter_subject
from ciyou.apps.cases.letter_refusals import letter_moved_on
from ciyou.apps.cases.letter_tasks import end_letter_tasks
from ciyou.apps.cases.models import InquiryLetter, LetterState
from ciyou.apps.cases.questions import Answer, FormProblems, Question, read_answers, valid_from
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.services import NewStatement, check_evidence, record_facts, store_evidence
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.errors import Place, Problem, RecordError
from ciyou.core.facts.definition import Entity, FactType
from ciyou.core.facts.state import Basis
from ciyou.packs import department_name

REFUSED, ANSWERED = "refused", "answered"
REASON_LENGTH = 200
LOWEST_CLASS = 4
"""Of a certificate: the county's and the named workers', never a village's."""
_CHOSEN = (FactType.BOOL, FactType.ENUM)


@dataclass(frozen=True)
class RecordedReply:
    """A reply that is on record. `facts`: how many statements it added."""

    letter_id: uuid.UUID
    state: str
    facts: int


def record_reply(
    actor: Actor, *, letter_id: uuid.UUID, version: int, fields: Mapping[str, str], certificate: bytes = b""
) -> RecordedReply:
    """Record what a department says to a letter, or that it refuses and why.

    By the department itself, or by the county's officer for a reply that came on paper. The answers become verified facts of the
    person asked about, said by the department; a `certificate` (PDF, JPEG or PNG) is kept with them, for the county alone. Raises
    FormProblems with a sentence for each field that is wrong, and RecordError when somebody else was first.
    """
    letter = find_letter(actor, letter_id)
    if letter.state != LetterState.SENT or letter.version != version:
        raise letter_moved_on()
    content, today = open_content(letter), timezone.localdate()
    on, problems = _reply_day(actor, letter, fields, today)
    if fields.get("outcome") == REFUSED:
        reason = _reason(fields, problems)
        said: tuple[Answer, ...] = ()
    else:
        reason, said = "", _answers(letter, content, fields, today, problems)
    _check_certificate(certificate, problems)
    if problems:
        raise FormProblems(problems)
    reply = Reply(
        on=on.isoformat(),
        values={one.definition.name: _stored(one) for one in said},
        refused=bool(reason),
        reason=reason,
        on_behalf=not answers(actor),
        certificate=str(uuid.uuid4()) if certificate else "",
    )
    return _record(actor, letter, replace(content, reply=reply), said, on, certificate)


def questions_of(letter: InquiryLetter, content: LetterContent) -> tuple[Question, ...]:
    """The questions of a letter, for its reply form."""
    subject = letter_subject(Entity(content.entity), letter.about_id, letter.child_id, content.name)
    return letter_form(subject, content.facts)


def _reply_day(
    actor: Actor, letter: InquiryLetter, fields: Mapping[str, str], today: dt.date
) -> tuple[dt.date, dict[str, Problem]]:
    """The day of the reply: today, or the date of the paper that an officer enters."""
    if answers(actor):
        return today, {}
    sent_on = timezone.localdate(letter.sent_at)
    try:
        on = dt.date.fromisoformat(fields.get("replied_on", "").strip())
    except ValueError:
        on = dt.date.min
    if sent_on <= on <= today:
        return on, {}
    return today, {
        "replied_on": _problem(
            "reply.day",
            "请填写纸质回执上的日期：不早于发函日，不晚于今天。",
            "Give the date of the paper reply: not before the letter was sent, not after today.",
        )
    }


def _reason(fields: Mapping[str, str], problems: dict[str, Problem]) -> str:
    reason = fields.get("refusal", "").strip()
    if not reason or len(reason) > REASON_LENGTH:
        problems["refusal"] = _problem(
            "reply.refusal",
            f"请写明不能协查的理由（最多 {REASON_LENGTH} 字）。",
            f"Say why the inquiry is refused (at most {REASON_LENGTH} characters).",
        )
    return reason


def _answers(
    letter: InquiryLetter,
    content: LetterContent,
    fields: Mapping[str, str],
    today: dt.date,
    problems: dict[str, Problem],
) -> tuple[Answer, ...]:
    questions = questions_of(letter, content)
    said, wrong = read_answers(questions, fields, here=letter.division, today=today)
    problems.update(wrong)
    for question in questions:
        if question.definition.type in _CHOSEN and not fields.get(question.key):
            problems[question.key] = _problem(
                "reply.choose",
                "请逐项选择；不掌握的选“不掌握”。",
                "Choose for every item; where it is not known, choose “not known”.",
            )
    return said


def _check_certificate(certificate: bytes, problems: dict[str, Problem]) -> None:
    if not certificate:
        return
    try:
        check_evidence(certificate)
    except RecordError as refused:
        problems["certificate"] = refused.problems[0]


def _stored(answer: Answer) -> object:
    return answer.value.isoformat() if isinstance(answer.value, dt.date) else answer.value


def _record(  # all that a reply is made of
    actor: Actor,
    letter: InquiryLetter,
    content: LetterContent,
    said: tuple[Answer, ...],
    on: dt.date,
    certificate: bytes,
) -> RecordedReply:
    assert content.reply is not None
    state = LetterState.REFUSED if content.reply.refused else LetterState.ANSWERED
    # The department's own rows of the database do not hold the child's: the machine writes for it.
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        taken = InquiryLetter.objects.filter(id=letter.id, state=LetterState.SENT, version=letter.version).update(
            state=state,
            content=seal_content(letter.id, content),
            ended_at=timezone.now(),
            version=letter.version + 1,
        )
        if not taken:
            raise letter_moved_on()
        evidence_id = _keep_certificate(letter, content.reply, said, certificate)
        facts = _record_facts(letter, said, on, evidence_id)
        end_letter_tasks(actor, letter.id, state="refused" if content.reply.refused else "done")
        record_action(
            actor,
            action="record_reply",
            subject=str(letter.id),
            persons=[str(letter.about_id)],
            details={
                "facts": facts,
                "outcome": state.value,
                "on_behalf": content.reply.on_behalf,
                "certificate": evidence_id is not None,
            },
            highest_class=letter.sensitivity,
        )
    return RecordedReply(letter.id, state.value, facts)


def _keep_certificate(
    letter: InquiryLetter, reply: Reply, said: tuple[Answer, ...], certificate: bytes
) -> uuid.UUID | None:
    """The machine keeps it: it is the county's from now on, and no longer the department's that sent it.

    It is of the class of what was asked and said, and never below what a village may read: papers say more than answers do.
    """
    if not certificate:
        return None
    classes = (one.definition.sensitivity for one in said)
    return store_evidence(
        LOCAL_OPERATOR,
        key=uuid.UUID(reply.certificate),
        person_id=letter.about_id,
        title=f"{department_name(letter.department)}证明（{letter.number}）",
        content=certificate,
        sensitivity=max(LOWEST_CLASS, letter.sensitivity, *classes),
    )


def _record_facts(letter: InquiryLetter, said: tuple[Answer, ...], on: dt.date, evidence_id: uuid.UUID | None) -> int:
    """The machine writes them: a department says something of a file that it never sees."""
    if not said:
        return 0
    facts = record_facts(
        LOCAL_OPERATOR,
        person_id=letter.about_id,
        statements=_statements(said, on),
        source=letter.department,
        reference=str(letter.id),
        evidence_id=evidence_id,
    )
    determine_children(LOCAL_OPERATOR, child_ids=[letter.child_id], as_of=timezone.localdate(), cause="inquiry")
    refresh_deciding([letter.child_id])
    return facts


def _statements(said: tuple[Answer, ...], on: dt.date) -> list[NewStatement]:
    return [
        NewStatement(
            f"household.{one.definition.name}" if one.subject.entity is Entity.HOUSEHOLD else one.definition.name,
            one.value,
            Basis.VERIFIED,
            valid_from(one, said, on),
        )
        for one in said
    ]


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)
