"""Questions that a form asks about one person or a household: which facts, in which shape, and what an answer to them says."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ciyou.core.errors import FactError, Place, Problem, RecordError
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Value, Vocabulary
from ciyou.core.facts.state import StatedFact

YES, NO, UNKNOWN = "yes", "no", "unknown"
HERE, ELSEWHERE = "here", "elsewhere"
"""The answers to a question for a division: where the form was filled in, or another place, whose code stands in a second field."""
CODE = ":code"
_FEN = 100
SINCE = "since"


@dataclass(frozen=True)
class Subject:
    """Whom questions are about: a child, one parent, or the household of one or several children.

    `key` names it in the form. `person_id` is None for a parent without a file and for the household; `child_ids` are the children
    whom an answer serves.
    """

    key: str
    entity: Entity
    person_id: uuid.UUID | None
    child_ids: tuple[uuid.UUID, ...]
    name: str = ""


@dataclass(frozen=True)
class Wording:
    """The words (zh, en) in which a place has a fact asked, and those of its choices."""

    label: tuple[str, str]
    choices: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Question:
    """One fact asked about a subject. `attributes` (since when, how long) are asked after a yes. `known`: what is on file now.

    `wording`: how the place has it asked, where it has a form of its own.
    """

    key: str
    subject: Subject
    definition: FactDefinition
    attributes: tuple[Question, ...] = ()
    known: StatedFact | None = None
    wording: Wording | None = None

    @property
    def shape(self) -> str:
        """How it is asked: bool | int | money | date | enum | division."""
        return self.definition.type.value


@dataclass(frozen=True)
class FormPart:
    """The questions about one subject, under one heading."""

    subject: Subject
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Answer:
    """One fact that an answer says of a subject; what somebody does not know is no answer."""

    subject: Subject
    definition: FactDefinition
    value: Value


class FormProblems(RecordError):
    """A form cannot be recorded as it is: for each field that is wrong, the sentence that belongs beside it."""

    def __init__(self, by_field: Mapping[str, Problem]) -> None:
        self.by_field = dict(by_field)
        super().__init__(tuple(self.by_field.values()))


def make_questions(
    vocabulary: Vocabulary,
    subject: Subject,
    names: Iterable[str],
    *,
    askable: frozenset[str],
    known: Mapping[str, StatedFact] | None = None,
) -> tuple[Question, ...]:
    """The questions for these facts of a subject that may be asked of somebody in `askable`, in the order of the vocabulary.

    A circumstance brings its attributes with it; an attribute whose circumstance is settled stands for itself.
    """
    wanted = set(names)
    may_ask = {
        definition.name: definition
        for definition in vocabulary
        if subject.entity in definition.entities() and askable & set(definition.askable)
    }
    asked = [name for name in may_ask if name in wanted and not ("." in name and circumstance_of(name) in wanted)]
    return tuple(_question(may_ask, subject, name, known or {}) for name in asked)


def _question(
    may_ask: Mapping[str, FactDefinition], subject: Subject, name: str, known: Mapping[str, StatedFact]
) -> Question:
    attributes = tuple(
        Question(question_key(subject, other), subject, may_ask[other], known=known.get(other))
        for other in may_ask
        if other.startswith(f"{name}.")
    )
    return Question(question_key(subject, name), subject, may_ask[name], attributes, known.get(name))


def circumstance_of(name: str) -> str:
    """The circumstance that an attribute belongs to: `imprisoned` of `imprisoned.term_months`; any other fact is itself."""
    return name.partition(".")[0]


def question_key(subject: Subject, name: str) -> str:
    """The field of a question in a form."""
    return f"q:{subject.key}:{name}"


def read_answers(
    questions: Iterable[Question], fields: Mapping[str, str], *, here: str = "", today: dt.date
) -> tuple[tuple[Answer, ...], dict[str, Problem]]:
    """What a form's fields answer, and by field what is wrong with them. `here`: the division that `here` means."""
    answers: list[Answer] = []
    problems: dict[str, Problem] = {}
    for question in questions:
        said = _read(question, fields, here, today, problems)
        if said is not None:
            answers.append(Answer(question.subject, question.definition, said))
        if said is True:
            for attribute in question.attributes:
                value = _read(attribute, fields, here, today, problems)
                if value is not None:
                    answers.append(Answer(attribute.subject, attribute.definition, value))
    return tuple(answers), problems


def _read(
    question: Question, fields: Mapping[str, str], here: str, today: dt.date, problems: dict[str, Problem]
) -> Value | None:
    text = fields.get(question.key, "").strip()
    if text == ELSEWHERE:
        text = fields.get(question.key + CODE, "").strip()
    if not text or text == UNKNOWN:
        return None
    try:
        value = question.definition.check(_converted(question.definition, text, here))
    except FactError:
        problems[question.key] = _wrong(question.definition)
        return None
    if isinstance(value, dt.date) and value > today:
        problems[question.key] = _in_the_future()
        return None
    return value


def _converted(definition: FactDefinition, text: str, here: str) -> object:
    match definition.type:
        case FactType.BOOL:
            return {YES: True, NO: False}.get(text)
        case FactType.INT:
            return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        case FactType.MONEY:
            return _fen(text)
        case FactType.DIVISION:
            return here if text == HERE else text
        case _:
            return text


def _fen(text: str) -> int | None:
    try:
        fen = Decimal(text.replace(",", "")) * _FEN
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == fen.to_integral_value() else None


def _wrong(definition: FactDefinition) -> Problem:
    if definition.type is FactType.MONEY:
        return Problem(
            Place(),
            "answer.money",
            "请填写金额（元），例如 684 或 684.50；不清楚可以留空。",
            "Give an amount in yuan, such as 684 or 684.50; leave it empty when you do not know.",
        )
    return Problem(
        Place(),
        "answer.domain",
        f"这个答案不在可填范围内：请填{definition.domain_text('zh')}；不清楚可以留空。",
        f"This answer is outside what can be given: give {definition.domain_text('en')}; leave it empty when you do not know.",
    )


def _in_the_future() -> Problem:
    return Problem(
        Place(),
        "answer.future",
        "日期在今天之后。请填写已经发生的日期；不清楚可以留空。",
        "The date lies after today. Give a day that has been; leave it empty when you do not know.",
    )


def valid_from(answer: Answer, answers: Iterable[Answer], day: dt.date) -> dt.date | None:
    """Since when a statement counts as true: since the day that was said, else since the day it was found out.

    A date (of birth, of a beginning) is true for all time.
    """
    if answer.definition.type is FactType.DATE:
        return None
    since = f"{circumstance_of(answer.definition.name)}.{SINCE}"
    for other in answers:
        if (
            other.subject == answer.subject
            and other.definition.name == since
            and isinstance(other.value, dt.date)
            and answer.value is not False
        ):
            return other.value
    return day
