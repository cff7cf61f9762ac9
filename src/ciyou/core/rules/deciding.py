"""Which unknowns can still change a result: exactly those, found on a decision diagram of what is left of the rule.

What is known is folded away; each unknown fact or open parameter becomes a variable whose values are grouped into the
classes that the rule can tell apart; the rest is an ordered, reduced, multi-valued decision diagram (Bryant 1986; Kam et al.
1998). In a reduced diagram a variable appears if and only if the result depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ciyou.core.facts.definition import Entity
from ciyou.core.rules.atoms import Classes, Key, atoms_of, classes
from ciyou.core.rules.diagram import FALSE, TRUE, Diagram, Root
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.kinds import kind_of
from ciyou.core.rules.tree import (
    AmountRef,
    And,
    FactRef,
    First,
    Kind,
    Named,
    Node,
    Not,
    Or,
    ParameterRef,
    RuleRef,
    children_of,
)


@dataclass(frozen=True, order=True)
class Unknown:
    """A fact that is not known, or (entity None) a parameter that the sources leave open."""

    entity: Entity | None
    name: str

    def __str__(self) -> str:
        return f"{self.entity}.{self.name}" if self.entity else f"param.{self.name}"


class Decider:
    """Finds what would decide the open rules of one child; what rules have in common is worked out once."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self._shared = atoms_of(evaluation.book)
        self._diagram = Diagram()
        self._keys: dict[int, tuple[Key, ...]] = {}
        self._variables: dict[object, int] = {}
        self._roots: dict[int, Root] = {}
        self._mixed: dict[Key, Classes] = {}

    def unknowns_in_condition(self, condition: Node) -> tuple[Unknown, ...]:
        """The unknowns that can still change an open condition, in reading order; none when its truth is forced."""
        support = self._diagram.support(self._root(condition))
        return tuple(dict.fromkeys(Unknown(*key) for variable in support for key in self._keys[variable]))

    def unknowns_in_amount(self, amount: Node) -> tuple[Unknown, ...]:
        """The unknowns that an unknown amount rests on: values it adds up and conditions it chooses by."""
        return tuple(dict.fromkeys(self._in_amount(amount)))

    # -- amounts ---------------------------------------------------------------------------------
    def _in_amount(self, node: Node) -> Iterator[Unknown]:
        if kind_of(node) is Kind.BOOL:
            if self.evaluation.truth(node) is None:
                yield from self.unknowns_in_condition(node)
        elif isinstance(node, (FactRef, ParameterRef)):
            if self.evaluation.value(node) is None:
                yield _unknown(node)
        else:
            for part in self._parts_that_matter(node):
                yield from self._in_amount(part)

    def _parts_that_matter(self, node: Node) -> Iterator[Node]:
        if isinstance(node, AmountRef):
            rule = self.evaluation.book.by_code[node.code]
            yield rule.condition
            if rule.amount is not None and self.evaluation.condition(node.code) is not False:
                yield rule.amount
        elif isinstance(node, First):
            yield from self._arms_that_matter(node)
        else:
            yield from children_of(node)

    def _arms_that_matter(self, node: First) -> Iterator[Node]:
        for arm in node.arms:
            holds = self.evaluation.truth(arm.condition)
            if holds is not False:
                yield from (arm.condition, arm.value)
            if holds:
                return
        yield node.otherwise

    # -- conditions ------------------------------------------------------------------------------
    def _root(self, node: Node) -> Root:
        known = self.evaluation.truth(node)
        if known is not None:
            return TRUE if known else FALSE
        key = id(node)
        if key not in self._roots:
            self._roots[key] = self._make_root(node)
        return self._roots[key]

    def _make_root(self, node: Node) -> Root:
        match node:
            case And(items):
                return self._diagram.conjunction(self._root(item) for item in items)
            case Or(items):
                return self._diagram.disjunction(self._root(item) for item in items)
            case Not(item):
                return self._diagram.negation(self._root(item))
            case Named(body=body):
                return self._root(body)
            case RuleRef(code):
                return self._root(self.evaluation.book.by_code[code].condition)
            case _:
                return self._atom(node)

    def _atom(self, node: Node) -> Root:
        open_keys = [key for key in self._shared.references[id(node)] if self._is_open(key)]
        if len(open_keys) != 1:
            # Two unknowns meet in one comparison: it may turn out either way, whatever else is known.
            return self._diagram.node(self._variable(id(node), tuple(open_keys)), (FALSE, TRUE))
        key = open_keys[0]
        found = self._classes_for_child(key) if key in self._shared.mixed else self._shared.classes[key]
        branches = tuple(TRUE if truth else FALSE for truth in found.truths[id(node)])
        return self._diagram.node(self._variable(key, (key,)), branches)

    def _variable(self, name: object, keys: tuple[Key, ...]) -> int:
        if name not in self._variables:
            self._variables[name] = len(self._variables)
            self._keys[self._variables[name]] = keys
        return self._variables[name]

    def _is_open(self, key: Key) -> bool:
        entity, name = key
        return entity is None or self.evaluation.state.get(entity, name) is None

    def _classes_for_child(self, key: Key) -> Classes:
        """Classes of an unknown that meets facts known of this child inside one comparison."""
        if key not in self._mixed:
            atoms = [
                atom
                for atom in self._shared.atoms[key]
                if sum(self._is_open(other) for other in self._shared.references[id(atom)]) == 1
            ]
            self._mixed[key] = classes(self.evaluation, key, atoms)
        return self._mixed[key]


def _unknown(node: FactRef | ParameterRef) -> Unknown:
    return Unknown(node.entity, node.name) if isinstance(node, FactRef) else Unknown(None, node.key)
