"""The typed expression tree of a rule: what the parser makes and every engine reads.

Conditions are three-valued (Kleene 1952, strong logic): true, false or unknown. Numbers, money (integer fen), dates and
enum codes are known or unknown. Nodes are immutable and hashable, so engines may share equal subtrees.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ciyou.core.facts.definition import Entity


class Kind(StrEnum):
    """The type of an expression's value."""

    BOOL = "bool"
    INT = "int"
    MONEY = "money"
    DATE = "date"
    ENUM = "enum"


@dataclass(frozen=True)
class Node:
    """Base of all nodes. Using a node as a truth value is a programming mistake and raises."""

    def __bool__(self) -> bool:
        raise TypeError("A rule's node has no truth value; evaluate it instead.")


@dataclass(frozen=True)
class Literal(Node):
    """A constant: true/false, an integer (also fen), a date or an enum code."""

    value: bool | int | str | dt.date
    kind: Kind


@dataclass(frozen=True)
class FactRef(Node):
    """The value of a fact on the day of evaluation: `father.imprisoned.term_months`."""

    entity: Entity
    name: str
    kind: Kind


@dataclass(frozen=True)
class ParameterRef(Node):
    """A parameter of the place and date: `param.minimum_months`. May be unknown ("ask the place")."""

    key: str
    kind: Kind


@dataclass(frozen=True)
class RuleRef(Node):
    """Whether another rule's condition holds for the same child (a bare rule code)."""

    code: str


@dataclass(frozen=True)
class AmountRef(Node):
    """What another rule pays this child: `amount(orphan_living_allowance)`; 0 where its condition is false."""

    code: str


@dataclass(frozen=True)
class Not(Node):
    """Kleene negation."""

    item: Node


@dataclass(frozen=True)
class And(Node):
    """Kleene conjunction: false as soon as one part is, unknown where none is false and one is unknown."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Or(Node):
    """Kleene disjunction: true as soon as one part is, unknown where none is true and one is unknown."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Compare(Node):
    """`left operator right`, operator one of `==`, `!=`, `<`, `<=`, `>`, `>=`. Unknown when either side is."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class OneOf(Node):
    """`item in (a, b)`: the options are constants and never unknown."""

    item: Node
    options: tuple[Literal, ...]


@dataclass(frozen=True)
class Known(Node):
    """`known(fact)`: true when the fact has a value, else false; never unknown. For display and checks only, not in law."""

    item: Node


@dataclass(frozen=True)
class Age(Node):
    """Full years lived by an entity's `birth_date` on the day of evaluation, by the law's reading of birthdays."""

    birth_date: FactRef


@dataclass(frozen=True)
class MonthsSince(Node):
    """Full months that are over since a date; the n-th month is over on the day after the same day n months later."""

    date: Node


@dataclass(frozen=True)
class DivisionPart(Node):
    """`province(d)`, `city(d)`, `county(d)`, `township(d)`: the first 2, 4, 6 or 9 digits of a division code, as a code."""

    item: Node
    digits: int


@dataclass(frozen=True)
class Sum(Node):
    """Plus of numbers or fen; unknown when any is."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Difference(Node):
    """`left - right` of numbers or fen; unknown when either is."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Scale(Node):
    """A number or fen times a constant whole number (ratios live in parameters, never in rules)."""

    item: Node
    factor: int


@dataclass(frozen=True)
class Percent(Node):
    """`percent(item, p)`: item × p / 100, p a whole number (constant or parameter), rounded half up to the fen."""

    item: Node
    share: Node


@dataclass(frozen=True)
class Highest(Node):
    """就高不重复: the highest of several; unknown when any is (the known part still gives a floor)."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Lowest(Node):
    """The lowest of several, as a ceiling does; unknown when any is."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class TopUp(Node):
    """补差: max(0, standard − sum of received)."""

    standard: Node
    received: tuple[Node, ...]


@dataclass(frozen=True)
class Arm(Node):
    """`when(condition, value)` inside `first`."""

    condition: Node
    value: Node


@dataclass(frozen=True)
class First(Node):
    """The value of the first arm whose condition is true; unknown as soon as an arm before it is unknown."""

    arms: tuple[Arm, ...]
    otherwise: Node


@dataclass(frozen=True)
class Named(Node):
    """A predicate of the law, applied: `unable(father)`. `body` is its meaning on the date; the name is kept for reasons."""

    name: str
    zh: str
    en: str
    arguments: tuple[str, ...]
    body: Node
    cites: tuple[str, ...] = ()


def children_of(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node, in reading order."""
    match node:
        case And(items) | Or(items) | Sum(items) | Highest(items) | Lowest(items):
            return items
        case Not(item) | OneOf(item, _) | Known(item) | Scale(item, _) | MonthsSince(item) | DivisionPart(item, _):
            return (item,)
        case Compare(_, left, right) | Difference(left, right) | Arm(left, right) | Percent(left, right):
            return (left, right)
        case Age(birth_date):
            return (birth_date,)
        case TopUp(standard, received):
            return (standard, *received)
        case First(arms, otherwise):
            return (*arms, otherwise)
        case Named(body=body):
            return (body,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, parents first."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(children_of(here)))
