"""What people said of a doubtful pair, and whether that settles it: one look, a second where money would move, a third where two differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What somebody who compared two records says of them."""

    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot_tell"


class Stand(StrEnum):
    """Where a pair stands: to be looked at, by a second person, by a third, or settled."""

    OPEN = "open"
    SECOND = "second"
    DISPUTED = "disputed"
    SETTLED = "settled"


@dataclass(frozen=True)
class Settlement:
    """Where a pair stands, and what holds of it; `verdict` is None until it is settled."""

    stand: Stand
    verdict: Verdict | None = None


def settle(looks: Sequence[Verdict], *, linked: bool, moves_money: bool) -> Settlement:
    """Where a pair stands after these looks, each of another person, in their order.

    `linked`: the linking joined the two records. A look that would change what it did needs a second person where money would move;
    what leaves things as they are needs none. Two who differ need a third; where all three differ, it cannot be told.
    """
    if not looks:
        return Settlement(Stand.OPEN)
    if len(looks) == 1:
        alone = not (moves_money and changes_something(looks[0], linked=linked))
        return Settlement(Stand.SETTLED, looks[0]) if alone else Settlement(Stand.SECOND)
    verdict, voices = Counter(looks).most_common(1)[0]
    if voices > 1:
        return Settlement(Stand.SETTLED, verdict)
    return Settlement(Stand.DISPUTED) if len(looks) == 2 else Settlement(Stand.SETTLED, Verdict.CANNOT_TELL)


def changes_something(verdict: Verdict, *, linked: bool) -> bool:
    """Whether the next linking would do otherwise by this verdict: join what it kept apart, or part what it joined."""
    return verdict is (Verdict.DIFFERENT if linked else Verdict.SAME)
