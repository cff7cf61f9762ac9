"""Asking the prover, within a time limit, and reading an answer back as facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import z3

from ciyou.batch.proofs.terms import Formula, negation
from ciyou.batch.proofs.worlds import Variable, World, constant, ordinary_value
from ciyou.core.facts.definition import Value
from ciyou.core.rules.atoms import Key
from ciyou.core.rules.tree import Kind

# The prover's own steps, so that a busy machine does not decide less; about a millisecond of an idle core. The clock is the last resort.
STEPS_PER_MS, PATIENCE = 10_000, 20


class Answer(StrEnum):
    """Such a child can be, cannot be, or the time was not enough to tell."""

    EXISTS = "exists"
    IMPOSSIBLE = "impossible"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Assignment:
    """One child: every fact and open parameter that the question reads; what is absent is unknown."""

    facts: Mapping[Key, Value]

    def parameters(self) -> dict[str, Value]:
        return {name: value for (entity, name), value in self.facts.items() if entity is None}


class Question:
    """Whether a child with certain properties can be; asked again and again as more is required of it."""

    def __init__(self, world: World, required: Iterable[Formula], *, limit_ms: int) -> None:
        self.world, self._limit_ms = world, limit_ms
        self._solver = z3.Solver()
        self._solver.set("rlimit", limit_ms * STEPS_PER_MS)
        self._solver.set("timeout", limit_ms * PATIENCE)
        self._said = 0
        self.require(*required)

    def require(self, *formulas: Formula) -> None:
        """Ask for more; what the new formulas read gets its domain."""
        self._solver.add(*formulas)
        self._solver.add(*self.world.domain[self._said :])
        self._said = len(self.world.domain)

    def ask(self, *also: Formula) -> Answer:
        """The answer, for now also requiring these."""
        result = self._solver.check(*also)
        if result == z3.sat:
            return Answer.EXISTS
        return Answer.IMPOSSIBLE if result == z3.unsat else Answer.UNDECIDED

    def read(self) -> Assignment:
        """The child of the last answer."""
        model = self._solver.model()
        found: dict[Key, Value] = {}
        for key, variable in self.world.variables.items():
            known = model.eval(variable.known, model_completion=True)
            if z3.is_true(known):
                found[key] = self._value(model, variable)
        return Assignment(found)

    def _value(self, model: z3.ModelRef, variable: Variable) -> Value:
        said = model.eval(variable.value, model_completion=True)
        if variable.kind is Kind.BOOL:
            return bool(z3.is_true(said))
        return self.world.codes.value(said.as_long(), variable.kind)

    def number(self, term: Formula) -> int:
        """A whole number in the last answer."""
        return int(self._solver.model().eval(term, model_completion=True).as_long())

    def read_ordinary(self) -> Assignment:
        """The most ordinary child that is an answer: fact after fact takes its usual value where it still can."""
        found = self.read()
        kept: list[Formula] = []
        for wish in self._wishes():
            if self.ask(*kept, wish) is Answer.EXISTS:
                kept.append(wish)
                found = self.read()
        self.ask(*kept)
        return found

    def push_to_edges(self, wanted: Sequence[Formula], *, apart_from: Assignment) -> None:
        """Make the last answer one in which whatever `apart_from` leaves open is "no", or as low or as high as it can be.

        Such a child says the same for many neighbors, so that far fewer have to be looked at.
        """
        open_ones = [variable for key, variable in self.world.variables.items() if key not in apart_from.facts]
        for edge in (0, -1):
            wishes = [self._edge(variable, edge) for variable in open_ones]
            while wishes and self.ask(*wanted, *wishes) is not Answer.EXISTS:
                core = {part.get_id() for part in self._solver.unsat_core()}
                left = [wish for wish in wishes if wish.get_id() not in core]
                if len(left) == len(wishes):
                    break
                wishes = left
            wanted = [*wanted, *wishes]
        self.ask(*wanted)

    def _edge(self, variable: Variable, edge: int) -> Formula:
        if variable.kind is Kind.BOOL:
            return negation(variable.value)
        return variable.value == variable.edges[edge]

    def _wishes(self) -> Iterable[Formula]:
        book = self.world.book
        for (entity, name), variable in self.world.variables.items():
            if entity is None:
                continue
            usual = ordinary_value(book.vocabulary.get(entity, name), name, entity, book)
            yield variable.value == constant(usual, variable.kind, self.world.codes)
