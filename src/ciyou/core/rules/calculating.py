"""The functions that calculate numbers and amounts with their bounds, on one level of trust."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ciyou.core.rules import bounds
from ciyou.core.rules.bounds import ZERO, Bounds
from ciyou.core.rules.reading import Compiler, Counts, Holds, Reader, Reads
from ciyou.core.rules.tree import (
    AmountRef,
    Difference,
    FactRef,
    First,
    Highest,
    Lowest,
    Node,
    Percent,
    Scale,
    Sum,
    TopUp,
)


def calculation(compiler: Compiler, node: Node) -> Counts | None:
    """The function for a number that is calculated; None for every other node."""
    build = _NUMBERS.get(type(node))
    return None if build is None else build(compiler, node)


def is_calculated(node: Node) -> bool:
    """Whether a number is calculated from others."""
    return type(node) in _NUMBERS


def plain_number(read: Reads, node: Node) -> Counts:
    """A value as a number: within the bounds of its domain where it is not known."""
    fact = (node.entity, node.name) if isinstance(node, FactRef) else None

    def count(reader: Reader, level: int) -> Bounds:
        value, known = read(reader)
        if known >> level & 1 and isinstance(value, int):
            return Bounds(value, value, value)
        low, high = (0, None) if fact is None else bounds.bounds_of(reader.vocabulary.get(*fact))
        return Bounds(None, low, high)

    return count


def amount_due(holds: Holds, due: Counts | None) -> Counts:
    """What a rule pays: 0 where its condition is false, from 0 up where it is unknown."""

    def count(reader: Reader, level: int) -> Bounds:
        mask = holds(reader) >> level
        if due is None or mask & 0b1000:
            return ZERO
        return due(reader, level) if mask & 1 else due(reader, level).from_nothing()

    return count


def once_a_level(number: int, work_out: Counts) -> Counts:
    """The same function, asked once for a child and a level."""

    def count(reader: Reader, level: int) -> Bounds:
        key = (number, level)
        found = reader.numbers.get(key)
        if found is None:
            found = reader.numbers[key] = work_out(reader, level)
        return found

    return count


def _amount_of(compiler: Compiler, node: AmountRef) -> Counts:
    return compiler.amount(node.code)


def _of_several(compiler: Compiler, node: Sum | Highest | Lowest) -> Counts:
    combine, items = _COMBINED[type(node)], tuple(compiler.counts(item) for item in node.items)
    return lambda reader, level: combine([item(reader, level) for item in items])


def _difference(compiler: Compiler, node: Difference) -> Counts:
    left, right = compiler.counts(node.left), compiler.counts(node.right)
    return lambda reader, level: bounds.take_away(left(reader, level), right(reader, level))


def _scale(compiler: Compiler, node: Scale) -> Counts:
    item, factor = compiler.counts(node.item), node.factor
    return lambda reader, level: bounds.times(item(reader, level), factor)


def _percent(compiler: Compiler, node: Percent) -> Counts:
    item, share = compiler.counts(node.item), compiler.counts(node.share)
    return lambda reader, level: bounds.share_of(item(reader, level), share(reader, level))


def _top_up(compiler: Compiler, node: TopUp) -> Counts:
    standard, received = compiler.counts(node.standard), tuple(compiler.counts(item) for item in node.received)
    return lambda reader, level: bounds.top_up(
        standard(reader, level), bounds.add_up([item(reader, level) for item in received])
    )


def _first(compiler: Compiler, node: First) -> Counts:
    arms = tuple((compiler.holds(arm.condition), compiler.counts(arm.value)) for arm in node.arms)
    otherwise = compiler.counts(node.otherwise)

    def count(reader: Reader, level: int) -> Bounds:
        possible: list[Bounds] = []
        certain = True
        for holds, value in arms:
            mask = holds(reader) >> level
            if mask & 0b1000:
                continue
            possible.append(value(reader, level))
            if mask & 1:
                break
            certain = False
        else:
            possible.append(otherwise(reader, level))
        return bounds.hull(possible, certain=certain)

    return count


_COMBINED: Mapping[type[Node], Callable[[Sequence[Bounds]], Bounds]] = {
    Sum: bounds.add_up,
    Highest: bounds.highest,
    Lowest: bounds.lowest,
}
_NUMBERS: Mapping[type[Node], Callable[[Compiler, Any], Counts]] = {
    AmountRef: _amount_of,
    Sum: _of_several,
    Highest: _of_several,
    Lowest: _of_several,
    Difference: _difference,
    Scale: _scale,
    Percent: _percent,
    TopUp: _top_up,
    First: _first,
}
