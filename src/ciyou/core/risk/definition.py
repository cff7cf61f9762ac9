"""What an assessment of risk asks: tiers from the lowest to the highest, and indicators in three groups with scored answers."""

from __future__ import annotations

from dataclasses import dataclass

GROUPS = ("child", "guardianship", "surroundings")
UNKNOWN = "unknown"
"""The answer that every indicator has besides its own: nobody knows."""


@dataclass(frozen=True)
class Tier:
    """One tier. `from_points`: a total of so many points or more proposes it. `color` is the place's, and never stands alone."""

    code: str
    zh: str
    en: str
    color: str
    from_points: int

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class RiskAnswer:
    """One answer with its points; `at_least` the tier that it proposes whatever the total ("" none)."""

    code: str
    zh: str
    en: str
    points: int
    at_least: str = ""

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class Indicator:
    """One thing that is asked, of children of an age (full years, `to_age` excluded; None: of all)."""

    code: str
    group: str
    zh: str
    en: str
    answers: tuple[RiskAnswer, ...]
    from_age: int | None = None
    to_age: int | None = None
    sourced: bool = False

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def concerns(self, age: int | None) -> bool:
        """Whether it is asked about a child of this age; about one whose age nobody knows everything is asked."""
        if age is None:
            return True
        return (self.from_age is None or age >= self.from_age) and (self.to_age is None or age < self.to_age)

    def answer(self, code: str) -> RiskAnswer | None:
        """Its own answer of this code; None for `unknown` and for a code that it does not have."""
        return next((one for one in self.answers if one.code == code), None)


@dataclass(frozen=True)
class IndicatorSet:
    """What a place asks, its tiers from the lowest to the highest, and how many points an unknown counts (never none)."""

    tiers: tuple[Tier, ...]
    indicators: tuple[Indicator, ...]
    unknown_points: int

    def tier(self, code: str) -> Tier | None:
        """The tier of this code; None where the place has no such tier (any more)."""
        return next((one for one in self.tiers if one.code == code), None)

    def rank(self, code: str) -> int:
        """How high a tier stands, from 0; -1 for one that the place does not have, and for none."""
        return next((rank for rank, one in enumerate(self.tiers) if one.code == code), -1)

    def tier_for(self, points: int) -> Tier:
        """The highest tier that so many points reach."""
        return [one for one in self.tiers if one.from_points <= points][-1]

    def asked_of(self, age: int | None) -> tuple[Indicator, ...]:
        """The indicators that concern a child of this age."""
        return tuple(one for one in self.indicators if one.concerns(age))
