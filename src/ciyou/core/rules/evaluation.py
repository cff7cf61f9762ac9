"""What an expression is worth for one child on one day: Kleene truth, values, and bounds of amounts.

Bounds: every number has a floor and a ceiling (None: no bound). A known number is its own floor and ceiling; an unknown
fact has the bounds of its domain; an unknown condition keeps both branches open. Batch engines follow the same definitions:

- sum, difference, times: bounds added, subtracted crosswise, multiplied;
- highest: floor is the highest known floor, ceiling the highest ceiling (none if any is missing); lowest: mirrored;
- top-up: floor max(0, floor(standard) − ceilings(received)), ceiling max(0, ceiling(standard) − floors(received));
- first: the hull of every arm that can still be chosen;
- amount(rule): 0 where its condition is false; from 0 up to the amount's ceiling where it is unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ciyou.core.clock.ages import full_years
from ciyou.core.clock.months import months_over
from ciyou.core.facts.definition import Entity, FactDefinition, Value
from ciyou.core.facts.state import FactState
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.tree import (
    Age,
    AmountRef,
    And,
    Compare,
    Difference,
    DivisionPart,
    FactRef,
    First,
    Highest,
    Known,
    Literal,
    Lowest,
    MonthsSince,
    Named,
    Node,
    Not,
    OneOf,
    Or,
    ParameterRef,
    Percent,
    RuleRef,
    Scale,
    Sum,
    TopUp,
)

Truth = bool | None


@dataclass(frozen=True)
class Bounds:
    """A number as far as it is known: `value` None is unknown; `floor`/`ceiling` None is unbounded."""

    value: int | None
    floor: int | None
    ceiling: int | None

    @classmethod
    def exactly(cls, value: int) -> Bounds:
        return cls(value, value, value)


ZERO = Bounds.exactly(0)


class Evaluation:
    """Evaluates the rules of one book for one child; every node is evaluated at most once.

    `supposed` overrides facts (entity, name) and parameters (None, key) for a what-if.
    """

    def __init__(
        self, book: RuleBook, state: FactState, *, supposed: Mapping[tuple[Entity | None, str], Value] | None = None
    ) -> None:
        self.book = book
        self.state = state
        self.supposed = supposed or {}
        self._truths: dict[int, Truth] = {}
        self._bounds: dict[int, Bounds] = {}
        self._conditions: dict[str, Truth] = {}

    # -- rules -----------------------------------------------------------------------------------
    def condition(self, code: str) -> Truth:
        """Whether a rule's condition holds: true, false or None (unknown)."""
        if code not in self._conditions:
            self._conditions[code] = self.truth(self.book.by_code[code].condition)
        return self._conditions[code]

    def amount(self, code: str) -> Bounds:
        """What a rule pays in fen, with bounds; 0 where its condition is false."""
        holds = self.condition(code)
        rule = self.book.by_code[code]
        if holds is False or rule.amount is None:
            return ZERO
        due = self.number(rule.amount)
        if holds:
            return due
        return Bounds(None, 0, None if due.ceiling is None else max(0, due.ceiling))

    # -- conditions ------------------------------------------------------------------------------
    def truth(self, node: Node) -> Truth:
        """Kleene truth of a condition."""
        key = id(node)
        if key not in self._truths:
            self._truths[key] = _TRUTHS[type(node)](self, node)
        return self._truths[key]

    def _truth_of_value(self, node: Node) -> Truth:
        value = self.value(node)
        return None if value is None else bool(value)

    def _not(self, node: Not) -> Truth:
        inner = self.truth(node.item)
        return None if inner is None else not inner

    def _and(self, node: And) -> Truth:
        result: Truth = True
        for item in node.items:
            part = self.truth(item)
            if part is False:
                return False
            if part is None:
                result = None
        return result

    def _or(self, node: Or) -> Truth:
        result: Truth = False
        for item in node.items:
            part = self.truth(item)
            if part is True:
                return True
            if part is None:
                result = None
        return result

    def _compare(self, node: Compare) -> Truth:
        left, right = self.value(node.left), self.value(node.right)
        return None if left is None or right is None else compare(node.operator, left, right)

    def _one_of(self, node: OneOf) -> Truth:
        value = self.value(node.item)
        return None if value is None else any(value == option.value for option in node.options)

    def _known(self, node: Known) -> Truth:
        return self.value(node.item) is not None

    def _rule(self, node: RuleRef) -> Truth:
        return self.condition(node.code)

    # -- values ----------------------------------------------------------------------------------
    def value(self, node: Node) -> Value | None:
        """The value of any expression, None when unknown."""
        read = _VALUES.get(type(node))
        if read is not None:
            return read(self, node)
        return self.number(node).value if type(node) in _NUMBERS else self.truth(node)

    def _literal(self, node: Literal) -> Value:
        return node.value

    def _fact(self, node: FactRef) -> Value | None:
        if self.supposed and (node.entity, node.name) in self.supposed:
            return self.supposed[node.entity, node.name]
        said = self.state.get(node.entity, node.name)
        return None if said is None else said.value

    def _parameter(self, node: ParameterRef) -> Value | None:
        if self.supposed and (None, node.key) in self.supposed:
            return self.supposed[None, node.key]
        return self.book.parameters[node.key].value

    def _division_part(self, node: DivisionPart) -> Value | None:
        code = self.value(node.item)
        return code[: node.digits] if isinstance(code, str) else None

    def _age(self, node: Age) -> Value | None:
        born = self.value(node.birth_date)
        return full_years(born, self.book.as_of, rule=self.book.age_rule) if isinstance(born, dt.date) else None

    def _months_since(self, node: MonthsSince) -> Value | None:
        since = self.value(node.date)
        return months_over(since, self.book.as_of, rule=self.book.month_rule) if isinstance(since, dt.date) else None

    def _named_value(self, node: Named) -> Value | None:
        return self.value(node.body)

    # -- numbers ---------------------------------------------------------------------------------
    def number(self, node: Node) -> Bounds:
        """A number or an amount with its bounds."""
        key = id(node)
        if key not in self._bounds:
            build = _NUMBERS.get(type(node))
            self._bounds[key] = build(self, node) if build else self._leaf(node)
        return self._bounds[key]

    def _leaf(self, node: Node) -> Bounds:
        value = self.value(node)
        if isinstance(value, int):
            return Bounds.exactly(value)
        if isinstance(node, FactRef):
            low, high = bounds_of(self.book.vocabulary.get(node.entity, node.name))
            return Bounds(None, low, high)
        return Bounds(None, 0, None)

    def _amount_ref(self, node: AmountRef) -> Bounds:
        return self.amount(node.code)

    def _named_number(self, node: Named) -> Bounds:
        return self.number(node.body)

    def _sum(self, node: Sum) -> Bounds:
        return add_up([self.number(item) for item in node.items])

    def _difference(self, node: Difference) -> Bounds:
        left, right = self.number(node.left), self.number(node.right)
        return Bounds(
            _minus(left.value, right.value), _minus(left.floor, right.ceiling), _minus(left.ceiling, right.floor)
        )

    def _scale(self, node: Scale) -> Bounds:
        item = self.number(node.item)
        low, high = _times(item.floor, node.factor), _times(item.ceiling, node.factor)
        return Bounds(_times(item.value, node.factor), *((low, high) if node.factor >= 0 else (high, low)))

    def _percent(self, node: Percent) -> Bounds:
        item, share = self.number(node.item), self.number(node.share)
        return Bounds(
            percent_of(item.value, share.value),
            percent_of(item.floor, share.floor),
            percent_of(item.ceiling, share.ceiling),
        )

    def _highest(self, node: Highest) -> Bounds:
        items = [self.number(item) for item in node.items]
        floors = [item.floor for item in items if item.floor is not None]
        return Bounds(
            _all(max, [item.value for item in items]),
            max(floors) if floors else None,
            _all(max, [item.ceiling for item in items]),
        )

    def _lowest(self, node: Lowest) -> Bounds:
        items = [self.number(item) for item in node.items]
        ceilings = [item.ceiling for item in items if item.ceiling is not None]
        return Bounds(
            _all(min, [item.value for item in items]),
            _all(min, [item.floor for item in items]),
            min(ceilings) if ceilings else None,
        )

    def _top_up(self, node: TopUp) -> Bounds:
        standard = self.number(node.standard)
        received = add_up([self.number(item) for item in node.received])
        value = _minus(standard.value, received.value)
        floor = _minus(standard.floor, received.ceiling)
        ceiling = _minus(standard.ceiling, received.floor)
        return Bounds(
            None if value is None else max(0, value),
            0 if floor is None else max(0, floor),
            None if ceiling is None else max(0, ceiling),
        )

    def _first(self, node: First) -> Bounds:
        possible: list[Bounds] = []
        certain = True
        for arm in node.arms:
            holds = self.truth(arm.condition)
            if holds is False:
                continue
            possible.append(self.number(arm.value))
            if holds:
                break
            certain = False
        else:
            possible.append(self.number(node.otherwise))
        value = possible[0].value if certain else None
        return Bounds(value, _all(min, [one.floor for one in possible]), _all(max, [one.ceiling for one in possible]))


