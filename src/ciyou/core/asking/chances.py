"""How likely each open condition is to turn out true, from assumed shares of the facts it reads: to choose a question, never to decide.

Facts are taken as independent of each other; what is known has no chance left. An answer that is only supposed changes what
reads it, and nothing else is worked out again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ciyou.core.asking.question import Question, Shape
from ciyou.core.facts.definition import Value
from ciyou.core.rules.atoms import Key, atoms_of
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.compiled import Condition, program_of
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.tree import Not, Or

_EVEN = 0.5
Likely = Mapping[Key, Sequence[tuple[Value, float]]]


@dataclass(frozen=True, eq=False)
class Reads:
    """Which facts stand below each condition of a book (by its number), as bits; the same for every child."""

    below: Mapping[int, int]
    bit_of: Mapping[Key, int]

    def bits(self, keys: Iterable[Key]) -> int:
        found = 0
        for key in keys:
            found |= self.bit_of.get(key, 0)
        return found


def reads_of(book: RuleBook, codes: Iterable[str]) -> Reads:
    """Which facts stand below the conditions of some rules."""
    program, references = program_of(book.rules), atoms_of(book).references
    bit_of: dict[Key, int] = {}
    below: dict[int, int] = {}

    def look(asked: Condition) -> int:
        if asked.number not in below:
            found = 0
            for part in asked.parts:
                found |= look(part)
            for key in () if asked.parts else references.get(asked.number, ()):
                found |= bit_of.setdefault(key, 1 << len(bit_of))
            below[asked.number] = found
        return below[asked.number]

    for code in codes:
        look(program.condition(book.by_code[code].condition))
    return Reads(below, bit_of)


def likely_values(questions: Iterable[Question], today: dt.date) -> Likely:
    """The values of each fact with their shares, as the questions assume them; the first question that knows a fact counts."""
    found: dict[Key, list[tuple[Value, float]]] = {}
    for question in questions:
        own: dict[Key, list[tuple[Value, float]]] = {}
        if question.asks is not None:
            own[question.asks] = [(question.value_of(number, today), share) for number, share in question.likely]
        for option in question.options:
            for key, value in option.says.items():
                own.setdefault(key, []).append((value, option.share))
            if question.shape is Shape.TICKS and set(option.says) == set(option.denies):
                for key, value in option.denies.items():
                    own.setdefault(key, []).append((value, 1 - option.share))
        for key, values in own.items():
            found.setdefault(key, values)
    return {key: _whole(values) for key, values in found.items() if sum(share for _, share in values) > 0}


def _whole(values: Sequence[tuple[Value, float]]) -> Sequence[tuple[Value, float]]:
    together = sum(share for _, share in values)
    return tuple((value, share / together) for value, share in values)


class Chances:
    """The chance of every condition for one child as far as it is known."""

    def __init__(
        self, evaluation: Evaluation, reads: Reads, likely: Likely, unasked: float, shares: Mapping[Key, float]
    ) -> None:
        self.evaluation, self.reads, self.likely, self.unasked, self.shares = evaluation, reads, likely, unasked, shares
        self._references = atoms_of(evaluation.book).references
        self._found: dict[int, float] = {}

    def of(self, asked: Condition) -> float:
        """The chance that a condition holds; 0 or 1 where that is known."""
        found = self._found.get(asked.number)
        if found is None:
            known = asked.holds(self.evaluation) & 0b1001
            found = (
                (1.0 if known == 1 else 0.0) if known else _joined(asked, self.of) if asked.parts else self.leaf(asked)
            )
            self._found[asked.number] = found
        return found

    def leaf(self, asked: Condition) -> float:
        """The chance of a condition that is open by itself: from the shares of the one fact that it waits for."""
        keys = [key for key in self._references.get(asked.number, ()) if self._is_open(key)]
        if len(keys) != 1:
            return _EVEN
        values = self.likely.get(keys[0])
        if values is None:
            return _EVEN if keys[0][0] is None else self.shares.get(keys[0], self.unasked)
        chance = 0.0
        for value, share in values:
            known = asked.holds(self.evaluation.supposing(*keys[0], value)) & 0b1001
            chance += share * (_EVEN if not known else known == 1)
        return chance

    def supposing(self, stated: Mapping[Key, Value]) -> Supposed:
        """The same, had somebody answered so."""
        return Supposed(self, stated)

    def _is_open(self, key: Key) -> bool:
        entity, name = key
        return entity is None or self.evaluation.facts.get((entity, name), (None, 0))[1] == 0


class Supposed:
    """The chances after a supposed answer; what does not read it keeps its chance."""

    def __init__(self, before: Chances, stated: Mapping[Key, Value]) -> None:
        self._before, self._touched = before, before.reads.bits(stated)
        evaluation = before.evaluation
        for (entity, name), value in stated.items():
            evaluation = evaluation.supposing(entity, name, value)
        self._after = Chances(evaluation, before.reads, before.likely, before.unasked, before.shares)
        self._found: dict[int, float] = {}

    def touches(self, asked: Condition) -> bool:
        """Whether the answer is read anywhere below a condition."""
        return bool(self._before.reads.below[asked.number] & self._touched)

    def of(self, asked: Condition) -> float:
        """The chance that a condition holds after the answer."""
        if not self.touches(asked):
            return self._before.of(asked)
        found = self._found.get(asked.number)
        if found is None:
            found = _joined(asked, self.of) if asked.parts else self._after.of(asked)
            self._found[asked.number] = found
        return found


def _joined(asked: Condition, of: Callable[[Condition], float]) -> float:
    if isinstance(asked.node, Not):
        return 1.0 - of(asked.parts[0])
    chance, any_of = 1.0, isinstance(asked.node, Or)
    for part in asked.parts:
        chance *= 1.0 - of(part) if any_of else of(part)
        if not chance:
            break
    return 1.0 - chance if any_of else chance
