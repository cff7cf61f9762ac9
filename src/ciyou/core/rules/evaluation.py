"""What an expression is worth for one child on one day: Kleene truth, values, and bounds of amounts."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace

from ciyou.core.facts.definition import Entity, Value
from ciyou.core.facts.state import Basis, FactState
from ciyou.core.rules.book import ParameterValue, RuleBook
from ciyou.core.rules.bounds import Bounds
from ciyou.core.rules.compiled import Program, program_of
from ciyou.core.rules.reading import EVERYWHERE, KNOWN_ON, TRUTHS, Mask, Seen, Truth
from ciyou.core.rules.tree import Node

__all__ = ["Evaluation", "Truth"]


class Evaluation:
    """Evaluates the rules of one book for one child; every expression is worked out at most once.

    Asked for a `level`, it answers on what stands at least that firmly; else on everything that is known.
    """

    def __init__(self, book: RuleBook, state: FactState) -> None:
        self.book = book
        self.state = state
        self.as_of, self.age_rule, self.month_rule = book.as_of, book.age_rule, book.month_rule
        self.vocabulary = book.vocabulary
        self.facts: dict[tuple[Entity, str], Seen] = {
            key: (said.value, KNOWN_ON[said.basis]) for key, said in state.by_key().items()
        }
        self.parameters: Mapping[str, ParameterValue] = book.parameters
        self.values: dict[int, Seen] = {}
        self.masks: dict[int, Mask] = {}
        self.numbers: dict[tuple[int, int], Bounds] = {}
        self.program: Program = program_of(book.rules)
        self._condition_of = self.program.condition_of

    def supposing(self, entity: Entity | None, name: str, value: Value) -> Evaluation:
        """The same for a what-if: as if a fact, or a parameter (entity None), were known to be so."""
        other = copy(self)
        other.values, other.masks, other.numbers = {}, {}, {}
        if entity is None:
            other.parameters = {**self.parameters, name: replace(self.parameters[name], value=value)}
        else:
            other.facts = {**self.facts, (entity, name): (value, EVERYWHERE)}
        return other

    # -- rules -----------------------------------------------------------------------------------
    def condition(self, code: str, level: Basis = Basis.PRESUMED) -> Truth:
        """Whether a rule's condition holds: true, false or None (unknown)."""
        return self.truth(self.book.by_code[code].condition, level)

    def mask(self, code: str) -> Mask:
        """Whether a rule's condition holds, at every level at once (see `reading`)."""
        node = self.book.by_code[code].condition
        return (self._condition_of.get(id(node)) or self.program.condition(node)).holds(self)

    def amount(self, code: str, level: Basis = Basis.PRESUMED) -> Bounds:
        """What a rule pays in fen, with bounds; 0 where its condition is false."""
        return self.program.amount(code)(self, level)

    # -- expressions -----------------------------------------------------------------------------
    def truth(self, node: Node, level: Basis = Basis.PRESUMED) -> Truth:
        """Kleene truth of a condition."""
        asked = self._condition_of.get(id(node)) or self.program.condition(node)
        return TRUTHS[asked.holds(self) >> level & 0b1001]

    def number(self, node: Node, level: Basis = Basis.PRESUMED) -> Bounds:
        """A number or an amount with its bounds."""
        return self.program.counts(node)(self, level)

    def value(self, node: Node) -> Value | None:
        """The value of any expression, None when unknown."""
        read = self.program.reads(node)
        if read is not None:
            return read(self)[0]
        return self.number(node).value if self.program.is_number(node) else self.truth(node)
