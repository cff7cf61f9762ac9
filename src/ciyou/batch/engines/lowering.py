"""From the trees of a rule book to steps: constants put in, ages and months turned into dates, unknown kept unknown.

The meaning is that of `core.rules.evaluation`, node by node; the parity tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ciyou.batch.engines.calendar_steps import age_in_years, age_test, months_over, months_test
from ciyou.batch.engines.steps import Op, Sheet
from ciyou.core.facts.definition import column_name
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.kinds import kind_of
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
    Kind,
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

_FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def parameter_column(key: str) -> str:
    """The column that carries a parameter where it differs by division: `param__minimum_months`."""
    return f"param__{key.replace('.', '__')}"


class Lowering:
    """Puts the rules of one book on a sheet of steps.

    Parameters named in `parameter_columns` become columns of the table, the others constants of the book.
    """

    def __init__(self, book: RuleBook, *, sheet: Sheet, parameter_columns: frozenset[str] = frozenset()) -> None:
        self.book = book
        self.sheet = sheet
        self.parameter_columns = parameter_columns
        self._conditions: dict[str, int] = {}
        self._amounts: dict[str, int] = {}
        self._values: dict[int, int] = {}

    def condition(self, code: str) -> int:
        """The step that says whether a rule's condition holds."""
        if code not in self._conditions:
            self._conditions[code] = self.value(self.book.by_code[code].condition)
        return self._conditions[code]

    def amount(self, code: str) -> int:
        """The step that gives what a rule pays: 0 where its condition is false, unknown where that is unknown."""
        if code not in self._amounts:
            self._amounts[code] = self._paid(code)
        return self._amounts[code]

    def _paid(self, code: str) -> int:
        amount, zero = self.book.by_code[code].amount, self.sheet.constant(0, Kind.MONEY)
        return zero if amount is None else self.sheet.first([(self.condition(code), self.value(amount))], zero)

    def value(self, node: Node) -> int:
        """The step that gives an expression's value or truth."""
        # Trees share the bodies of predicates as objects and live as long as the book, so the object's id is a safe key.
        if id(node) not in self._values:
            self._values[id(node)] = _BUILD[type(node)](self, node)
        return self._values[id(node)]

    def values(self, nodes: tuple[Node, ...]) -> list[int]:
        return [self.value(node) for node in nodes]

    # -- leaves --------------------------------------------------------------------------------
    def _literal(self, node: Literal) -> int:
        return self.sheet.constant(node.value, node.kind)

    def _fact(self, node: FactRef) -> int:
        return self.sheet.column(column_name(node.entity, node.name), node.kind)

    def _parameter(self, node: ParameterRef) -> int:
        if node.key in self.parameter_columns:
            return self.sheet.column(parameter_column(node.key), node.kind)
        return self.sheet.constant(self.book.parameters[node.key].value, node.kind)

    # -- conditions ----------------------------------------------------------------------------
    def _not(self, node: Not) -> int:
        return self.sheet.negate(self.value(node.item))

    def _and(self, node: And) -> int:
        return self.sheet.all_of(self.values(node.items))

    def _or(self, node: Or) -> int:
        return self.sheet.any_of(self.values(node.items))

    def _known(self, node: Known) -> int:
        return self.sheet.present(self.value(node.item))

    def _compare(self, node: Compare) -> int:
        if _is_count_of_time(node.right) and not _is_count_of_time(node.left):
            return self._test(_FLIPPED[node.operator], node.right, self.value(node.left))
        return self._test(node.operator, node.left, self.value(node.right))

    def _one_of(self, node: OneOf) -> int:
        return self.sheet.any_of(
            [self._test("==", node.item, self.sheet.constant(option.value, option.kind)) for option in node.options]
        )

    def _test(self, symbol: str, left: Node, right: int) -> int:
        """`left symbol right`; an age or a count of months against a constant becomes a test of the date itself."""
        while isinstance(left, Named):
            left = left.body
        threshold = self.sheet.whole_number(right)
        if threshold is not None and isinstance(left, Age):
            born = self.value(left.birth_date)
            found = age_test(self.sheet, symbol, born, years=threshold, day=self.book.as_of, rule=self.book.age_rule)
        elif threshold is not None and isinstance(left, MonthsSince):
            since, day, rule = self.value(left.date), self.book.as_of, self.book.month_rule
            found = months_test(self.sheet, symbol, since, months=threshold, day=day, rule=rule)
        else:
            found = None
        return self.sheet.compare(symbol, self.value(left), right) if found is None else found

    # -- values --------------------------------------------------------------------------------
    def _age(self, node: Age) -> int:
        return age_in_years(self.sheet, self.value(node.birth_date), day=self.book.as_of, rule=self.book.age_rule)

    def _months(self, node: MonthsSince) -> int:
        return months_over(self.sheet, self.value(node.date), day=self.book.as_of, rule=self.book.month_rule)

    def _division(self, node: DivisionPart) -> int:
        return self.sheet.prefix(self.value(node.item), node.digits)

    def _sum(self, node: Sum) -> int:
        return self.sheet.plus(self.values(node.items), kind_of(node))

    def _difference(self, node: Difference) -> int:
        return self.sheet.minus(self.value(node.left), self.value(node.right), kind_of(node))

    def _scale(self, node: Scale) -> int:
        kind = kind_of(node)
        return self.sheet.times(self.value(node.item), self.sheet.constant(node.factor, Kind.INT), kind)

    def _percent(self, node: Percent) -> int:
        return percent_of(self.sheet, self.value(node.item), self.value(node.share), kind_of(node))

    def _highest(self, node: Highest) -> int:
        return self.sheet.extreme(Op.LARGEST, self.values(node.items), kind_of(node))

    def _lowest(self, node: Lowest) -> int:
        return self.sheet.extreme(Op.SMALLEST, self.values(node.items), kind_of(node))

    def _top_up(self, node: TopUp) -> int:
        return gap(self.sheet, self.value(node.standard), self.sheet.plus(self.values(node.received)))

    def _first(self, node: First) -> int:
        cases = [(self.value(arm.condition), self.value(arm.value)) for arm in node.arms]
        return self.sheet.first(cases, self.value(node.otherwise))


