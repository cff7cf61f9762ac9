"""What the answers of an assessment come to: a proposed tier, and between which tiers it can still lie while something is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.core.risk.definition import UNKNOWN, Indicator, IndicatorSet, RiskAnswer


@dataclass(frozen=True)
class Proposal:
    """A proposed tier, and why. It decides nothing: a person confirms a tier.

    `points` counts each unknown by the set's own number; `lowest` and `highest` are the tiers if every unknown turned out as harmless
    or as bad as can be. `raised_by` are indicators whose answer proposes a tier that the points alone do not reach.
    """

    tier: str
    points: int
    lowest: str
    highest: str
    unknown: tuple[str, ...]
    raised_by: tuple[str, ...]

    @property
    def is_certain(self) -> bool:
        """Whether no unknown could change the tier."""
        return self.lowest == self.highest


def propose(asked: IndicatorSet, answers: Mapping[str, str], *, age: int | None) -> Proposal:
    """The tier that these answers propose for a child of this age; what is not answered is unknown."""
    indicators = asked.asked_of(age)
    said = {one.code: one.answer(answers.get(one.code, UNKNOWN)) for one in indicators}
    unknown = [one for one in indicators if said[one.code] is None]
    known = [answer for answer in said.values() if answer is not None]
    points = sum(answer.points for answer in known)
    counted = points + sum(min(asked.unknown_points, _most(one)) for one in unknown)
    by_points = asked.tier_for(counted).code
    tier = _highest(asked, by_points, known)
    best, worst = [min(one.answers, key=_points) for one in unknown], [_worst(asked, one) for one in unknown]
    return Proposal(
        tier=tier,
        points=counted,
        lowest=_highest(asked, asked.tier_for(points + sum(map(_points, best))).code, known),
        highest=_highest(asked, asked.tier_for(points + sum(map(_most, unknown))).code, [*known, *worst]),
        unknown=tuple(one.code for one in unknown),
        raised_by=tuple(
            code
            for code, answer in said.items()
            if answer is not None and asked.rank(answer.at_least) > asked.rank(by_points)
        ),
    )


def _points(answer: RiskAnswer) -> int:
    return answer.points


def _most(indicator: Indicator) -> int:
    return max(map(_points, indicator.answers))


def _worst(asked: IndicatorSet, indicator: Indicator) -> RiskAnswer:
    return max(indicator.answers, key=lambda one: asked.rank(one.at_least))


def _highest(asked: IndicatorSet, by_points: str, answers: list[RiskAnswer]) -> str:
    return max((by_points, *(one.at_least for one in answers)), key=asked.rank)
