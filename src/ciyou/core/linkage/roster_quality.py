"""How right the linking of one roster is, estimated from what people decided about pairs of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.core.linkage.quality import Estimate, wilson_interval


@dataclass(frozen=True)
class Judged:
    """What people said of a sample of links of one kind: `same` right, `different` wrong. Who could not tell is in neither."""

    same: int = 0
    different: int = 0

    @property
    def count(self) -> int:
        return self.same + self.different


@dataclass(frozen=True)
class RosterQuality:
    """Precision: of a roster's links, the share that is right. Recall: of its records that have another of their person, the share linked."""

    precision: Estimate
    recall: Estimate


def roster_quality(
    links: Mapping[str, int], judged: Mapping[str, Judged], *, missed: Judged, waiting: int
) -> RosterQuality:
    """The estimates of one roster.

    `links` are its automatic links by stratum, `judged` what was said of a random sample of each. `missed` is what was said of its
    doubtful pairs, `waiting` how many of them nobody could tell or has looked at. A stratum counts by its number of links; one without a
    sample is unknown from 0 to 1. Intervals: Wilson 95 % for each stratum, added up by number, which is wider than it need be. The
    pairs that wait may all be one person's, or none: recall spans both. Who is neither linked nor asked about is in no estimate.
    """
    precision = _precision(links, judged)
    total = sum(links.values())
    recall = Estimate(
        _recall(total, precision.value, missed.same + _share(missed) * waiting)
        if precision.value is not None
        else None,
        _recall(total, precision.low, missed.same + waiting) or 0.0,
        _ratio(_recall(total, precision.high, missed.same)),
    )
    return RosterQuality(precision, recall)


def _precision(links: Mapping[str, int], judged: Mapping[str, Judged]) -> Estimate:
    total = sum(links.values())
    parts = [(count / total, judged.get(name, Judged())) for name, count in links.items() if count]
    if not parts:
        return Estimate(None, 0.0, 1.0)
    found = [(share, wilson_interval(one.same, one.count)) for share, one in parts]
    value = None
    if all(one.value is not None for _share, one in found):
        value = sum(share * (one.value or 0.0) for share, one in found)
    return Estimate(
        value, sum(share * one.low for share, one in found), min(1.0, sum(share * one.high for share, one in found))
    )


def _recall(links: int, precision: float | None, missed: float) -> float | None:
    right = links * (precision or 0.0)
    return right / (right + missed) if right + missed else None


def _share(missed: Judged) -> float:
    """Of the doubtful pairs that were told apart or together, the share that is one person's."""
    return missed.same / missed.count if missed.count else 0.0


def _ratio(value: float | None) -> float:
    return 1.0 if value is None else value
