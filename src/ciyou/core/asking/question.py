"""A question to somebody who may not know: what can be answered, what each answer states, and what stays unsaid.

An answer travels as a short text and is read again each time. What was not answered states nothing: it never becomes a no.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from ciyou.core.clock.months import add_months
from ciyou.core.errors import CiyouError, FactError, Place, Problem
from ciyou.core.facts.definition import FactDefinition, Value
from ciyou.core.rules.atoms import Key

UNKNOWN = "unknown"
"""The answer of whoever does not know, to any question."""
YES, NO, UNSURE = "y", "n", "u"
LONGEST_ANSWER = 400
_MONTHS_PER_YEAR = 12
_FEN = 100
_MOST_YEARS = 120

Stated = Mapping[Key, Value]


class AnswerError(CiyouError):
    """An answer cannot be read; it is as if it had not been given."""


class Shape(StrEnum):
    """How a question is answered: several ticks, one of several, an age in years, a number, yuan, or a day."""

    TICKS = "ticks"
    CHOICE = "choice"
    AGE = "age"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"


@dataclass(frozen=True)
class Option:
    """One thing to tick or to choose: what it states, and (ticks) what leaving it out states.

    `share` is how often it is so among those asked, from 0 to 1: an assumption, never law.
    """

    code: str
    zh: str
    en: str
    share: float
    says: Stated = field(default_factory=dict)
    denies: Stated = field(default_factory=dict)

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    @property
    def keys(self) -> frozenset[Key]:
        return frozenset((*self.says, *self.denies))


@dataclass(frozen=True)
class Question:
    """One question. `asks` is the fact of a question for an age, a number, an amount or a day; the others have `options`.

    `likely` are values of `asks` with their shares (ages in years, days as months ago). `known`: the share of those asked who
    know. `definition` is that of `asks`. A detail is asked only `after` another question was answered with one of `after_options`:
    whoever does not know whether somebody is in prison is not asked for how long.
    """

    code: str
    shape: Shape
    zh: str
    en: str
    known: float
    options: tuple[Option, ...] = ()
    asks: Key | None = None
    definition: FactDefinition | None = None
    likely: tuple[tuple[int, float], ...] = ()
    after: str = ""
    after_options: frozenset[str] = frozenset()
    hint_zh: str = ""
    hint_en: str = ""

    def text(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def hint(self, lang: str = "zh") -> str:
        return self.hint_en if lang == "en" else self.hint_zh

    @property
    def keys(self) -> frozenset[Key]:
        """Every fact that an answer may state."""
        own = () if self.asks is None else (self.asks,)
        return frozenset((*own, *(key for option in self.options for key in option.keys)))

    def value_of(self, number: int, today: dt.date) -> Value:
        """The value of `asks` that a likely number stands for."""
        match self.shape:
            case Shape.AGE:
                return add_months(today, -number * _MONTHS_PER_YEAR)
            case Shape.DATE:
                return add_months(today, -number)
            case _:
                return number


def told_ticks(question: Question, shown: Iterable[str], ticked: Iterable[str], *, rest_unsure: bool) -> str:
    """The answer to a list of ticks: each thing that was shown is yes, no, or (`rest_unsure`) open."""
    yes = set(ticked)
    rest = UNSURE if rest_unsure else NO
    known = {option.code for option in question.options}
    return ",".join(f"{code}:{YES if code in yes else rest}" for code in shown if code in known)


def stated_by(question: Question, answer: str, *, today: dt.date) -> Stated:
    """What an answer states; nothing where it says that somebody does not know. Raises AnswerError for anything else."""
    if answer == UNKNOWN:
        return {}
    if len(answer) > LONGEST_ANSWER:
        raise _unreadable()
    match question.shape:
        case Shape.TICKS:
            return _from_ticks(question, ticks_of(question, answer))
        case Shape.CHOICE:
            chosen = [option for option in question.options if option.code == answer]
            if not chosen:
                raise _unreadable()
            return chosen[0].says
        case _:
            return _from_value(question, answer, today)


def ticks_of(question: Question, answer: str) -> Mapping[str, str]:
    """What was said of each thing in a list of ticks: y, n or u by its code."""
    known = {option.code for option in question.options}
    found = {}
    for part in answer.split(",") if answer not in (UNKNOWN, "") else ():
        code, _, said = part.partition(":")
        if code not in known or said not in (YES, NO, UNSURE) or code in found:
            raise _unreadable()
        found[code] = said
    return found


def affirms(question: Question, answer: str, options: frozenset[str]) -> bool:
    """Whether an answer chooses or ticks one of these options."""
    if question.shape is Shape.TICKS:
        return any(said == YES for code, said in ticks_of(question, answer).items() if code in options)
    return answer in options


def _from_ticks(question: Question, said: Mapping[str, str]) -> Stated:
    if not said:
        raise _unreadable()
    stated: dict[Key, Value] = {}
    for option in question.options:
        stated |= option.says if said.get(option.code) == YES else {}
        stated |= option.denies if said.get(option.code) == NO else {}
    return stated


def _from_value(question: Question, answer: str, today: dt.date) -> Stated:
    assert question.asks is not None and question.definition is not None
    try:
        value = question.definition.check(_converted(question, answer, today))
    except FactError as error:
        raise _out_of_range(question) from error
    if isinstance(value, dt.date) and value > today:
        raise AnswerError(
            Problem(
                Place(),
                "self_check.future",
                "日期在今天之后；请填写已经过去的一天，不清楚就选“不知道”。",
                "The day lies after today; give a day that has been, or say that you do not know.",
            )
        )
    return {question.asks: value}


def _converted(question: Question, answer: str, today: dt.date) -> object:
    match question.shape:
        case Shape.DATE:
            return answer
        case Shape.MONEY:
            return _fen(answer)
        case _:
            if not (answer.isascii() and answer.isdigit() and len(answer) < 10):
                return None
            if question.shape is Shape.AGE:
                return question.value_of(int(answer), today) if int(answer) <= _MOST_YEARS else None
            return int(answer)


def _fen(text: str) -> int | None:
    try:
        fen = Decimal(text.replace(",", "")) * _FEN
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == fen.to_integral_value() else None


def _out_of_range(question: Question) -> AnswerError:
    zh, en = _WANTED[question.shape]
    return AnswerError(
        Problem(
            Place(),
            "self_check.range",
            f"这个答案读不懂；请填{zh}，不清楚就选“不知道”。",
            f"This answer cannot be read; give {en}, or say that you do not know.",
        )
    )


def _unreadable() -> AnswerError:
    return AnswerError(
        Problem(
            Place(),
            "self_check.unreadable",
            "这个答案读不懂；请从列出的答案中选择，不清楚就选“不知道”。",
            "This answer cannot be read; choose one of those listed, or say that you do not know.",
        )
    )


_WANTED: Mapping[Shape, Sequence[str]] = {
    Shape.AGE: ("周岁（整数，例如 7）", "full years (a whole number, such as 7)"),
    Shape.NUMBER: ("整数，例如 12", "a whole number, such as 12"),
    Shape.MONEY: ("金额（元），例如 684 或 684.50", "an amount in yuan, such as 684 or 684.50"),
    Shape.DATE: ("日期，例如 2025-03-01", "a date, such as 2025-03-01"),
}
