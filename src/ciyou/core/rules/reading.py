"""What the functions of a compiled book read of one child, and in what form they answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Protocol

from ciyou.core.clock.ages import AgeRule
from ciyou.core.clock.months import MonthRule
from ciyou.core.facts.definition import Entity, Value, Vocabulary
from ciyou.core.facts.state import Basis
from ciyou.core.rules.book import ParameterValue
from ciyou.core.rules.bounds import Bounds
from ciyou.core.rules.tree import Node

Truth = bool | None
Mask = int
"""For each level of trust whether a condition is true (three bits) and whether it is false (three more); neither is unknown."""
Seen = tuple[Value | None, int]
"""A value and the levels (three bits) on which it is known."""

LEVELS = tuple(Basis)
EVERYWHERE = 0b111
ALWAYS: Mask = EVERYWHERE
NEVER: Mask = EVERYWHERE << 3
UNSEEN: Seen = (None, 0)
KNOWN_ON = tuple((1 << basis + 1) - 1 for basis in LEVELS)
"""The levels on which a statement of each basis counts: its own and every one below."""
TRUTHS: Mapping[Mask, Truth] = {0b0000: None, 0b0001: True, 0b1000: False}
"""What the two bits of one level mean."""


LOWEST: Mask = 0b1001
"""The two bits of the lowest level, on which everything that is known counts."""


class Reader(Protocol):
    """One child on one day, and what was worked out for it so far."""

    facts: dict[tuple[Entity, str], Seen]
    parameters: Mapping[str, ParameterValue]
    as_of: dt.date
    age_rule: AgeRule
    month_rule: MonthRule
    vocabulary: Vocabulary
    values: dict[int, Seen]
    masks: dict[int, Mask]
    numbers: dict[tuple[int, int], Bounds]


Reads = Callable[[Reader], Seen]
Holds = Callable[[Reader], Mask]
Counts = Callable[[Reader, int], Bounds]
"""A number on one level of trust."""


class Compiler(Protocol):
    """What the maker of one function asks of the others."""

    def number(self, node: Node) -> int: ...

    def reads(self, node: Node) -> Reads | None: ...

    def holds(self, node: Node) -> Holds: ...

    def counts(self, node: Node) -> Counts: ...

    def amount(self, code: str) -> Counts: ...
