"""The leaf conditions of a book and the ways in which one fact can make them true or false.

Most leaf conditions speak of one fact only (`p.dead`, `age(child) < 18`): how its values fall into classes that the rules
can tell apart is the same for every child, and is worked out once per book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ciyou.core.clock.ages import birth_cutoff
from ciyou.core.clock.months import months_cutoff
from ciyou.core.errors import ClockError
from ciyou.core.facts.definition import Entity, FactType, Value
from ciyou.core.facts.state import FactState
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.bounds import bounds_of
from ciyou.core.rules.compiled import Condition, program_of
from ciyou.core.rules.diagram import Diagram
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.tree import (
    AmountRef,
    And,
    FactRef,
    First,
    Kind,
    Literal,
    MonthsSince,
    Named,
    Node,
    Not,
    Or,
    ParameterRef,
    RuleRef,
    children_of,
    walk,
)

Key = tuple[Entity | None, str]
LONG_AGO, FAR_OFF = dt.date(1000, 1, 1), dt.date(9000, 1, 1)


@dataclass(frozen=True)
class Classes:
    """The values of one fact, one for each class, and for each of its leaf conditions (by number) the truth in each class."""

    values: tuple[Value, ...]
    truths: Mapping[int, tuple[bool, ...]]


MOST_KEPT = 200_000
"""How large the diagram that children share may grow before another is begun: some tens of megabytes."""


MOST_CLASSES = 4096


class SharedDiagram:
    """The diagram of a book. Children of whom the same is unknown ask for the same functions, and so do their rules in part."""

    def __init__(self, variables: Mapping[object, int]) -> None:
        self.variables = variables
        self._now = Diagram()
        self._classes: dict[object, Classes] = {}

    def now(self) -> Diagram:
        """The diagram for one more child; who has an earlier one keeps it."""
        if self._now.size() > MOST_KEPT:
            self._now = Diagram()
        return self._now

    def classes(self, known: object, find: Callable[[], Classes]) -> Classes:
        """The classes of a fact by what they depend on: its conditions and the values that these meet. Of whom, is not kept."""
        found = self._classes.get(known)
        if found is None:
            if len(self._classes) >= MOST_CLASSES:
                self._classes = {}
            found = self._classes[known] = find()
        return found


@dataclass(frozen=True)
class BookAtoms:
    """What every child shares: the open references of each leaf condition (by number) and the classes of each fact.

    `mixed` are the facts that also meet another fact inside one leaf condition; their classes depend on the child. The variables
    of `diagram` are the facts, and the numbers of conditions that read several; both in the order of reading.
    """

    references: Mapping[int, tuple[Key, ...]]
    atoms: Mapping[Key, tuple[Condition, ...]]
    classes: Mapping[Key, Classes]
    mixed: frozenset[Key]
    diagram: SharedDiagram


@lru_cache(maxsize=64)
def atoms_of(book: RuleBook) -> BookAtoms:
    """Index the leaf conditions of a book."""
    program = program_of(book.rules)
    leaves = [atom for rule in book.rules for atom in _leaves(rule.condition)]
    leaves += [atom for rule in book.rules if rule.amount is not None for atom in _leaves_in_amount(rule.amount)]
    atoms = tuple(dict.fromkeys(program.condition(atom) for atom in leaves))
    references = {atom.number: tuple(dict.fromkeys(_open_references(book, atom.node))) for atom in atoms}
    by_key: dict[Key, list[Condition]] = {}
    for atom in atoms:
        for key in references[atom.number]:
            by_key.setdefault(key, []).append(atom)
    mixed = frozenset(key for keys in references.values() if len(keys) > 1 for key in keys)
    nobody = Evaluation(book, FactState({}))
    alone = {key: classes(nobody, key, found) for key, found in by_key.items() if key not in mixed}
    shared = SharedDiagram(_variables(references))
    return BookAtoms(references, {key: tuple(found) for key, found in by_key.items()}, alone, mixed, shared)


def _variables(references: Mapping[int, tuple[Key, ...]]) -> dict[object, int]:
    names: dict[object, None] = {}
    for number, keys in references.items():
        names.update(dict.fromkeys(keys))
        if len(keys) != 1:
            names[number] = None
    return {name: variable for variable, name in enumerate(names)}


def classes(evaluation: Evaluation, key: Key, atoms: Sequence[Condition]) -> Classes:
    """The classes into which these leaf conditions divide the values of one unknown."""
    found: dict[tuple[bool, ...], Value] = {}
    for value in candidates(evaluation, key, [atom.node for atom in atoms]):
        trial = evaluation.supposing(*key, value)
        found.setdefault(tuple([atom.holds(trial) & 1 == 1 for atom in atoms]), value)
    columns = list(zip(*found, strict=True)) if found else [() for _ in atoms]
    return Classes(tuple(found.values()), {atom.number: column for atom, column in zip(atoms, columns, strict=True)})


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from _leaves(item)
        case Not(item):
            yield from _leaves(item)
        case Named(body=body):
            yield from _leaves(body)
        case RuleRef() | Literal():
            return
        case _:
            yield node


def _leaves_in_amount(node: Node) -> Iterator[Node]:
    for part in walk(node):
        if isinstance(part, First):
            for arm in part.arms:
                yield from _leaves(arm.condition)


def _open_references(book: RuleBook, node: Node) -> Iterator[Key]:
    """Facts and open parameters that a condition or amount reads, through the rules it refers to."""
    match node:
        case FactRef(entity, name):
            yield entity, name
        case ParameterRef(key=key):
            if book.parameters[key].value is None:
                yield None, key
        case RuleRef(code) | AmountRef(code):
            rule = book.by_code[code]
            yield from _open_references(book, rule.condition)
            if rule.amount is not None and isinstance(node, AmountRef):
                yield from _open_references(book, rule.amount)
        case _:
            for part in children_of(node):
                yield from _open_references(book, part)


def candidates(evaluation: Evaluation, key: Key, atoms: list[Node]) -> Iterable[Value]:
    """Values enough to show every class: both truths, every option, and the points beside every threshold."""
    entity, name = key
    if entity is None:
        return _of_parameter(evaluation, evaluation.book.parameters[name].kind, atoms)
    definition = evaluation.book.vocabulary.get(entity, name)
    match definition.type:
        case FactType.BOOL:
            return (True, False)
        case FactType.ENUM:
            return tuple(definition.options)
        case FactType.DATE:
            return _dates(evaluation, atoms)
        case FactType.DIVISION:
            return _divisions(evaluation, atoms)
        case FactType.INT | FactType.MONEY:
            return _numbers(_numbers_met(evaluation, atoms), *bounds_of(definition))


def _met(evaluation: Evaluation, atoms: list[Node]) -> Iterator[Value]:
    """Every known value that stands inside these conditions, the options of a list too."""
    for atom in atoms:
        for part in walk(atom):
            yield from (option.value for option in getattr(part, "options", ()))
            if part is not atom:
                value = evaluation.value(part)
                if value is not None:
                    yield value


def _numbers_met(evaluation: Evaluation, atoms: list[Node]) -> list[int]:
    return [value for value in _met(evaluation, atoms) if isinstance(value, int) and not isinstance(value, bool)]


def _dates(evaluation: Evaluation, atoms: list[Node]) -> Iterable[dt.date]:
    book = evaluation.book
    edges = {book.as_of, LONG_AGO, FAR_OFF}
    edges.update(value for value in _met(evaluation, atoms) if isinstance(value, dt.date))
    in_months = any(isinstance(part, MonthsSince) for atom in atoms for part in walk(atom))
    for number in _numbers_met(evaluation, atoms):
        for count in (number, number + 1):
            try:
                edges.add(birth_cutoff(book.as_of, count, rule=book.age_rule))
                if in_months:
                    edges.add(months_cutoff(book.as_of, count, rule=book.month_rule))
            except ClockError:
                continue  # a threshold before the calendar begins: no date lies beyond it
    return sorted({edge + dt.timedelta(days=step) for edge in edges for step in (-1, 0, 1)})


def _divisions(evaluation: Evaluation, atoms: list[Node]) -> Iterable[str]:
    codes = {value.ljust(12, "0") for value in _met(evaluation, atoms) if isinstance(value, str) and value.isdigit()}
    return sorted(codes | {"000000000000"})


def _numbers(met: list[int], low: int | None, high: int | None) -> Iterable[int]:
    points = {point + step for point in met for step in (-1, 0, 1)}
    points.update(edge for edge in (low, high) if edge is not None)
    if high is None:
        points.add(max(points, default=0) + 1)
    return sorted(point for point in points if (low is None or point >= low) and (high is None or point <= high))


def _of_parameter(evaluation: Evaluation, kind: Kind, atoms: list[Node]) -> Iterable[Value]:
    if kind == Kind.BOOL:
        return (True, False)
    if kind == Kind.DATE:
        days = [value for value in _met(evaluation, atoms) if isinstance(value, dt.date)]
        return sorted({LONG_AGO, FAR_OFF} | {day + dt.timedelta(days=step) for day in days for step in (-1, 0, 1)})
    if kind == Kind.ENUM:
        return (*sorted({value for value in _met(evaluation, atoms) if isinstance(value, str)}), "")
    return _numbers(_numbers_met(evaluation, atoms), 0, None)
