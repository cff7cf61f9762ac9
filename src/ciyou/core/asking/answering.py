"""What somebody who knows certain facts would answer: for measuring how many questions a family has to answer, and for tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ciyou.core.asking.interview import Answers, Interview, Next
from ciyou.core.asking.question import NO, UNKNOWN, UNSURE, YES, Shape, Stated
from ciyou.core.clock.ages import full_years
from ciyou.core.facts.definition import Value
from ciyou.core.rules.atoms import Key

_FEN = 100
Truth = Mapping[Key, Value]


def answer_from(asked: Next, truth: Truth, *, today: dt.date) -> str:
    """The answer to a question of somebody who knows the truth as far as it goes; a fact that is not in it is not known."""
    question = asked.question
    if question.shape is Shape.TICKS:
        return ",".join(f"{one.code}:{_ticked(one.says, one.denies, truth)}" for one in asked.options)
    if question.asks is None:
        fitting = (one.code for one in question.options if all(truth.get(key) == one.says[key] for key in one.says))
        return next(fitting, UNKNOWN)
    value = truth.get(question.asks)
    match value:
        case None:
            return UNKNOWN
        case dt.date():
            return str(full_years(value, today)) if question.shape is Shape.AGE else value.isoformat()
        case int():
            return f"{value / _FEN:.2f}" if question.shape is Shape.MONEY else str(value)
        case _:
            return UNKNOWN


def _ticked(says: Stated, denies: Stated, truth: Truth) -> str:
    if any(key not in truth for key in (*says, *denies)):
        return UNSURE
    denied = bool(denies) and all(truth[key] == value for key, value in denies.items())
    return NO if denied else YES


def added(answers: Answers, asked: Next, answer: str) -> Answers:
    """The answers with one more; a list of ticks that is asked again goes on where it stood."""
    before = answers.get(asked.question.code, "")
    if asked.question.shape is Shape.TICKS and before and UNKNOWN not in (before, answer):
        answer = f"{before},{answer}"
    return {**answers, asked.question.code: answer}


def left_open(interview: Interview, answers: Answers, keys: frozenset[Key]) -> frozenset[Key]:
    """Of some facts those that a person was never given a chance to tell: none, once the check is over.

    Told is what was answered, “I do not know” too; and the detail of something that was not affirmed.
    """
    found = set()
    for key in keys:
        asking = [question for question in interview.questions if key in question.keys]
        if asking and not any(one.code in answers or (one.after and one.after in answers) for one in asking):
            found.add(key)
    return frozenset(found)
