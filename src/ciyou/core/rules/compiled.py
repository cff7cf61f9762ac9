"""The trees of a book made into functions, once: what a child's evaluation calls, for every level of trust in one pass.

A condition's answer is a **mask** of six bits: for each level of trust (presumed, rostered, verified) whether the condition is
true, and whether it is false, on what stands at least that firmly; neither is unknown. Kleene's *and*, *or* and *not* are then
operations on bits, and the answer on rosters alone costs nothing more than the answer on everything.

Equal subtrees are worked out once for a child, also where two rules share them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Protocol

from ciyou.core.clock.ages import AgeRule, full_years
from ciyou.core.clock.months import MonthRule, months_over
from ciyou.core.facts.definition import Entity, Value, Vocabulary
from ciyou.core.facts.state import Basis
from ciyou.core.rules import bounds
from ciyou.core.rules.book import ParameterValue, Rule
from ciyou.core.rules.bounds import ZERO, Bounds
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
    children_of,
)

Mask = int
Seen = tuple[Value | None, int]
"""A value and the levels (three bits) on which it is known."""

LEVELS = tuple(Basis)
EVERYWHERE = 0b111
ALWAYS: Mask = EVERYWHERE
NEVER: Mask = EVERYWHERE << 3
UNSEEN: Seen = (None, 0)
KNOWN_ON = tuple((1 << basis + 1) - 1 for basis in LEVELS)
"""The levels on which a statement of each basis counts: its own and every one below."""


class Reader(Protocol):
    """One child on one day, and what was worked out for it so far."""

    facts: Mapping[tuple[Entity, str], Seen]
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


class _Same:
    """An object as a key: equal to itself only, whatever it holds."""

    __slots__ = ("it",)

    def __init__(self, it: tuple[Rule, ...]) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.it is self.it


def program_of(rules: tuple[Rule, ...]) -> Program:
    """The functions of these rules; of the same tuple, the same functions."""
    return _program(_Same(rules))


# A day's book shares its rules with the days around it, and a batch of awards keeps one small book for each text of the law.
@lru_cache(maxsize=512)
def _program(rules: _Same) -> Program:
    return Program(rules.it)


class Program:
    """Functions for the nodes of some rules, made when they are first asked for; equal trees share one function."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = {rule.code: rule for rule in rules}
        self._kept: list[Node] = []  # so that no other node ever has the id of one of these
        self._holds_of: dict[int, Holds] = {}
        self._shapes: dict[int, int] = {}
        self._numbered: dict[tuple[object, ...], int] = {}
        self._holds: dict[int, Holds] = {}
        self._counts: dict[int, Counts] = {}
        self._reads: dict[int, Reads] = {}
        self._amounts: dict[str, Counts] = {}

    def holds(self, node: Node) -> Holds:
        """The function that tells on which levels a condition is true and on which it is false."""
        found = self._holds_of.get(id(node))
        if found is None:
            found = self._holds_of[id(node)] = self._made_condition(node)
            self._kept.append(node)
        return found

    def _made_condition(self, node: Node) -> Holds:
        node, shape = _meaning(node), self._shape(node)
        if shape not in self._holds:
            build = _CONDITIONS.get(type(node))
            self._holds[shape] = build(self, node) if build else self._plain(node)
        return self._holds[shape]

    def counts(self, node: Node) -> Counts:
        """The function that gives a number or an amount, as far as it is known on a level."""
        node, shape = _meaning(node), self._shape(node)
        if shape not in self._counts:
            build = _NUMBERS.get(type(node))
            self._counts[shape] = _once_a_level(shape, build(self, node)) if build else self._leaf(node)
        return self._counts[shape]

    def reads(self, node: Node) -> Reads | None:
        """The function that reads a plain value; None for conditions and for what is calculated."""
        node, shape = _meaning(node), self._shape(node)
        if type(node) not in _VALUES:
            return None
        if shape not in self._reads:
            self._reads[shape] = _VALUES[type(node)](self, node)
        return self._reads[shape]

    def is_number(self, node: Node) -> bool:
        """Whether an expression is calculated; else it is a condition or a plain value."""
        return type(_meaning(node)) in _NUMBERS

    def amount(self, code: str) -> Counts:
        """The function that gives what a rule pays, as far as it is known on a level; 0 where its condition is false."""
        if code not in self._amounts:
            self._amounts[code] = self._amount(self._rules[code])
        return self._amounts[code]

    def _amount(self, rule: Rule) -> Counts:
        holds = self.holds(rule.condition)
        due = None if rule.amount is None else self.counts(rule.amount)

        def count(reader: Reader, level: int) -> Bounds:
            mask = holds(reader) >> level
            if due is None or mask & 8:
                return ZERO
            return due(reader, level) if mask & 1 else due(reader, level).from_nothing()

        return count

    def _shape(self, node: Node) -> int:
        """A number for the node, the same for every node that means the same; a name alone means nothing."""
        node = _meaning(node)
        found = self._shapes.get(id(node))
        if found is None:
            parts = tuple(self._shape(part) for part in children_of(node))
            found = self._numbered.setdefault((type(node), parts, _own(node)), len(self._numbered))
            self._shapes[id(node)] = found
            self._kept.append(node)
        return found

    # -- values ----------------------------------------------------------------------------------
    def _literal(self, node: Literal) -> Reads:
        seen: Seen = (node.value, EVERYWHERE)
        return lambda reader: seen

    def _fact(self, node: FactRef) -> Reads:
        key = (node.entity, node.name)
        return lambda reader: reader.facts.get(key, UNSEEN)

    def _parameter(self, node: ParameterRef) -> Reads:
        key = node.key

        def value(reader: Reader) -> Seen:
            found = reader.parameters[key].value
            return UNSEEN if found is None else (found, EVERYWHERE)

        return value

    def _age(self, node: Age) -> Reads:
        return self._derived(
            node,
            node.birth_date,
            lambda reader, born: (
                full_years(born, reader.as_of, rule=reader.age_rule) if isinstance(born, dt.date) else None
            ),
        )

    def _months_since(self, node: MonthsSince) -> Reads:
        return self._derived(
            node,
            node.date,
            lambda reader, since: (
                months_over(since, reader.as_of, rule=reader.month_rule) if isinstance(since, dt.date) else None
            ),
        )

    def _division_part(self, node: DivisionPart) -> Reads:
        digits = node.digits
        return self._derived(node, node.item, lambda _, code: code[:digits] if isinstance(code, str) else None)

    def _derived(self, node: Node, item: Node, work_out: Callable[[Reader, Value], Value | None]) -> Reads:
        shape, read = self._shape(node), self.reads(item)
        assert read is not None  # the parser lets only facts and other plain values stand there

        def value(reader: Reader) -> Seen:
            found = reader.values.get(shape)
            if found is None:
                known_value, known = read(reader)
                worked_out = None if known_value is None else work_out(reader, known_value)
                found = reader.values[shape] = UNSEEN if worked_out is None else (worked_out, known)
            return found

        return value

    # -- conditions ------------------------------------------------------------------------------
    def _plain(self, node: Node) -> Holds:
        """A plain value taken as a condition."""
        read = self.reads(node)
        assert read is not None

        def mask(reader: Reader) -> Mask:
            value, known = read(reader)
            return known if value else known << 3

        return mask

    def _not(self, node: Not) -> Holds:
        holds = self.holds(node.item)

        def mask(reader: Reader) -> Mask:
            found = holds(reader)
            return found >> 3 | (found & EVERYWHERE) << 3

        return mask

    def _and(self, node: And) -> Holds:
        shape, parts = self._shape(node), tuple(self.holds(item) for item in node.items)

        def mask(reader: Reader) -> Mask:
            found = reader.masks.get(shape)
            if found is None:
                found = ALWAYS
                for part in parts:
                    one = part(reader)
                    found = found & one & ALWAYS | (found | one) & NEVER
                    if found == NEVER:
                        break
                reader.masks[shape] = found
            return found

        return mask

    def _or(self, node: Or) -> Holds:
        shape, parts = self._shape(node), tuple(self.holds(item) for item in node.items)

        def mask(reader: Reader) -> Mask:
            found = reader.masks.get(shape)
            if found is None:
                found = NEVER
                for part in parts:
                    one = part(reader)
                    found = (found | one) & ALWAYS | found & one & NEVER
                    if found == ALWAYS:
                        break
                reader.masks[shape] = found
            return found

        return mask

    def _compare(self, node: Compare) -> Holds:
        left, right = self.reads(node.left), self.reads(node.right)
        if left is None or right is None:
            return self._compare_numbers(node)
        shape, holds = self._shape(node), _OPERATORS[node.operator]

        def mask(reader: Reader) -> Mask:
            found = reader.masks.get(shape)
            if found is None:
                one, known = left(reader)
                other, also = right(reader)
                known &= also
                found = reader.masks[shape] = known and (known if holds(one, other) else known << 3)
            return found

        return mask

    def _compare_numbers(self, node: Compare) -> Holds:
        left, right, holds = self.counts(node.left), self.counts(node.right), _OPERATORS[node.operator]
        shape = self._shape(node)

        def mask(reader: Reader) -> Mask:
            if shape not in reader.masks:
                reader.masks[shape] = sum(at_level(reader, level) << level for level in LEVELS)
            return reader.masks[shape]

        def at_level(reader: Reader, level: int) -> int:
            one, other = left(reader, level).value, right(reader, level).value
            return 0 if one is None or other is None else 1 if holds(one, other) else 8

        return mask

    def _one_of(self, node: OneOf) -> Holds:
        read, options = self.reads(node.item), tuple(option.value for option in node.options)
        if read is None:
            return self._one_of_numbers(self.counts(node.item), options)

        def mask(reader: Reader) -> Mask:
            value, known = read(reader)
            return known if value in options else known << 3

        return mask

    def _one_of_numbers(self, count: Counts, options: tuple[Value, ...]) -> Holds:
        def at_level(reader: Reader, level: int) -> int:
            value = count(reader, level).value
            return 0 if value is None else 1 if value in options else 8

        return lambda reader: sum(at_level(reader, level) << level for level in LEVELS)

    def _known(self, node: Known) -> Holds:
        levels = self._known_levels(node.item)

        def mask(reader: Reader) -> Mask:
            known = levels(reader)
            return known | (known ^ EVERYWHERE) << 3

        return mask

    def _known_levels(self, item: Node) -> Callable[[Reader], int]:
        read = self.reads(item)
        if read is not None:
            return lambda reader: read(reader)[1]
        if self.is_number(item):
            count = self.counts(item)
            return lambda reader: sum((count(reader, level).value is not None) << level for level in LEVELS)
        holds = self.holds(item)
        return lambda reader: (holds(reader) | holds(reader) >> 3) & EVERYWHERE

    def _rule(self, node: RuleRef) -> Holds:
        return self.holds(self._rules[node.code].condition)

    # -- numbers ---------------------------------------------------------------------------------
    def _leaf(self, node: Node) -> Counts:
        read = self.reads(node)
        assert read is not None
        fact = (node.entity, node.name) if isinstance(node, FactRef) else None

        def count(reader: Reader, level: int) -> Bounds:
            value, known = read(reader)
            if known >> level & 1 and isinstance(value, int):
                return Bounds(value, value, value)
            low, high = (0, None) if fact is None else bounds.bounds_of(reader.vocabulary.get(*fact))
            return Bounds(None, low, high)

        return count

    def _amount_ref(self, node: AmountRef) -> Counts:
        return self.amount(node.code)

    def _of_several(self, node: Sum | Highest | Lowest) -> Counts:
        combine, items = _COMBINED[type(node)], tuple(self.counts(item) for item in node.items)
        return lambda reader, level: combine([item(reader, level) for item in items])

    def _difference(self, node: Difference) -> Counts:
        left, right = self.counts(node.left), self.counts(node.right)
        return lambda reader, level: bounds.take_away(left(reader, level), right(reader, level))

    def _scale(self, node: Scale) -> Counts:
        item, factor = self.counts(node.item), node.factor
        return lambda reader, level: bounds.times(item(reader, level), factor)

    def _percent(self, node: Percent) -> Counts:
        item, share = self.counts(node.item), self.counts(node.share)
        return lambda reader, level: bounds.share_of(item(reader, level), share(reader, level))

    def _top_up(self, node: TopUp) -> Counts:
        standard, received = self.counts(node.standard), tuple(self.counts(item) for item in node.received)
        return lambda reader, level: bounds.top_up(
            standard(reader, level), bounds.add_up([item(reader, level) for item in received])
        )

    def _first(self, node: First) -> Counts:
        arms = tuple((self.holds(arm.condition), self.counts(arm.value)) for arm in node.arms)
        otherwise = self.counts(node.otherwise)

        def count(reader: Reader, level: int) -> Bounds:
            possible: list[Bounds] = []
            certain = True
            for holds, value in arms:
                mask = holds(reader) >> level
                if mask & 8:
                    continue
                possible.append(value(reader, level))
                if mask & 1:
                    break
                certain = False
            else:
                possible.append(otherwise(reader, level))
            return bounds.hull(possible, certain=certain)

        return count


