"""Two results of one questionnaire, one after the other: what moved, in points. No change means that nothing is the matter."""

from __future__ import annotations

from dataclasses import dataclass

from ciyou.core.errors import Place, Problem, RecordError
from ciyou.core.questionnaires.definition import TOTAL, Questionnaire
from ciyou.core.questionnaires.scoring import Result


@dataclass(frozen=True)
class Trend:
    """`change`: points of the total, later minus earlier; `worse`: whether that means more strain. None: one of the two has no score.

    `newly_reached`, `newly_raised`: scales that are a hint and kinds of flags that stand now and did not before.
    """

    change: int | None
    worse: bool | None
    newly_reached: tuple[str, ...]
    newly_raised: tuple[str, ...]


def compare(asked: Questionnaire, earlier: Result, later: Result) -> Trend:
    """How the later result differs; raises RecordError when the two are not of this questionnaire."""
    if {earlier.questionnaire, later.questionnaire} != {asked.code}:
        raise RecordError(
            Problem(
                Place(asked.code),
                "questionnaire.other",
                f"两次结果不都属于量表“{asked.code}”，分数不能相比；请选同一量表的两次结果。",
                f"The two results are not both of questionnaire “{asked.code}”, and points of different ones do not compare; "
                "choose two results of one.",
            )
        )
    before, after = earlier.of(TOTAL).points, later.of(TOTAL).points
    change = None if before is None or after is None else after - before
    return Trend(
        change=change,
        worse=None if change is None else (change < 0 if asked.lower_is_worse else change > 0),
        newly_reached=tuple(one.scale for one in later.measured if one.reached and not earlier.of(one.scale).reached),
        newly_raised=tuple(kind for kind, raised in later.flags.items() if raised and not earlier.flags.get(kind)),
    )