def compare(operator: str, left: Value, right: Value) -> bool:
    """`left operator right` for two known values of one kind."""
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    return _ORDER[operator](left, right)


def bounds_of(definition: FactDefinition) -> tuple[int | None, int | None]:
    """Lowest and highest value of a numeric fact; a missing minimum means 0, a missing maximum no bound."""
    return (0 if definition.minimum is None else definition.minimum), definition.maximum


def add_up(items: list[Bounds]) -> Bounds:
    """The sum of several numbers, unknown and unbounded as soon as one is."""
    return Bounds(
        _all(sum, [item.value for item in items]),
        _all(sum, [item.floor for item in items]),
        _all(sum, [item.ceiling for item in items]),
    )


def percent_of(amount: int | None, share: int | None) -> int | None:
    """amount × share / 100, rounded half up to a whole fen (amounts and shares are not negative)."""
    return None if amount is None or share is None else (amount * share + 50) // 100


def _all(combine: Callable[[list[int]], int], values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return combine(known) if len(known) == len(values) else None


def _minus(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left - right


def _times(value: int | None, factor: int) -> int | None:
    return None if value is None else value * factor


_ORDER: Mapping[str, Callable[[object, object], bool]] = {
    "<": lambda left, right: left < right,  # type: ignore[operator]  # the parser lets only like kinds meet
    "<=": lambda left, right: left <= right,  # type: ignore[operator]
    ">": lambda left, right: left > right,  # type: ignore[operator]
    ">=": lambda left, right: left >= right,  # type: ignore[operator]
}
_TRUTHS: Mapping[type[Node], Callable[[Evaluation, Any], Truth]] = {
    Literal: Evaluation._truth_of_value,
    FactRef: Evaluation._truth_of_value,
    ParameterRef: Evaluation._truth_of_value,
    Not: Evaluation._not,
    And: Evaluation._and,
    Or: Evaluation._or,
    Compare: Evaluation._compare,
    OneOf: Evaluation._one_of,
    Known: Evaluation._known,
    RuleRef: Evaluation._rule,
    Named: lambda self, node: self.truth(node.body),
}
_VALUES: Mapping[type[Node], Callable[[Evaluation, Any], Value | None]] = {
    Literal: Evaluation._literal,
    FactRef: Evaluation._fact,
    ParameterRef: Evaluation._parameter,
    DivisionPart: Evaluation._division_part,
    Age: Evaluation._age,
    MonthsSince: Evaluation._months_since,
    Named: Evaluation._named_value,
}
_NUMBERS: Mapping[type[Node], Callable[[Evaluation, Any], Bounds]] = {
    AmountRef: Evaluation._amount_ref,
    Sum: Evaluation._sum,
    Difference: Evaluation._difference,
    Scale: Evaluation._scale,
    Percent: Evaluation._percent,
    Highest: Evaluation._highest,
    Lowest: Evaluation._lowest,
    TopUp: Evaluation._top_up,
    First: Evaluation._first,
    Named: Evaluation._named_number,
}
