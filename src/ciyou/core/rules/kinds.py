"""Which kind of value an expression has, and which kinds may stand together."""

from __future__ import annotations

from ciyou.core.facts.definition import FactType
from ciyou.core.rules.tree import (
    Age,
    AmountRef,
    Arm,
    Difference,
    DivisionPart,
    FactRef,
    First,
    Highest,
    Kind,
    Literal,
    Lowest,
    MonthsSince,
    Named,
    Node,
    ParameterRef,
    Percent,
    Scale,
    Sum,
    TopUp,
)

NUMERIC = frozenset({Kind.INT, Kind.MONEY})
ORDERED = NUMERIC | {Kind.DATE}

KIND_OF_FACT = {
    FactType.BOOL: Kind.BOOL,
    FactType.INT: Kind.INT,
    FactType.MONEY: Kind.MONEY,
    FactType.DATE: Kind.DATE,
    FactType.ENUM: Kind.ENUM,
    FactType.DIVISION: Kind.ENUM,
}


def kind_of(node: Node) -> Kind:
    """The kind of an expression's value; conditions of every sort are `bool`."""
    match node:
        case Literal(kind=kind) | FactRef(kind=kind) | ParameterRef(kind=kind):
            return kind
        case AmountRef() | TopUp():
            return Kind.MONEY
        case Age() | MonthsSince():
            return Kind.INT
        case DivisionPart():
            return Kind.ENUM
        case Sum(items) | Highest(items) | Lowest(items):
            return joint_kind(items)
        case Difference(left, right):
            return joint_kind((left, right))
        case Scale(item, _) | Percent(item, _):
            return kind_of(item)
        case First(arms, otherwise):
            return joint_kind((*(arm.value for arm in arms), otherwise))
        case Named(body=body) | Arm(value=body):
            return kind_of(body)
        case _:
            return Kind.BOOL


def joint_kind(nodes: tuple[Node, ...]) -> Kind:
    """The kind of several values that stand side by side: money as soon as one is money, else that of the first."""
    kinds = [kind_of(node) for node in nodes]
    return Kind.MONEY if Kind.MONEY in kinds else kinds[0]


def fits(node: Node, wanted: Kind) -> bool:
    """Whether a value may stand where a kind is wanted; a bare whole number may stand for fen."""
    kind = kind_of(node)
    if kind == wanted:
        return True
    return wanted == Kind.MONEY and kind == Kind.INT and _is_constant(node)


def comparable(left: Node, right: Node) -> bool:
    """Whether two values may be compared with each other."""
    return fits(left, kind_of(right)) or fits(right, kind_of(left))


def _is_constant(node: Node) -> bool:
    match node:
        case Literal():
            return True
        case Scale(item, _):
            return _is_constant(item)
        case Sum(items) | Highest(items) | Lowest(items):
            return all(_is_constant(item) for item in items)
        case First(arms, otherwise):
            return all(_is_constant(arm.value) for arm in arms) and _is_constant(otherwise)
        case _:
            return False
