"""What can have befallen a child's parents, how often, and how it looks: the table of situations.

The rates are those of a county where much has gone wrong: several times the country's, so that a county of 3,000
children shows every page. Within the de facto unattended the shares follow the count published for the end of 2020: 45.1 % one
parent dead and the other lost, disabled or declared missing; 27.4 % both severely disabled; 8.3 % prisoners' children.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fate:
    """What befalls one parent.

    `days` is the range of days since then; `terms` the custody terms in months; `disabilities` the (kind, grade) pairs.
    `months_to_the_day` puts the event exactly so many months back. `over`: custody that has ended, still on the list.
    """

    code: str
    days: tuple[int, int] = (60, 2600)
    terms: tuple[int, ...] = ()
    disabilities: tuple[tuple[int, int], ...] = ()
    months_to_the_day: int = 0
    over: bool = False


_LONG = (8, 10, 12, 18, 24, 36, 48, 60, 84, 120, 180)
_SEVERE = (*((kind, grade) for kind in (1, 2, 4, 4, 5, 6, 6, 7) for grade in (1, 2)), (5, 3), (5, 4), (6, 3), (6, 4))

DEAD = Fate("dead", (120, 4000))
DECLARED_DEAD = Fate("declared_dead", (60, 1500))
DECLARED_MISSING = Fate("declared_missing", (60, 1500))
PRISON = Fate("prison", (30, 1400), terms=_LONG)
DETOX = Fate("detox", (20, 600), terms=(24,))
CONFINED = Fate("confined", (10, 170), terms=(6, 8, 12))
SEVERELY_DISABLED = Fate("severe_disability", (200, 5000), disabilities=_SEVERE)
SEVERELY_ILL = Fate("severe_illness", (60, 1800))
LOST = Fate("lost_contact", (200, 1600))
REVOKED = Fate("revoked", (60, 1500))
DEPORTED = Fate("deported", (60, 1500))
# Just beside the line:
LOST_FOUR_MONTHS = Fate("lost_contact", (112, 130))
LOST_SIX_MONTHS_TO_THE_DAY = Fate("lost_contact", months_to_the_day=6)
PRISON_FIVE_MONTHS = Fate("prison", (10, 140), terms=(5,))
PRISON_SIX_MONTHS = Fate("prison", (10, 170), terms=(6,))
DETOX_THREE_MONTHS = Fate("detox", (10, 80), terms=(3,))
PRISON_OVER = Fate("prison", (900, 1400), terms=(12, 18, 24), over=True)
LIMB_GRADE_THREE = Fate("disabled_able", (200, 5000), disabilities=((4, 3), (1, 3), (2, 3)))


@dataclass(frozen=True)
class Situation:
    """A pair of fates. `families` is how many families per 1,000 children; `father_first` how often the first is his.

    `second` None: the other parent is well. `close` marks near misses: cases just beside the line of the law.
    `guardian_share` is how often a department writes down a grandparent as the guardian.
    """

    code: str
    families: float
    first: Fate
    second: Fate | None = None
    father_first: float = 0.6
    guardian_share: float = 0.0
    close: bool = False


def _both(code: str, families: float, first: Fate, second: Fate, **more: float) -> Situation:
    return Situation(code, families, first, second, **{"guardian_share": 0.35, **more})  # type: ignore[arg-type]


SITUATIONS = (
    # Orphans.
    _both("both_dead", 1.35, DEAD, DEAD),
    _both("dead_and_declared_dead", 0.35, DEAD, DECLARED_DEAD),
    # De facto unattended: one dead, the other lost, disabled; or declared missing (45.1 %).
    _both("dead_and_lost", 1.45, DEAD, LOST, father_first=0.8),
    _both("dead_and_disabled", 0.60, DEAD, SEVERELY_DISABLED),
    _both("missing_and_lost", 0.20, DECLARED_MISSING, LOST),
    _both("missing_and_disabled", 0.20, DECLARED_MISSING, SEVERELY_DISABLED),
    # Both severely disabled (27.4 %).
    _both("both_disabled", 1.45, SEVERELY_DISABLED, SEVERELY_DISABLED, guardian_share=0.25),
    # Prisoners' children (8.3 %).
    _both("dead_and_prison", 0.16, DEAD, PRISON, father_first=0.3),
    _both("lost_and_prison", 0.16, LOST, PRISON, father_first=0.2),
    _both("dead_and_prison_six_months", 0.14, DEAD, PRISON_SIX_MONTHS, father_first=0.3),
    # The rest (19.2 %).
    _both("dead_and_detox", 0.20, DEAD, DETOX, father_first=0.4),
    _both("dead_and_ill", 0.22, DEAD, SEVERELY_ILL),
    _both("ill_and_disabled", 0.16, SEVERELY_ILL, SEVERELY_DISABLED),
    _both("dead_and_revoked", 0.10, DEAD, REVOKED, father_first=0.4),
    _both("dead_and_confined", 0.10, DEAD, CONFINED, father_first=0.3),
    _both("lost_and_detox", 0.12, LOST, DETOX, father_first=0.3),
    _both("prison_and_deported", 0.12, PRISON, DEPORTED, father_first=1.0),
    # Near misses, none of them de facto unattended (or only by the gap in the definition).
    _both("dead_and_prison_five_months", 0.34, DEAD, PRISON_FIVE_MONTHS, father_first=0.3, close=True),
    _both("dead_and_limb_grade_three", 0.34, DEAD, LIMB_GRADE_THREE, close=True),
    _both("dead_and_lost_four_months", 0.34, DEAD, LOST_FOUR_MONTHS, father_first=0.8, close=True),
    _both("dead_and_lost_six_months_to_the_day", 0.18, DEAD, LOST_SIX_MONTHS_TO_THE_DAY, father_first=0.8, close=True),
    _both("disabled_and_detox_three_months", 0.34, SEVERELY_DISABLED, DETOX_THREE_MONTHS, father_first=0.2, close=True),
    _both("dead_and_prison_over", 0.18, DEAD, PRISON_OVER, father_first=0.3, close=True),
    _both("both_declared_missing", 0.34, DECLARED_MISSING, DECLARED_MISSING, close=True),
    _both("dead_and_declared_missing", 0.34, DEAD, DECLARED_MISSING, close=True),
    # One parent only.
    Situation("widowed", 8.0, DEAD, father_first=0.72, guardian_share=0.06),
    Situation("one_disabled", 5.0, SEVERELY_DISABLED, father_first=0.5),
    Situation("one_ill", 2.4, SEVERELY_ILL, father_first=0.55),
    Situation("one_in_prison", 2.2, PRISON, father_first=0.9),
    Situation("one_in_prison_short", 0.5, PRISON_FIVE_MONTHS, father_first=0.9),
    Situation("one_in_detox", 1.0, DETOX, father_first=0.85),
    Situation("one_confined", 0.4, CONFINED, father_first=0.85),
    Situation("one_lost", 1.6, LOST, father_first=0.3, guardian_share=0.1),
    Situation("one_declared_missing", 0.3, DECLARED_MISSING, father_first=0.5),
    Situation("one_revoked", 0.2, REVOKED, father_first=0.6, guardian_share=0.3),
    Situation("one_deported", 0.2, DEPORTED, father_first=0.1),
    Situation("one_disabled_able", 12.0, LIMB_GRADE_THREE, father_first=0.6),
)
FOUNDLINGS_PER_THOUSAND = 0.7
