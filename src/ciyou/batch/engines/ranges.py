"""Floors and ceilings of amounts as steps: interval arithmetic by the definitions of `core.rules.evaluation`.

A null floor or ceiling means "no bound". A value that can never be unknown is its own floor and ceiling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ciyou.batch.engines.lowering import Lowering, gap, percent_of
from ciyou.batch.engines.steps import Op, Sheet
from ciyou.core.rules.bounds import bounds_of
from ciyou.core.rules.kinds import kind_of
from ciyou.core.rules.tree import (
    AmountRef,
    Difference,
    FactRef,
    First,
    Highest,
    Kind,
    Lowest,
    Named,
    Node,
    Percent,
    Scale,
    Sum,
    TopUp,
)


@dataclass(frozen=True)
class Range:
    """The steps that give the lowest and the highest a number can still be; null is "no bound"."""

    floor: int
    ceiling: int


class RangeLowering:
    """Puts floors and ceilings on the same sheet as the values of `lowering`."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering
        self._amounts: dict[str, Range] = {}
        self._ranges: dict[int, Range] = {}

    @property
    def sheet(self) -> Sheet:
        return self.lowering.sheet

    def amount(self, code: str) -> Range:
        """The range of what a rule pays: nothing where its condition is false, from 0 up where that is unknown."""
        if code not in self._amounts:
            self._amounts[code] = self._paid(code)
        return self._amounts[code]

    def _paid(self, code: str) -> Range:
        sheet, amount = self.sheet, self.lowering.book.by_code[code].amount
        zero = sheet.constant(0, Kind.MONEY)
        if amount is None:
            return Range(zero, zero)
        due, holds = self.range(amount), self.lowering.condition(code)
        at_most = sheet.extreme(Op.LARGEST, [due.ceiling, zero])
        return Range(
            sheet.pick([(holds, due.floor)], zero),
            sheet.pick([(holds, due.ceiling), (sheet.present(holds), zero)], at_most),
        )

    def range(self, node: Node) -> Range:
        """The range of any number."""
        if id(node) not in self._ranges:
            value = self.lowering.value(node)
            if not self.sheet[value].nullable:
                self._ranges[id(node)] = Range(value, value)
            else:
                self._ranges[id(node)] = _BUILD.get(type(node), RangeLowering._leaf)(self, node)
        return self._ranges[id(node)]

    def _leaf(self, node: Node) -> Range:
        value, (lowest, highest) = self.lowering.value(node), self._domain(node)
        return Range(self._or_bound(value, lowest, node), self._or_bound(value, highest, node))

    def _domain(self, node: Node) -> tuple[int | None, int | None]:
        if isinstance(node, FactRef):
            return bounds_of(self.lowering.book.vocabulary.get(node.entity, node.name))
        return 0, None

    def _or_bound(self, value: int, bound: int | None, node: Node) -> int:
        if bound is None:
            return value
        return self.sheet.pick([(self.sheet.present(value), value)], self.sheet.constant(bound, kind_of(node)))

    def _ranges_of(self, nodes: tuple[Node, ...]) -> list[Range]:
        return [self.range(node) for node in nodes]

    def _total(self, nodes: tuple[Node, ...], kind: Kind) -> Range:
        items = self._ranges_of(nodes)
        return Range(
            self.sheet.plus([item.floor for item in items], kind),
            self.sheet.plus([item.ceiling for item in items], kind),
        )

    def _sum(self, node: Sum) -> Range:
        return self._total(node.items, kind_of(node))

    def _difference(self, node: Difference) -> Range:
        left, right, kind = self.range(node.left), self.range(node.right), kind_of(node)
        return Range(
            self.sheet.minus(left.floor, right.ceiling, kind), self.sheet.minus(left.ceiling, right.floor, kind)
        )

    def _scale(self, node: Scale) -> Range:
        item, kind = self.range(node.item), kind_of(node)
        factor = self.sheet.constant(node.factor, Kind.INT)
        low, high = self.sheet.times(item.floor, factor, kind), self.sheet.times(item.ceiling, factor, kind)
        return Range(low, high) if node.factor >= 0 else Range(high, low)

    def _percent(self, node: Percent) -> Range:
        item, share, kind = self.range(node.item), self.range(node.share), kind_of(node)
        return Range(
            percent_of(self.sheet, item.floor, share.floor, kind),
            percent_of(self.sheet, item.ceiling, share.ceiling, kind),
        )

    def _highest(self, node: Highest) -> Range:
        items, kind = self._ranges_of(node.items), kind_of(node)
        return Range(
            self.sheet.extreme(Op.LARGEST_KNOWN, [item.floor for item in items], kind),
            self.sheet.extreme(Op.LARGEST, [item.ceiling for item in items], kind),
        )

    def _lowest(self, node: Lowest) -> Range:
        items, kind = self._ranges_of(node.items), kind_of(node)
        return Range(
            self.sheet.extreme(Op.SMALLEST, [item.floor for item in items], kind),
            self.sheet.extreme(Op.SMALLEST_KNOWN, [item.ceiling for item in items], kind),
        )

    def _top_up(self, node: TopUp) -> Range:
        sheet, standard = self.sheet, self.range(node.standard)
        received = self._total(node.received, Kind.MONEY)
        at_least = gap(sheet, standard.floor, received.ceiling)
        floor = sheet.pick([(sheet.present(at_least), at_least)], sheet.constant(0, Kind.MONEY))
        return Range(floor, gap(sheet, standard.ceiling, received.floor))

    def _first(self, node: First) -> Range:
        rest = self.range(node.otherwise)
        for arm in reversed(node.arms):
            holds, here, kind = self.lowering.value(arm.condition), self.range(arm.value), kind_of(node)
            rest = Range(
                self._chosen(
                    holds, here.floor, rest.floor, self.sheet.extreme(Op.SMALLEST, [here.floor, rest.floor], kind)
                ),
                self._chosen(
                    holds,
                    here.ceiling,
                    rest.ceiling,
                    self.sheet.extreme(Op.LARGEST, [here.ceiling, rest.ceiling], kind),
                ),
            )
        return rest

    def _chosen(self, holds: int, here: int, rest: int, either: int) -> int:
        return self.sheet.pick([(holds, here), (self.sheet.present(holds), rest)], either)


_BUILD: Mapping[type[Node], Callable[[RangeLowering, Any], Range]] = {
    AmountRef: lambda ranges, node: ranges.amount(node.code),
    Named: lambda ranges, node: ranges.range(node.body),
    Sum: RangeLowering._sum,
    Difference: RangeLowering._difference,
    Scale: RangeLowering._scale,
    Percent: RangeLowering._percent,
    Highest: RangeLowering._highest,
    Lowest: RangeLowering._lowest,
    TopUp: RangeLowering._top_up,
    First: RangeLowering._first,
}
