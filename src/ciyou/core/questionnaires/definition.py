"""What a questionnaire is, as far as scoring reads it: no texts, no law. Packs fill it; the browser reads the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TOTAL = "total"
"""The scale that every scored questionnaire has."""
GENERAL = "general"
"""The population whose cut-offs hold where none are known for a narrower one."""


@dataclass(frozen=True)
class AgeRange:
    """Full years from `first` to `last`, both included; None is open."""

    first: int | None = None
    last: int | None = None

    def admits(self, age: int | None) -> bool | None:
        """Whether this age lies in it; None where the age is not known and would matter."""
        if self.first is None and self.last is None:
            return True
        if age is None:
            return None
        return (self.first is None or age >= self.first) and (self.last is None or age <= self.last)


@dataclass(frozen=True)
class Scale:
    """Items whose points are added, then multiplied by `times`; `bands` are the lowest points of each band, rising."""

    code: str
    items: tuple[str, ...]
    bands: tuple[int, ...] = ()
    times: int = 1


@dataclass(frozen=True)
class CutOff:
    """From how many points (up to how many, where `low`) a scale is a hint, for one population.

    `values`: the one value, or every value that is proposed while the place has not chosen; none at all is unknown.
    """

    scale: str
    values: tuple[int, ...]
    population: str = GENERAL
    ages: AgeRange = AgeRange()
    low: bool = False


@dataclass(frozen=True)
class Flag:
    """An item that by itself asks for a person to act, whatever the total: from so many points on."""

    item: str
    kind: str
    at_least: int = 1


@dataclass(frozen=True)
class Questionnaire:
    """Everything that scoring needs.

    `points` are those that an answer may have. Up to `blanks_at_most` unanswered items count 0 (the instrument's own rule);
    with more, and with any where it is 0, there is no score. `lower_is_worse`: fewer points mean more strain.
    """

    code: str
    items: tuple[str, ...]
    points: tuple[int, ...]
    scales: tuple[Scale, ...]
    blanks_at_most: int
    cut_offs: tuple[CutOff, ...] = ()
    flags: tuple[Flag, ...] = ()
    ages: AgeRange = AgeRange()
    lower_is_worse: bool = False

    def may_be_asked_at(self, age: int | None) -> bool | None:
        """Whether it is meant for a child of this age; None where the age is not known."""
        return self.ages.admits(age)

    def cut_offs_for(self, scale: str, *, population: str, age: int | None) -> tuple[CutOff, ...]:
        """Those that hold, or could hold where the age is unknown: the population's own, else the general ones."""
        of_scale = [one for one in self.cut_offs if one.scale == scale]
        own = [one for one in of_scale if one.population == population]
        return _possible(own or [one for one in of_scale if one.population == GENERAL], age)


def _possible(found: Iterable[CutOff], age: int | None) -> tuple[CutOff, ...]:
    return tuple(one for one in found if one.ages.admits(age) is not False)
