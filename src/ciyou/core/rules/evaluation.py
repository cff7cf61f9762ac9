"""What an expression is worth for one child on one day: Kleene truth, values, and bounds of amounts."""

from __future__ import annotations

from collections.abc import Mapping
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

    Asked for a `level`, it answers on what stands at least that firmly; else on everything that is known. `supposed` overrides
    facts (entity, name) and parameters (None, key) for a what-if.
    """

    def __init__(
        self, book: RuleBook, state: FactState, *, supposed: Mapping[tuple[Entity | None, str], Value] | None = None
    ) -> None:
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
        for (entity, name), value in (supposed or {}).items():
            self._suppose(entity, name, value)

    def _suppose(self, entity: Entity | None, name: str, value: Value) -> None:
        if entity is None:
            self.parameters = {**self.parameters, name: replace(self.parameters[name], value=value)}
        else:
            self.facts[entity, name] = (value, EVERYWHERE)

    # -- rules -----------------------------------------------------------------------------------
    def condition(self, code: str, level: Basis = Basis.PRESUMED) -> Truth:
        """Whether a rule's condition holds: true, false or None (unknown)."""
        return self.truth(self.book.by_code[code].condition, level)

    def amount(self, code: str, level: Basis = Basis.PRESUMED) -> Bounds:
        """What a rule pays in fen, with bounds; 0 where its condition is false."""
        return self.program.amount(code)(self, level)

    # -- expressions -----------------------------------------------------------------------------
    def truth(self, node: Node, level: Basis = Basis.PRESUMED) -> Truth:
        """Kleene truth of a condition."""
        return TRUTHS[self.program.holds(node)(self) >> level & 0b1001]

    def number(self, node: Node, level: Basis = Basis.PRESUMED) -> Bounds:
        """A number or an amount with its bounds."""
        return self.program.counts(node)(self, level)

    def value(self, node: Node) -> Value | None:
        """The value of any expression, None when unknown."""
        read = self.program.reads(node)
        if read is not None:
            return read(self)[0]
        return self.number(node).value if self.program.is_number(node) else self.truth(node)