def _meaning(node: Node) -> Node:
    while isinstance(node, Named):
        node = node.body
    return node


def _once_a_level(shape: int, work_out: Counts) -> Counts:
    def count(reader: Reader, level: int) -> Bounds:
        key = (shape, level)
        found = reader.numbers.get(key)
        if found is None:
            found = reader.numbers[key] = work_out(reader, level)
        return found

    return count


def _own(node: Node) -> object:
    """What tells a node from others of its type with the same parts; true is not 1 here."""
    match node:
        case Literal(value, kind):
            return type(value), value, kind
        case FactRef(entity, name):
            return entity, name
        case ParameterRef(key=own) | RuleRef(own) | AmountRef(own) | Compare(operator=own):
            return own
        case Scale(_, number) | DivisionPart(_, number):
            return number
        case OneOf(_, options):
            return tuple(_own(option) for option in options)
        case _:
            return None


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_COMBINED: Mapping[type[Node], Callable[[Sequence[Bounds]], Bounds]] = {
    Sum: bounds.add_up,
    Highest: bounds.highest,
    Lowest: bounds.lowest,
}
_VALUES: Mapping[type[Node], Callable[[Program, Any], Reads]] = {
    Literal: Program._literal,
    FactRef: Program._fact,
    ParameterRef: Program._parameter,
    DivisionPart: Program._division_part,
    Age: Program._age,
    MonthsSince: Program._months_since,
}
_CONDITIONS: Mapping[type[Node], Callable[[Program, Any], Holds]] = {
    Not: Program._not,
    And: Program._and,
    Or: Program._or,
    Compare: Program._compare,
    OneOf: Program._one_of,
    Known: Program._known,
    RuleRef: Program._rule,
}
_NUMBERS: Mapping[type[Node], Callable[[Program, Any], Counts]] = {
    AmountRef: Program._amount_ref,
    Sum: Program._of_several,
    Highest: Program._of_several,
    Lowest: Program._of_several,
    Difference: Program._difference,
    Scale: Program._scale,
    Percent: Program._percent,
    TopUp: Program._top_up,
    First: Program._first,
}
