"""Questionnaires: what one is, what its answers come to, whom it may be asked, and how two results compare. A score clears nobody."""

from ciyou.core.questionnaires.definition import TOTAL, AgeRange, CutOff, Flag, Questionnaire, Scale
from ciyou.core.questionnaires.scoring import Measured, Result, score
from ciyou.core.questionnaires.trend import Trend, compare

__all__ = [
    "TOTAL",
    "AgeRange",
    "CutOff",
    "Flag",
    "Measured",
    "Questionnaire",
    "Result",
    "Scale",
    "Trend",
    "compare",
    "score",
]
