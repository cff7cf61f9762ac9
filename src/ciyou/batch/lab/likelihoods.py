"""How often what is so in a drawn population: plausible for a county, of no real place. Guesses, except where a source is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = 0.03
"""The share of every fact that nobody has stated."""
DIBAO, NEAR_DIBAO = 0.05, 0.03
INCOME_PERCENT = ((40, 100, DIBAO), (100, 150, NEAR_DIBAO + 0.02), (150, 300, 0.20), (300, 1200, 0.70))
"""Income per member in percent of the dibao standard: from, to, share. Whoever has dibao lies below 100."""

TRUE_OF: Mapping[str, float] = {
    "child__dead": 0.0,
    "child__adopted": 0.004,
    "child__parents_untraceable": 0.0005,
    "child__in_institution": 0.001,
    "child__hiv_infected": 0.0002,
    "child__hiv_affected": 0.0005,
    "child__severely_ill": 0.006,
    "child__insured": 0.95,
    "child__hukou_rural": 0.55,
    "child__boarding": 0.25,
    "father__dead": 0.012,
    "mother__dead": 0.008,
    "father__working_away": 0.2,
    "mother__working_away": 0.12,
    "father__imprisoned": 0.004,
    "mother__imprisoned": 0.001,
    "father__lost_contact": 0.004,
    "mother__lost_contact": 0.005,
    "father__severely_ill": 0.008,
    "mother__severely_ill": 0.008,
}
RARELY = 0.002
"""Any other yes or no."""
NONE_OF = 0.97
"""The share that has none of what a list names (kinds of disability), and whose number is the lowest; lists of what everybody has
(sex, school) are drawn evenly."""
EVENLY = ("child__sex", "child__school_stage", "child__student_grant_band")
GRADES = {"child__disability_grade", "father__disability_grade", "mother__disability_grade"}


@dataclass(frozen=True)
class Share:
    """A place and its share of the children."""

    division: str
    share: float