def percent_of(sheet: Sheet, amount: int, share: int, kind: Kind) -> int:
    """amount × share / 100, rounded half up."""
    return sheet.quotient(sheet.plus([sheet.times(amount, share, kind), sheet.constant(50, kind)], kind), 100, kind)


def gap(sheet: Sheet, standard: int, received: int) -> int:
    """max(0, standard − received)."""
    return sheet.extreme(Op.LARGEST, [sheet.minus(standard, received), sheet.constant(0, Kind.MONEY)])


def _is_count_of_time(node: Node) -> bool:
    while isinstance(node, Named):
        node = node.body
    return isinstance(node, (Age, MonthsSince))


_BUILD: Mapping[type[Node], Callable[[Lowering, Any], int]] = {
    Literal: Lowering._literal,
    FactRef: Lowering._fact,
    ParameterRef: Lowering._parameter,
    RuleRef: lambda lowering, node: lowering.condition(node.code),
    AmountRef: lambda lowering, node: lowering.amount(node.code),
    Named: lambda lowering, node: lowering.value(node.body),
    Not: Lowering._not,
    And: Lowering._and,
    Or: Lowering._or,
    Known: Lowering._known,
    Compare: Lowering._compare,
    OneOf: Lowering._one_of,
    Age: Lowering._age,
    MonthsSince: Lowering._months,
    DivisionPart: Lowering._division,
    Sum: Lowering._sum,
    Difference: Lowering._difference,
    Scale: Lowering._scale,
    Percent: Lowering._percent,
    Highest: Lowering._highest,
    Lowest: Lowering._lowest,
    TopUp: Lowering._top_up,
    First: Lowering._first,
}
