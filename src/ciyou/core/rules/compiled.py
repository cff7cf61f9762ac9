"""The trees of a book made into functions, once: what a child's evaluation calls, for every level of trust in one pass.

A condition's answer is a **mask** of six bits: for each level of trust (presumed, rostered, verified) whether the condition is
true, and whether it is false, on what stands at least that firmly; neither is unknown. Kleene's *and*, *or* and *not* are then
operations on bits, and the answer on rosters alone costs nothing more than the answer on everything.

Equal subtrees are worked out once for a child, also where two rules share them: to the functions a name is what it stands for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from ciyou.core.clock.ages import full_years
from ciyou.core.clock.months import months_over
from ciyou.core.facts.definition import Value
from ciyou.core.rules.book import Rule
from ciyou.core.rules.calculating import amount_due, calculation, is_calculated, once_a_level, plain_number
from ciyou.core.rules.reading import (
    ALWAYS,
    EVERYWHERE,
    LEVELS,
    NEVER,
    TRUTHS,
    UNSEEN,
    Counts,
    Holds,
    Mask,
    Reader,
    Reads,
    Seen,
)
from ciyou.core.rules.tree import (
    Age,
    AmountRef,
    And,
    Compare,
    DivisionPart,
    FactRef,
    Known,
    Literal,
    MonthsSince,
    Named,
    Node,
    Not,
    OneOf,
    Or,
    ParameterRef,
    RuleRef,
    Scale,
    children_of,
    walk,
)


@dataclass(frozen=True, eq=False, slots=True)
class Condition:
    """A condition ready to be asked. `parts` of *and*, *or* and *not*; a leaf has none.

    Equal conditions are one object, but for comparisons of one thing unknown with another and what is built on them: to what
    would decide, each such comparison counts by itself, in the order of reading.
    """

    number: int
    node: Node
    parts: tuple[Condition, ...]
    holds: Holds


class _Same:
    """Some rules as a key: equal to themselves only, whatever they hold."""

    __slots__ = ("rules",)

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return id(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.rules is self.rules


def program_of(rules: tuple[Rule, ...]) -> Program:
    """The functions of these rules; of the same tuple, the same functions."""
    return _program(_Same(rules))


# A day's book shares its rules with the days around it, and a batch of awards keeps one small book for each text of the law.
@lru_cache(maxsize=512)
def _program(same: _Same) -> Program:
    return Program(same.rules)


class Program:
    """Functions for the nodes of some rules, made when they are first asked for; equal trees share one function."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = {rule.code: rule for rule in rules}
        self._kept: list[Node] = []  # so that no other node ever has the id of one of these
        self._numbers: dict[int, int] = {}
        self._numbered: dict[tuple[object, ...], int] = {}
        self._condition_of: dict[int, Condition] = {}
        self._conditions: dict[tuple[int, tuple[int, ...]], Condition] = {}
        self._apart_of: dict[int, tuple[int, ...]] = {}
        self._holds: dict[int, Holds] = {}
        self._read_in: dict[int, tuple[FactRef | ParameterRef, ...]] = {}
        self._counts: dict[int, Counts] = {}
        self._reads: dict[int, Reads] = {}
        self._amounts: dict[str, Counts] = {}

    def condition(self, node: Node) -> Condition:
        """What tells on which levels a condition is true and on which it is false."""
        found = self._condition_of.get(id(node))
        if found is None:
            found = self._condition_of[id(node)] = self._find_condition(node)
            self._kept.append(node)
        return found

    def holds(self, node: Node) -> Holds:
        """The function of a condition."""
        return self.condition(node).holds

    def counts(self, node: Node) -> Counts:
        """The function that gives a number or an amount, as far as it is known on a level."""
        node, number = self._meaning(node), self._number(node)
        if number not in self._counts:
            made = calculation(self, node)
            self._counts[number] = self._plain_number(node) if made is None else once_a_level(number, made)
        return self._counts[number]

    def reads(self, node: Node) -> Reads | None:
        """The function that reads a plain value; None for conditions and for what is calculated."""
        node, number = self._meaning(node), self._number(node)
        if type(node) not in _VALUES:
            return None
        if number not in self._reads:
            self._reads[number] = _VALUES[type(node)](self, node)
        return self._reads[number]

    def reads_in(self, node: Node) -> tuple[FactRef | ParameterRef, ...]:
        """The facts and parameters that stand in an expression, in reading order."""
        found = self._read_in.get(id(node))
        if found is None:
            found = tuple(part for part in walk(node) if isinstance(part, FactRef | ParameterRef))
            self._read_in[id(node)] = found
            self._kept.append(node)
        return found

    def is_number(self, node: Node) -> bool:
        """Whether an expression is calculated; else it is a condition or a plain value."""
        return is_calculated(self._meaning(node))

    def amount(self, code: str) -> Counts:
        """The function that gives what a rule pays, as far as it is known on a level; 0 where its condition is false."""
        if code not in self._amounts:
            rule = self._rules[code]
            due = None if rule.amount is None else self.counts(rule.amount)
            self._amounts[code] = amount_due(self.holds(rule.condition), due)
        return self._amounts[code]

    # -- what is the same ------------------------------------------------------------------------
    def _meaning(self, node: Node) -> Node:
        while isinstance(node, (Named, RuleRef)):
            node = node.body if isinstance(node, Named) else self._rules[node.code].condition
        return node

    def _number(self, node: Node) -> int:
        """A number for the node, the same for every node that means the same."""
        found = self._numbers.get(id(node))
        if found is None:
            meant = self._meaning(node)
            parts = tuple(self._number(part) for part in children_of(meant))
            found = self._numbered.setdefault((type(meant), parts, _own(meant)), len(self._numbered))
            self._numbers[id(node)] = found
            self._kept.append(node)
        return found

    def _find_condition(self, node: Node) -> Condition:
        node, key = self._meaning(node), (self._number(node), self._apart(node))
        if key not in self._conditions:
            parts = (
                tuple(self.condition(item) for item in children_of(node)) if isinstance(node, And | Or | Not) else ()
            )
            self._conditions[key] = Condition(len(self._conditions), node, parts, self._function(node, key[0]))
        return self._conditions[key]

    def _function(self, node: Node, number: int) -> Holds:
        if number not in self._holds:
            self._holds[number] = _CONDITIONS.get(type(node), Program._plain)(self, node, number)
        return self._holds[number]

    def _apart(self, node: Node) -> tuple[int, ...]:
        """The ids of the comparisons below that read more than one thing."""
        node = self._meaning(node)
        if id(node) not in self._apart_of:
            if isinstance(node, And | Or | Not):
                found = tuple(one for item in children_of(node) for one in self._apart(item))
            else:
                read = sum(_READ.get(type(part), 0) for part in walk(node))
                found = (id(node),) if read > 1 else ()
            self._apart_of[id(node)] = found
        return self._apart_of[id(node)]

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
        def years(reader: Reader, born: Value) -> Value | None:
            return full_years(born, reader.as_of, rule=reader.age_rule) if isinstance(born, dt.date) else None

        return self._derived(node, node.birth_date, years)

    def _months_since(self, node: MonthsSince) -> Reads:
        def months(reader: Reader, since: Value) -> Value | None:
            return months_over(since, reader.as_of, rule=reader.month_rule) if isinstance(since, dt.date) else None

        return self._derived(node, node.date, months)

    def _division_part(self, node: DivisionPart) -> Reads:
        digits = node.digits
        return self._derived(node, node.item, lambda _, code: code[:digits] if isinstance(code, str) else None)

    def _derived(self, node: Node, item: Node, work_out: Callable[[Reader, Value], Value | None]) -> Reads:
        number, read = self._number(node), self.reads(item)
        assert read is not None  # the parser lets only facts and other plain values stand there

        def value(reader: Reader) -> Seen:
            found = reader.values.get(number)
            if found is None:
                given, known = read(reader)
                worked_out = None if given is None else work_out(reader, given)
                found = reader.values[number] = UNSEEN if worked_out is None else (worked_out, known)
            return found

        return value

    def _plain_number(self, node: Node) -> Counts:
        read = self.reads(node)
        assert read is not None  # the parser lets no condition stand for a number
        return plain_number(read, node)

    def _value_on(self, node: Node) -> Callable[[Reader, int], Value | None]:
        """The function that gives the value of any expression on a level of trust, None where it is unknown."""
        read = self.reads(node)
        if read is not None:

            def plain(reader: Reader, level: int) -> Value | None:
                value, known = read(reader)
                return value if known >> level & 1 else None

            return plain
        if self.is_number(node):
            count = self.counts(node)
            return lambda reader, level: count(reader, level).value
        holds = self.holds(node)
        return lambda reader, level: TRUTHS[holds(reader) >> level & 0b1001]

    # -- conditions ------------------------------------------------------------------------------
    def _plain(self, node: Node, _number: int) -> Holds:
        """A plain value taken as a condition."""
        read = self.reads(node)
        assert read is not None  # the parser lets no number stand for a condition

        def mask(reader: Reader) -> Mask:
            value, known = read(reader)
            return known if value else known << 3

        return mask

    def _not(self, node: Not, _number: int) -> Holds:
        holds = self.holds(node.item)

        def mask(reader: Reader) -> Mask:
            found = holds(reader)
            return found >> 3 | (found & EVERYWHERE) << 3

        return mask

    def _and(self, node: And, number: int) -> Holds:
        parts = tuple(self.holds(item) for item in node.items)

        def mask(reader: Reader) -> Mask:
            found = reader.masks.get(number)
            if found is None:
                found = ALWAYS
                for part in parts:
                    one = part(reader)
                    found = found & one & ALWAYS | (found | one) & NEVER
                    if found == NEVER:
                        break
                reader.masks[number] = found
            return found

        return mask

    def _or(self, node: Or, number: int) -> Holds:
        parts = tuple(self.holds(item) for item in node.items)

        def mask(reader: Reader) -> Mask:
            found = reader.masks.get(number)
            if found is None:
                found = NEVER
                for part in parts:
                    one = part(reader)
                    found = (found | one) & ALWAYS | found & one & NEVER
                    if found == ALWAYS:
                        break
                reader.masks[number] = found
            return found

        return mask

    def _compare(self, node: Compare, number: int) -> Holds:
        left, right, holds = self.reads(node.left), self.reads(node.right), _OPERATORS[node.operator]
        if left is None or right is None:
            return self._compare_by_level(node, number)

        def mask(reader: Reader) -> Mask:
            found = reader.masks.get(number)
            if found is None:
                one, known = left(reader)
                other, also = right(reader)
                known &= also
                found = reader.masks[number] = known and (known if holds(one, other) else known << 3)
            return found

        return mask

    def _compare_by_level(self, node: Compare, number: int) -> Holds:
        left, right, holds = self._value_on(node.left), self._value_on(node.right), _OPERATORS[node.operator]

        def on(reader: Reader, level: int) -> Mask:
            one, other = left(reader, level), right(reader, level)
            return 0 if one is None or other is None else 0b0001 if holds(one, other) else 0b1000

        def mask(reader: Reader) -> Mask:
            if number not in reader.masks:
                reader.masks[number] = sum(on(reader, level) << level for level in LEVELS)
            return reader.masks[number]

        return mask

    def _one_of(self, node: OneOf, number: int) -> Holds:
        value_on, options = self._value_on(node.item), tuple(option.value for option in node.options)

        def on(reader: Reader, level: int) -> Mask:
            value = value_on(reader, level)
            return 0 if value is None else 0b0001 if value in options else 0b1000

        def mask(reader: Reader) -> Mask:
            if number not in reader.masks:
                reader.masks[number] = sum(on(reader, level) << level for level in LEVELS)
            return reader.masks[number]

        return mask

    def _known(self, node: Known, _number: int) -> Holds:
        value_on = self._value_on(node.item)
        return lambda reader: sum((0b1000 if value_on(reader, level) is None else 0b0001) << level for level in LEVELS)


def _own(node: Node) -> object:
    """What tells a node from others of its type with the same parts; true is not 1 here."""
    match node:
        case Literal(value, kind):
            return type(value), value, kind
        case FactRef(entity, name):
            return entity, name
        case ParameterRef(key=own) | AmountRef(own) | Compare(operator=own):
            return own
        case Scale(_, number) | DivisionPart(_, number):
            return number
        case OneOf(_, options):
            return tuple(_own(option) for option in options)
        case _:
            return None


_READ: Mapping[type[Node], int] = {FactRef: 1, ParameterRef: 1, RuleRef: 2, AmountRef: 2}
"""How many things a node reads, as far as it matters whether they are several."""
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_VALUES: Mapping[type[Node], Callable[[Program, Any], Reads]] = {
    Literal: Program._literal,
    FactRef: Program._fact,
    ParameterRef: Program._parameter,
    DivisionPart: Program._division_part,
    Age: Program._age,
    MonthsSince: Program._months_since,
}
_CONDITIONS: Mapping[type[Node], Callable[[Program, Any, int], Holds]] = {
    Not: Program._not,
    And: Program._and,
    Or: Program._or,
    Compare: Program._compare,
    OneOf: Program._one_of,
    Known: Program._known,
}
