"""Scoring: points, bands, hints and flags of one set of answers. An unanswered item is unknown, never a no; no result clears a child.

`web/static/web/questionnaire.js` does the same in the browser on the same JSON; the vectors of the packs hold for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ciyou.core.errors import Place, Problem, RecordError
from ciyou.core.questionnaires.definition import GENERAL, CutOff, Flag, Questionnaire, Scale

Answers = Mapping[str, int | None]
"""Points by item; absent or None is unanswered."""


@dataclass(frozen=True)
class Measured:
    """One scale. `points` and `band` (its lowest points) are None where there is no score; what was answered comes to `at_least`,
    and to `at_most` if every blank had the most points. `reached`: whether it is a hint;
    without a score it is true where what was answered suffices, else unknown (None). False is no all-clear.
    """

    scale: str
    points: int | None
    at_least: int
    at_most: int
    band: int | None
    reached: bool | None


@dataclass(frozen=True)
class Result:
    """What a set of answers comes to. `flags`: by kind, whether an item of it was answered so that a person must act; None: left blank."""

    questionnaire: str
    measured: tuple[Measured, ...]
    blanks: tuple[str, ...]
    scored: bool
    flags: Mapping[str, bool | None]

    def of(self, scale: str) -> Measured:
        """One scale of it; raises KeyError when the questionnaire has none of this name."""
        for one in self.measured:
            if one.scale == scale:
                return one
        raise KeyError(scale)


def score(asked: Questionnaire, answers: Answers, *, age: int | None, population: str = GENERAL) -> Result:
    """What the answers come to; raises RecordError for an item or an answer that the questionnaire does not have.

    `age` in full years, None where unknown: then a hint is certain only if it is one at every age.
    """
    _check(asked, answers)
    blanks = tuple(item for item in asked.items if answers.get(item) is None)
    scored = len(blanks) <= asked.blanks_at_most
    measured = tuple(
        _measure(asked, scale, answers, scored, asked.cut_offs_for(scale.code, population=population, age=age))
        for scale in asked.scales
    )
    kinds = dict.fromkeys(flag.kind for flag in asked.flags)
    flags = {kind: _any(_raised(one, answers) for one in asked.flags if one.kind == kind) for kind in kinds}
    return Result(asked.code, measured, blanks, scored, flags)


def _check(asked: Questionnaire, answers: Answers) -> None:
    wrong = [item for item in answers if item not in asked.items]
    wrong += [item for item in asked.items if answers.get(item) is not None and answers[item] not in asked.points]
    if wrong:
        allowed = "、".join(str(one) for one in asked.points)
        raise RecordError(
            [
                Problem(
                    Place(item),
                    "questionnaire.answer",
                    f"量表“{asked.code}”没有题目“{item}”，或其答案不是 {allowed} 之一；请核对后重新填写，原答案保留。",
                    f"Questionnaire “{asked.code}” has no item “{item}”, or its answer is none of {allowed}; "
                    "check it and enter it again, the answer is kept.",
                )
                for item in wrong
            ]
        )


def _measure(
    asked: Questionnaire, scale: Scale, answers: Answers, scored: bool, cut_offs: Iterable[CutOff]
) -> Measured:
    given = [answers.get(item) for item in scale.items]
    known = sum(one for one in given if one is not None)
    at_least = (known + given.count(None) * min(asked.points)) * scale.times
    at_most = (known + given.count(None) * max(asked.points)) * scale.times
    points = known * scale.times if scored else None
    band = None if points is None else max((low for low in scale.bands if low <= points), default=None)
    reached = _reached((at_least, at_most) if points is None else (points,), cut_offs)
    return Measured(scale.code, points, at_least, at_most, band, None if points is None and not reached else reached)


def _reached(ends: Iterable[int], cut_offs: Iterable[CutOff]) -> bool | None:
    """Certain only where every value that could hold says the same, at both ends of what the points may be."""
    found, held = tuple(ends), tuple(cut_offs)
    if not all(one.values for one in held):
        return None
    verdicts = {
        points <= value if one.low else points >= value for one in held for value in one.values for points in found
    }
    return verdicts.pop() if len(verdicts) == 1 else None


def _raised(flag: Flag, answers: Answers) -> bool | None:
    given = answers.get(flag.item)
    return None if given is None else given >= flag.at_least


def _any(verdicts: Iterable[bool | None]) -> bool | None:
    found = set(verdicts)
    return True if True in found else None if None in found else False
