"""From a rule's tree to the prover's formulas: the same three-valued meaning as `core.rules.evaluation`, node by node.

A condition becomes a pair (definitely true, definitely false); any other value a pair (value, known). What a fact or a
parameter is, the translator asks of its `Leaves`: a variable, a constant, or one of them depending on a third.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

import z3

from ciyou.batch.proofs.clock_terms import age_at_least, full_years_term, months_at_least, months_over_term
from ciyou.batch.proofs.codes import Codes
from ciyou.core.errors import ClockError
from ciyou.core.facts.definition import Entity
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

Formula = Any  # z3 gives its expressions no useful static types
# The only constants: formulas are folded by asking whether a part is one of these two.
TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)
DIVISION_DIGITS = 12


@dataclass(frozen=True)
class Truth:
    """A condition: where it definitely holds, and where it definitely does not."""

    yes: Formula
    no: Formula

    @property
    def open(self) -> Formula:
        return all_of([negation(self.yes), negation(self.no)])


@dataclass(frozen=True)
class Term:
    """A value (a whole number; of a Boolean, a Boolean) and where it is known. Where it is not, `value` means nothing.

    `parts`: of a date that is a variable, its year, month and day.
    """

    value: Formula
    known: Formula
    parts: tuple[Formula, ...] = ()


class Leaves(Protocol):
    """What the facts and parameters are."""

    def fact(self, entity: Entity, name: str) -> Term:
        """The value of a fact."""

    def parameter(self, key: str) -> Term:
        """The value of a parameter."""


def all_of(parts: Iterable[Formula]) -> Formula:
    """The conjunction, without what is true anyway."""
    found = [part for part in parts if part is not TRUE]
    if any(part is FALSE for part in found):
        return FALSE
    return TRUE if not found else found[0] if len(found) == 1 else z3.And(found)


def any_of(parts: Iterable[Formula]) -> Formula:
    """The disjunction, without what is false anyway."""
    found = [part for part in parts if part is not FALSE]
    if any(part is TRUE for part in found):
        return TRUE
    return FALSE if not found else found[0] if len(found) == 1 else z3.Or(found)


def negation(part: Formula) -> Formula:
    """The negation, at once where the part is a constant."""
    return FALSE if part is TRUE else TRUE if part is FALSE else z3.Not(part)


def choice(condition: Formula, then: Formula, otherwise: Formula) -> Formula:
    """One of two values, at once where the condition is a constant."""
    return then if condition is TRUE else otherwise if condition is FALSE else z3.If(condition, then, otherwise)


class Translator:
    """Translates the expressions of one book; every node once."""

    def __init__(self, book: RuleBook, leaves: Leaves, codes: Codes) -> None:
        self.book, self.leaves, self.codes = book, leaves, codes
        # The node is kept beside its formula: an id means something only while its node lives.
        self._truths: dict[int, tuple[Node, Truth]] = {}
        self._values: dict[int, tuple[Node, Term]] = {}

    # -- rules -----------------------------------------------------------------------------------
    def condition(self, code: str) -> Truth:
        """Whether a rule's condition holds."""
        return self.truth(self.book.by_code[code].condition)

    def amount(self, code: str) -> Term:
        """What a rule pays in fen; 0 where its condition is false."""
        rule = self.book.by_code[code]
        if rule.amount is None:
            return Term(z3.IntVal(0), TRUE)
        holds, due = self.condition(code), self.value(rule.amount)
        known = any_of([holds.no, all_of([holds.yes, due.known])])
        return Term(choice(holds.yes, due.value, z3.IntVal(0)), known)

    # -- conditions ------------------------------------------------------------------------------
    def truth(self, node: Node) -> Truth:
        """A condition."""
        if id(node) not in self._truths:
            self._truths[id(node)] = node, _TRUTHS[type(node)](self, node)
        return self._truths[id(node)][1]

    def _literal_truth(self, node: Literal) -> Truth:
        return Truth(TRUE, FALSE) if node.value else Truth(FALSE, TRUE)

    def _truth_of_value(self, node: Node) -> Truth:
        said = self.value(node)
        return Truth(all_of([said.known, said.value]), all_of([said.known, negation(said.value)]))

    def _not(self, node: Not) -> Truth:
        inner = self.truth(node.item)
        return Truth(inner.no, inner.yes)

    def _and(self, node: And) -> Truth:
        parts = [self.truth(item) for item in node.items]
        return Truth(all_of(part.yes for part in parts), any_of(part.no for part in parts))

    def _or(self, node: Or) -> Truth:
        parts = [self.truth(item) for item in node.items]
        return Truth(any_of(part.yes for part in parts), all_of(part.no for part in parts))

    def _compare(self, node: Compare) -> Truth:
        left, right = self.value(node.left), self.value(node.right)
        known = all_of([left.known, right.known])
        holds = self._clock_comparison(node, left, right)
        if holds is None:
            holds = _OPERATORS[node.operator](left.value, right.value)
        return Truth(all_of([known, holds]), all_of([known, negation(holds)]))

    def _clock_comparison(self, node: Compare, left: Term, right: Term) -> Formula | None:
        """An age or a number of months against a constant, as one comparison of dates."""
        if isinstance(node.left, (Age, MonthsSince)) and z3.is_int_value(right.value):
            return self._against(node.left, node.operator, right.value.as_long())
        if isinstance(node.right, (Age, MonthsSince)) and z3.is_int_value(left.value):
            return self._against(node.right, _MIRRORED[node.operator], left.value.as_long())
        return None

    def _against(self, clock: Age | MonthsSince, operator: str, count: int) -> Formula | None:
        try:
            reached, passed = self._at_least(clock, count), self._at_least(clock, count + 1)
        except ClockError:
            return None  # the threshold lies before the calendar: counted out instead
        return {
            ">=": reached,
            ">": passed,
            "<": negation(reached),
            "<=": negation(passed),
            "==": all_of([reached, negation(passed)]),
            "!=": any_of([negation(reached), passed]),
        }[operator]

    def _at_least(self, clock: Age | MonthsSince, count: int) -> Formula:
        if isinstance(clock, Age):
            return age_at_least(self.value(clock.birth_date).value, count, self.book)
        return months_at_least(self.value(clock.date).value, count, self.book)

    def _one_of(self, node: OneOf) -> Truth:
        item = self.value(node.item)
        holds = any_of(item.value == self._constant(option) for option in node.options)
        return Truth(all_of([item.known, holds]), all_of([item.known, negation(holds)]))

    def _known(self, node: Known) -> Truth:
        known = self.value(node.item).known
        return Truth(known, negation(known))

    def _rule(self, node: RuleRef) -> Truth:
        return self.condition(node.code)

    def _named_truth(self, node: Named) -> Truth:
        return self.truth(node.body)

    # -- values ----------------------------------------------------------------------------------
    def value(self, node: Node) -> Term:
        """Any expression's value; a condition's is a Boolean."""
        if id(node) not in self._values:
            read = _VALUES.get(type(node))
            self._values[id(node)] = node, read(self, node) if read else self._value_of_truth(node)
        return self._values[id(node)][1]

    def _value_of_truth(self, node: Node) -> Term:
        holds = self.truth(node)
        return Term(holds.yes, any_of([holds.yes, holds.no]))

    def _constant(self, node: Literal) -> Formula:
        if node.kind is Kind.BOOL:
            return TRUE if node.value else FALSE
        return z3.IntVal(self.codes.number(node.value))

    def _literal(self, node: Literal) -> Term:
        return Term(self._constant(node), TRUE)

    def _fact(self, node: FactRef) -> Term:
        return self.leaves.fact(node.entity, node.name)

    def _parameter(self, node: ParameterRef) -> Term:
        return self.leaves.parameter(node.key)

    def _named(self, node: Named) -> Term:
        return self._value_of_truth(node) if kind_of(node) is Kind.BOOL else self.value(node.body)

    def _division_part(self, node: DivisionPart) -> Term:
        whole = self.value(node.item)
        if z3.is_int_value(whole.value):
            text = str(self.codes.value(whole.value.as_long(), Kind.ENUM))
            return Term(z3.IntVal(self.codes.number(text[: node.digits])), whole.known)
        return Term(whole.value / 10 ** (DIVISION_DIGITS - node.digits), whole.known)

    def _age(self, node: Age) -> Term:
        born = self.value(node.birth_date)
        return Term(full_years_term(born.value, self.book), born.known)

    def _months_since(self, node: MonthsSince) -> Term:
        since = self.value(node.date)
        return Term(months_over_term(since.value, since.parts, self.book), since.known)

    def _amount_ref(self, node: AmountRef) -> Term:
        return self.amount(node.code)

    def _several(self, items: Iterable[Node], combine: Callable[[Formula, Formula], Formula]) -> Term:
        parts = [self.value(item) for item in items]
        return Term(reduce(combine, (part.value for part in parts)), all_of(part.known for part in parts))

    def _sum(self, node: Sum) -> Term:
        return self._several(node.items, lambda a, b: a + b)

    def _difference(self, node: Difference) -> Term:
        return self._several((node.left, node.right), lambda a, b: a - b)

    def _scale(self, node: Scale) -> Term:
        item = self.value(node.item)
        return Term(item.value * node.factor, item.known)

    def _percent(self, node: Percent) -> Term:
        # z3 divides whole numbers rounding down where the divisor is positive, as Python does.
        return self._several((node.item, node.share), lambda amount, share: (amount * share + 50) / 100)

    def _highest(self, node: Highest) -> Term:
        return self._several(node.items, lambda a, b: z3.If(a >= b, a, b))

    def _lowest(self, node: Lowest) -> Term:
        return self._several(node.items, lambda a, b: z3.If(a <= b, a, b))

    def _top_up(self, node: TopUp) -> Term:
        left = self._several((node.standard, *node.received), lambda a, b: a - b)
        return Term(z3.If(left.value >= 0, left.value, z3.IntVal(0)), left.known)

    def _first(self, node: First) -> Term:
        result = self.value(node.otherwise)
        for arm in reversed(node.arms):
            holds, due = self.truth(arm.condition), self.value(arm.value)
            known = any_of([all_of([holds.yes, due.known]), all_of([holds.no, result.known])])
            result = Term(choice(holds.yes, due.value, result.value), known)
        return result


_OPERATORS: Mapping[str, Callable[[Formula, Formula], Formula]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TRUTHS: Mapping[type[Node], Callable[[Translator, Any], Truth]] = {
    Literal: Translator._literal_truth,
    FactRef: Translator._truth_of_value,
    ParameterRef: Translator._truth_of_value,
    Not: Translator._not,
    And: Translator._and,
    Or: Translator._or,
    Compare: Translator._compare,
    OneOf: Translator._one_of,
    Known: Translator._known,
    RuleRef: Translator._rule,
    Named: Translator._named_truth,
}
_VALUES: Mapping[type[Node], Callable[[Translator, Any], Term]] = {
    Literal: Translator._literal,
    FactRef: Translator._fact,
    ParameterRef: Translator._parameter,
    Named: Translator._named,
    DivisionPart: Translator._division_part,
    Age: Translator._age,
    MonthsSince: Translator._months_since,
    AmountRef: Translator._amount_ref,
    Sum: Translator._sum,
    Difference: Translator._difference,
    Scale: Translator._scale,
    Percent: Translator._percent,
    Highest: Translator._highest,
    Lowest: Translator._lowest,
    TopUp: Translator._top_up,
    First: Translator._first,
}
