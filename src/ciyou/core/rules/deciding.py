"""Which unknowns can still change a result: exactly those, found on a decision diagram of what is left of the rule.

What is known is folded away; each unknown fact or open parameter becomes a variable whose values are grouped into the
classes that the rule can tell apart; the rest is an ordered, reduced, multi-valued decision diagram (Bryant 1986; Kam et al.
1998). In a reduced diagram a variable appears if and only if the result depends on it. Where the parts of a condition share
no variable no diagram is needed: each part that is not forced can be made to count by the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ciyou.core.facts.definition import Entity, Value
from ciyou.core.rules.atoms import Classes, Key, atoms_of, classes
from ciyou.core.rules.compiled import Condition
from ciyou.core.rules.diagram import FALSE, TRUE, Root
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.kinds import kind_of
from ciyou.core.rules.tree import (
    AmountRef,
    FactRef,
    First,
    Kind,
    Node,
    Not,
    Or,
    ParameterRef,
    children_of,
)

Variables = int
"""A set of variables, one bit for each."""
Support = Variables | bool
"""The variables that a condition depends on, or its truth where that is forced."""


class Unknown(NamedTuple):
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
        self._diagram = self._shared.diagram.now()
        self._unknowns: list[dict[Unknown, None]] = []
        self._variables: dict[object, int] = {}
        self._places: dict[int, int] = {}
        self._open: dict[int, Variables] = {}
        self._open_parts: dict[int, Sequence[Condition]] = {}
        self._support: dict[int, Support] = {}
        self._told: dict[int, tuple[Unknown, ...]] = {}
        self._roots: dict[int, Root] = {}
        self._mixed: dict[Key, Classes] = {}

    def unknowns_in_condition(self, condition: Node) -> tuple[Unknown, ...]:
        """The unknowns that can still change an open condition, in reading order; none when its truth is forced."""
        asked = self.evaluation.program.condition(condition)
        self._number(asked)
        support = self._supporting(asked)
        if isinstance(support, bool):
            return ()
        if asked.number not in self._told:
            found: dict[Unknown, None] = {}
            while support:
                lowest = support & -support
                found.update(self._unknowns[lowest.bit_length() - 1])
                support ^= lowest
            self._told[asked.number] = tuple(found)
        return self._told[asked.number]

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
    def _number(self, asked: Condition) -> Variables:
        """The variables that are still open below an open condition; each is numbered where reading first meets it."""
        found = self._open.get(asked.number)
        if found is None:
            found = 0
            for part in self._parts(asked):
                found |= self._number(part)
            self._open[asked.number] = found = found or 1 << self._variable_of(asked)
        return found

    def _parts(self, asked: Condition) -> Sequence[Condition]:
        """The open conditions that an open condition is made of; none for a leaf."""
        found = self._open_parts.get(asked.number)
        if found is None:
            evaluation = self.evaluation
            found = [part for part in asked.parts if not part.holds(evaluation) & 0b1001]
            self._open_parts[asked.number] = found
        return found

    def _supporting(self, asked: Condition) -> Support:
        """The variables that an open condition depends on, or its truth where that is forced."""
        found = self._support.get(asked.number)
        if found is None:
            found = self._support[asked.number] = self._work_out(asked)
        return found

    def _work_out(self, asked: Condition) -> Support:
        if not asked.parts:
            return self._on_diagram(self._atom(asked))
        if isinstance(asked.node, Not):
            inner = self._supporting(asked.parts[0])
            return not inner if isinstance(inner, bool) else inner
        return self._joined(asked, absorbing=isinstance(asked.node, Or))

    def _joined(self, asked: Condition, *, absorbing: bool) -> Support:
        """Of parts that share no variable each one counts, unless its truth is forced; a diagram is drawn only for those that do."""
        found: Variables = 0
        for group in self._groups(self._parts(asked)):
            one = self._supporting(group[0]) if len(group) == 1 else self._on_diagram(self._join(group, absorbing))
            if one is absorbing:
                return absorbing
            if not isinstance(one, bool):
                found |= one
        return found or not absorbing

    def _groups(self, parts: Sequence[Condition]) -> Sequence[Sequence[Condition]]:
        """The parts, those together that share a variable directly or by way of others."""
        if len(parts) == 1:
            return (parts,)
        groups: list[tuple[Variables, list[Condition]]] = []
        for part in parts:
            variables, together = self._open[part.number], [part]
            apart = []
            for others, members in groups:
                if others & variables:
                    variables, together = variables | others, members + together
                else:
                    apart.append((others, members))
            groups = [*apart, (variables, together)]
        return [members for _, members in groups]

    def _join(self, parts: Iterable[Condition], absorbing: bool) -> Root:
        roots = [self._root(part) for part in parts]
        return self._diagram.disjunction(roots) if absorbing else self._diagram.conjunction(roots)

    def _on_diagram(self, root: Root) -> Support:
        if root in (FALSE, TRUE):
            return root == TRUE
        found = 0
        for place in self._diagram.support(root):
            found |= 1 << self._places[place]
        return found

    def _root(self, asked: Condition) -> Root:
        found = self._roots.get(asked.number)
        if found is None:
            found = self._roots[asked.number] = self._make_root(asked)
        return found

    def _make_root(self, asked: Condition) -> Root:
        if not asked.parts:
            return self._atom(asked)
        if isinstance(asked.node, Not):
            return self._diagram.negation(self._root(asked.parts[0]))
        return self._join(self._parts(asked), isinstance(asked.node, Or))

    def _atom(self, asked: Condition) -> Root:
        keys = self._open_keys(asked)
        if len(keys) != 1:
            # Two unknowns meet in one comparison: it may turn out either way, whatever else is known.
            return self._diagram.node(self._shared.diagram.variables[asked.number], (FALSE, TRUE))
        key = keys[0]
        found = self._classes_for_child(key) if key in self._shared.mixed else self._shared.classes[key]
        return self._diagram.node(self._shared.diagram.variables[key], found.truths[asked.number])

    def _open_keys(self, asked: Condition) -> tuple[Key, ...]:
        keys = self._shared.references[asked.number]
        return keys if len(keys) == 1 else tuple(key for key in keys if self._is_open(key))

    def _variable_of(self, asked: Condition) -> int:
        keys = self._open_keys(asked)
        name: object = keys[0] if len(keys) == 1 else asked.number
        if name not in self._variables:
            self._variables[name] = self._places[self._shared.diagram.variables[name]] = len(self._unknowns)
            self._unknowns.append({Unknown(*key): None for key in keys})
        return self._variables[name]

    def _is_open(self, key: Key) -> bool:
        entity, name = key
        return entity is None or self.evaluation.state.get(entity, name) is None

    def _classes_for_child(self, key: Key) -> Classes:
        """Classes of an unknown that meets facts known of this child inside one comparison."""
        if key not in self._mixed:
            references = self._shared.references
            atoms = [atom for atom in self._shared.atoms[key] if self._open_keys(atom) == (key,)]
            met = tuple(self._met(other) for atom in atoms for other in references[atom.number])
            known = (key, tuple(atom.number for atom in atoms), met)
            self._mixed[key] = self._shared.diagram.classes(known, lambda: classes(self.evaluation, key, atoms))
        return self._mixed[key]

    def _met(self, key: Key) -> Value | None:
        """The value of another fact that stands in a condition; None for what is open."""
        entity, name = key
        said = None if entity is None else self.evaluation.state.get(entity, name)
        return None if said is None else said.value


def _unknown(node: FactRef | ParameterRef) -> Unknown:
    return Unknown(node.entity, node.name) if isinstance(node, FactRef) else Unknown(None, node.key)
