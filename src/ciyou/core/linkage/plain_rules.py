"""What joins a record without a number of its own to somebody without any weighing (docs/decisions/0030): name, birth date, and a witness.

The batch says the same in SQL (`batch/linkage/candidates.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from ciyou.core.linkage.name_agreement import NameLevel
from ciyou.core.linkage.told import Told, ToldKin, ToldRecord, sex_of_17
from ciyou.core.linkage.weighing import level_of_keys

LEVELS: dict[NameLevel, int] = {
    NameLevel.EXACT: 0,
    NameLevel.SAME_READING: 1,
    NameLevel.CLOSE_READING: 2,
    NameLevel.LOOK_ALIKE: 2,
    NameLevel.SURNAME_CHANGED: 3,
    NameLevel.TRUNCATED: 3,
    NameLevel.TRANSLITERATED: 3,
    NameLevel.NICKNAME: 3,
    NameLevel.ONE_OF_FOUR_DIFFERS: 4,
    NameLevel.ONE_DIFFERS: 4,
    NameLevel.DIFFERENT: 5,
    NameLevel.MISSING: 6,
}
"""The levels of names as plain rules number them: 0–3 compatible, 4 one character differs, 5 different, 6 no name."""
_COMPATIBLE, _CLOSE, _READ_ALIKE, _EQUAL, _NO_NAME = 3, 2, 1, 0, 6
_WEIGHTS = {
    "name_birth_guardian_id": 95,
    "name_birth_guardian_name": 85,
    "name_birth_village": 80,
    "birth_guardian_id": 75,
    "name_birth_county": 65,
    "birth_guardian_name_village": 60,
}
WITHOUT_NUMBERS = ("name_birth_guardian_id", "name_birth_guardian_name", "name_birth_village")
"""The rules that join two people neither of whom has a number."""
BY_GUARDIANS_NUMBER = ("name_birth_guardian_id", "birth_guardian_id")
RIVAL, MARGIN = 70, 10
"""Points of an unnamed newborn's parent by name, and how far apart two have to be not to count as equal."""


@dataclass(frozen=True, slots=True)
class PlainMatch:
    """The rule that holds ("" none), its weight, how the names agree, and whether an unnamed newborn may be this one's too."""

    rule: str
    weight: int
    level: int
    rival: bool

    @property
    def points(self) -> int:
        """By which the best of several is chosen: a name that agrees better outranks an equal rule."""
        return max(self.weight, RIVAL if self.rival else 0) - 3 * min(self.level, _CLOSE)


def match_plainly(seeker: Told, standing: Told) -> PlainMatch:
    """The first plain rule by which a person without a number may be one who stands already."""
    told = _Told(seeker, standing)
    if not told.born_alike or not (told.read_alike or told.same_id or told.same_name):
        return PlainMatch("", 0, told.level, rival=False)
    rule = told.rule()
    rival = (
        rule in ("", "birth_guardian_name_village")
        and seeker_unnamed(seeker)
        and told.same_name
        and not (told.other_guardian or told.other_sex)
    )
    return PlainMatch(rule, _WEIGHTS.get(rule, 0), told.level, rival)


def guardians_clash(first: Told, second: Told) -> bool:
    """Whether two guardians of one sex have different numbers.

    The batch forgets that where another number is shared, which of a file holds only for a number that was stated. Two different
    fathers or mothers clash all the same.
    """
    met = [(a, b, a.stated and b.stated) for a, b in product(first.kin, second.kin)]
    shared = any(stated and a.number and a.number == b.number for a, b, stated in met)
    return any(_other(a, b) and (stated or not shared) for a, b, stated in met)


def seeker_unnamed(told: Told) -> bool:
    """Whether a record is of somebody who has no name yet."""
    return all(one.unnamed or not one.name for one in told.records)


def name_level(first: Told, second: Told) -> int:
    """How the names of two people agree at best, as LEVELS numbers it."""
    pairs = product(
        {(one.name, one.reading) for one in first.records}, {(one.name, one.reading) for one in second.records}
    )
    return min((LEVELS[level_of_keys(*a, *b)] for a, b in pairs if a[0] and b[0]), default=_NO_NAME)


class _Told:
    """What plain rules ask of a pair."""

    def __init__(self, seeker: Told, standing: Told) -> None:
        met = list(product(seeker.kin, standing.kin))
        pairs = list(product(seeker.records, standing.records))
        self.unnamed = seeker_unnamed(seeker)
        self.level = name_level(seeker, standing)
        self.born_alike = bool(set(seeker.births) & set(standing.births))
        self.read_alike = any(a.reading and a.reading == b.reading for a, b in pairs)
        self.same_id = any(a.number and a.number == b.number for a, b in met)
        self.same_name = any(a.reading and a.reading == b.reading for a, b in met)
        self.other_guardian = not self.same_id and any(_other(a, b) for a, b in met)
        self.same_village = any(_same_village(a, b) for a, b in pairs)
        self.same_county = any(not a.county or not b.county or a.county == b.county for a, b in pairs)
        theirs = [sex_of_17(standing.number)] if standing.number else [b.sex for b in standing.records]
        self.other_sex = any(a.sex and b and a.sex != b for a, b in product(seeker.records, theirs))

    def rule(self) -> str:
        """The first that holds."""
        alike = not self.other_sex
        rules = (
            ("name_birth_guardian_id", self.same_id and self.level <= _COMPATIBLE),
            ("", self.other_guardian),
            ("name_birth_guardian_name", self.same_name and self.level <= _CLOSE),
            ("name_birth_village", self.level <= _READ_ALIKE and self.same_village and alike),
            ("birth_guardian_id", self.same_id and self.unnamed and alike),
            ("name_birth_county", self.level == _EQUAL and self.same_county and alike),
            ("birth_guardian_name_village", self.unnamed and self.same_name and self.same_village and alike),
        )
        return next((rule for rule, holds in rules if holds), "")


def _other(a: ToldKin, b: ToldKin) -> bool:
    return bool(a.number and b.number) and a.number != b.number and sex_of_17(a.number) == sex_of_17(b.number)


def _same_village(a: ToldRecord, b: ToldRecord) -> bool:
    return (
        bool(a.village)
        and a.village == b.village
        and (not a.county or not b.county or a.county == b.county)
        and (not a.town or not b.town or a.town == b.town)
    )
