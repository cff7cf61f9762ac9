"""Which unknowns can still change a result: exactly those, found on a decision diagram of what is left of the rule.

What is known is folded away; each unknown fact or open parameter becomes a variable whose values are grouped into the
classes that the rule can tell apart; the rest is an ordered, reduced, multi-valued decision diagram (Bryant 1986; Kam et al.
1998). In a reduced diagram a variable appears if and only if the result depends on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ciyou.core.facts.definition import Entity, FactType, Value
from ciyou.core.rules.diagram import FALSE, TRUE, Diagram, Root
from ciyou.core.rules.evaluation import Evaluation, bounds_of
from ciyou.core.rules.tree import (
    And,
    Compare,
    FactRef,
    Kind,
    Known,
    Literal,
    Named,
    Node,
    Not,
    OneOf,
    Or,
    ParameterRef,
    RuleRef,
    children_of,
    walk,
)


@dataclass(frozen=True, order=True)
class Unknown:
    """A fact that is not known, or (entity None) a parameter that the sources leave open."""

    entity: Entity | None
    name: str

    def __str__(self) -> str:
        return f"{self.entity}.{self.name}" if self.entity else f"param.{self.name}"


def deciding_unknowns(evaluation: Evaluation, condition: Node) -> tuple[Unknown, ...]:
    """The unknowns that can still change an unknown condition, in reading order; empty when its truth is already forced."""
    builder = _Builder(evaluation)
    root = builder.build(condition)
    support = builder.diagram.support(root)
    found: dict[Unknown, None] = {}
    for variable in support:
        for unknown in builder.unknowns_of[variable]:
            found[unknown] = None
    return tuple(found)


def unknowns_in_amount(evaluation: Evaluation, amount: Node) -> tuple[Unknown, ...]:
    """The unknowns that an unknown amount rests on: unknown values it adds up and unknown conditions it chooses by."""
    found: dict[Unknown, None] = {}
    _collect_amount(evaluation, amount, found)
    return tuple(found)


def _collect_amount(evaluation: Evaluation, node: Node, found: dict[Unknown, None]) -> None:
    if isinstance(node, (FactRef, ParameterRef)):
        if evaluation.value(node) is None:
            found[_unknown(node)] = None
        return
    for part in _parts_that_matter(evaluation, node):
        if _is_condition(part):
            if evaluation.truth(part) is None:
                found.update(dict.fromkeys(deciding_unknowns(evaluation, part)))
        else:
            _collect_amount(evaluation, part, found)


def _parts_that_matter(evaluation: Evaluation, node: Node) -> Iterator[Node]:
    from_rule = getattr(node, "code", None)
    if from_rule is not None:
        rule = evaluation.book.by_code[from_rule]
        yield rule.condition
        if rule.amount is not None and evaluation.condition(from_rule) is not False:
            yield rule.amount
        return
    arms = getattr(node, "arms", None)
    if arms is None:
        yield from children_of(node)
        return
    for arm in arms:
        holds = evaluation.truth(arm.condition)
        if holds is False:
            continue
        yield from (arm.condition, arm.value)
        if holds:
            return
    yield node.otherwise  # type: ignore[attr-defined]  # only `first` has arms


def _is_condition(node: Node) -> bool:
    return isinstance(node, (And, Or, Not, Compare, OneOf, RuleRef, Known)) or (
        isinstance(node, FactRef) and node.kind == Kind.BOOL
    )


def _unknown(node: FactRef | ParameterRef) -> Unknown:
    return Unknown(node.entity, node.name) if isinstance(node, FactRef) else Unknown(None, node.key)


class _Builder:
    """Builds the diagram of what is left of a condition when everything known is folded in."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.diagram = Diagram()
        self.unknowns_of: dict[int, tuple[Unknown, ...]] = {}
        self._variables: dict[object, int] = {}
        self._values: dict[int, tuple[Value, ...]] = {}
        self._atoms_of: dict[Unknown, list[Node]] = {}
        self._roots: dict[int, Root] = {}

    def build(self, condition: Node) -> Root:
        for atom in self._open_atoms(condition):
            unknowns = self._unknowns_below(atom)
            if len(unknowns) == 1:
                self._atoms_of.setdefault(unknowns[0], []).append(atom)
        return self._root(condition)

    def _open_atoms(self, node: Node) -> Iterator[Node]:
        """Every unknown leaf condition below a node, through the rules it refers to."""
        if self.evaluation.truth(node) is not None:
            return
        match node:
            case And(items) | Or(items):
                for item in items:
                    yield from self._open_atoms(item)
            case Not(item):
                yield from self._open_atoms(item)
            case Named(body=body):
                yield from self._open_atoms(body)
            case RuleRef(code):
                yield from self._open_atoms(self.evaluation.book.by_code[code].condition)
            case _:
                yield node

    def _root(self, node: Node) -> Root:
        key = id(node)
        if key not in self._roots:
            self._roots[key] = self._make_root(node)
        return self._roots[key]

    def _make_root(self, node: Node) -> Root:
        known = self.evaluation.truth(node)
        if known is not None:
            return TRUE if known else FALSE
        match node:
            case And(items):
                return self.diagram.conjunction(self._root(item) for item in items)
            case Or(items):
                return self.diagram.disjunction(self._root(item) for item in items)
            case Not(item):
                return self.diagram.negation(self._root(item))
            case Named(body=body):
                return self._root(body)
            case RuleRef(code):
                return self._root(self.evaluation.book.by_code[code].condition)
            case _:
                return self._atom(node)

    def _atom(self, node: Node) -> Root:
        unknowns = self._unknowns_below(node)
        if len(unknowns) != 1:
            # Two unknowns meet in one comparison: it may turn out either way, whatever else is known.
            variable = self._variable(node, unknowns)
            return self.diagram.node(variable, (FALSE, TRUE))
        variable = self._variable(unknowns[0], unknowns)
        values = self._values.setdefault(variable, self._classes(unknowns[0]))
        truths = (self._try(node, unknowns[0], value) for value in values)
        return self.diagram.node(variable, tuple(TRUE if truth else FALSE for truth in truths))

    def _variable(self, key: object, unknowns: tuple[Unknown, ...]) -> int:
        if key not in self._variables:
            self._variables[key] = len(self._variables)
            self.unknowns_of[self._variables[key]] = unknowns
        return self._variables[key]

    def _try(self, node: Node, unknown: Unknown, value: Value) -> bool:
        supposed = {(unknown.entity, unknown.name): value}
        return bool(Evaluation(self.evaluation.book, self.evaluation.state, supposed=supposed).truth(node))

    def _unknowns_below(self, node: Node) -> tuple[Unknown, ...]:
        found: dict[Unknown, None] = {}
        for part in walk(node):
            if isinstance(part, (FactRef, ParameterRef)) and self.evaluation.value(part) is None:
                found[_unknown(part)] = None
            elif isinstance(part, RuleRef) or hasattr(part, "code"):
                rule = self.evaluation.book.by_code[part.code]
                found.update(dict.fromkeys(self._unknowns_below(rule.condition)))
                if rule.amount is not None and not isinstance(part, RuleRef):
                    found.update(dict.fromkeys(self._unknowns_below(rule.amount)))
        return tuple(found)

    def _classes(self, unknown: Unknown) -> tuple[Value, ...]:
        """One value for each way in which this unknown can make its conditions true or false."""
        atoms = self._atoms_of[unknown]
        classes: dict[tuple[bool, ...], Value] = {}
        for value in self._candidates(unknown, atoms):
            signature = tuple(self._try(atom, unknown, value) for atom in atoms)
            classes.setdefault(signature, value)
        return tuple(classes.values())

    def _candidates(self, unknown: Unknown, atoms: list[Node]) -> Iterable[Value]:
        definition = None
        if unknown.entity is not None:
            definition = self.evaluation.book.vocabulary.get(unknown.entity, unknown.name)
        literals = [part.value for atom in atoms for part in walk(atom) if isinstance(part, Literal)]
        if definition is None:
            return _around_parameter(self.evaluation.book.parameters[unknown.name].kind, literals)
        match definition.type:
            case FactType.BOOL:
                return (True, False)
            case FactType.ENUM:
                return tuple(definition.options)
            case FactType.DATE:
                return self._dates(atoms)
            case FactType.DIVISION:
                return self._divisions(unknown, atoms)
            case FactType.INT | FactType.MONEY:
                low, high = bounds_of(definition)
                return _numbers(self._numbers_met(atoms), low, high)

    def _numbers_met(self, atoms: list[Node]) -> list[int]:
        met: list[int] = []
        for atom in atoms:
            for part in walk(atom):
                value = self.evaluation.value(part) if not isinstance(part, (Compare, OneOf)) else None
                if isinstance(value, int) and not isinstance(value, bool):
                    met.append(value)
            if isinstance(atom, OneOf):
                met.extend(option.value for option in atom.options if isinstance(option.value, int))
        return met

    def _dates(self, atoms: list[Node]) -> Iterable[dt.date]:
        """A day before and after every threshold: whole years and months back, and dates the rule names."""
        today = self.evaluation.book.as_of
        days = {today, dt.date(1000, 1, 1), dt.date(9000, 1, 1)}
        for atom in atoms:
            days.update(
                part.value for part in walk(atom) if isinstance(part, Literal) and isinstance(part.value, dt.date)
            )
        for number in self._numbers_met(atoms):
            years = max(1, today.year - number)
            days.add(dt.date(years, today.month, min(today.day, 28)))
            months = today.year * 12 + today.month - 1 - number
            if months > 12:
                days.add(dt.date(months // 12, months % 12 + 1, min(today.day, 28)))
        return sorted({day + dt.timedelta(days=step) for day in days for step in range(-2, 5)})

    def _divisions(self, unknown: Unknown, atoms: list[Node]) -> Iterable[str]:
        """Every code it is compared with, and one that is none of them."""
        codes = {"000000000000"}
        for atom in atoms:
            for part in walk(atom):
                value = self.evaluation.value(part) if not isinstance(part, (Compare, OneOf)) else None
                if isinstance(value, str) and value.isdigit():
                    codes.add(value.ljust(12, "0"))
        return sorted(codes)


def _numbers(met: list[int], low: int | None, high: int | None) -> Iterable[int]:
    points = {point + step for point in met for step in (-1, 0, 1)}
    points.update(edge for edge in (low, high) if edge is not None)
    if high is None:
        points.add(max(points, default=0) + 1)
    return sorted(point for point in points if (low is None or point >= low) and (high is None or point <= high))


def _around_parameter(kind: Kind, literals: list[Value]) -> Iterable[Value]:
    if kind == Kind.BOOL:
        return (True, False)
    if kind == Kind.ENUM:
        return (*sorted({str(value) for value in literals}), "")
    if kind == Kind.DATE:
        return (dt.date(1000, 1, 1), dt.date(9000, 1, 1))
    return _numbers([value for value in literals if isinstance(value, int)], 0, None)
