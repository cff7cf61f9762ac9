"""What the tests of proofs share: parameters with a domain, a setting around a book, and a formula for one pinned child."""

from __future__ import annotations

from collections.abc import Mapping

import z3
from tests.batch.small_book import PARAMETERS

from ciyou.batch.proofs.checks import Setting
from ciyou.batch.proofs.codes import Codes
from ciyou.batch.proofs.terms import FALSE, TRUE, Term, Truth
from ciyou.batch.proofs.worlds import World, constant
from ciyou.core.errors import Place
from ciyou.core.facts.definition import Entity, Value
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.tree import Kind, Node
from ciyou.packs.parameters import ParameterDefinition


def definition_of(key: str, kind: Kind, *, maximum: int | None = None) -> ParameterDefinition:
    """A parameter that no place has set."""
    options = ("orphan", "neither") if kind is Kind.ENUM else ()
    return ParameterDefinition(key, kind, key, key, "", "most_specific", 0, maximum, options, "", "", "", Place())


DEFINITIONS = {key: definition_of(key, kind) for key, (kind, _) in PARAMETERS.items()}


def setting_of(book: RuleBook, *, assumptions: tuple[Node, ...] = ()) -> Setting:
    """A book to ask questions about, with a minute for each."""
    return Setting(book, DEFINITIONS, assumptions, limit_ms=60_000)


class Pinned:
    """The formulas of a world for one child, whose facts are put in for the variables; what is not known stays out."""

    def __init__(self, world: World, codes: Codes, facts: Mapping[tuple[Entity, str], Value]) -> None:
        solver = z3.Solver()
        for key, variable in world.variables.items():
            if variable.known is not TRUE and variable.known is not FALSE:
                solver.add(variable.known == z3.BoolVal(key in facts))
            if key in facts:
                solver.add(variable.value == constant(facts[key], variable.kind, codes))  # type: ignore[index]
                if variable.parts:
                    number = codes.number(facts[key])  # type: ignore[index]
                    split = (number // 10_000, number // 100 % 100, number % 100)
                    solver.add([part == one for part, one in zip(variable.parts, split, strict=True)])
        assert solver.check() == z3.sat
        self._model = solver.model()

    def truth(self, said: Truth) -> bool | None:
        """True, false or None for unknown; both at once is a mistake."""
        yes, no = self._holds(said.yes), self._holds(said.no)
        assert not (yes and no), "definitely true and definitely false"
        return True if yes else False if no else None

    def number(self, said: Term) -> int | None:
        """The value, None when unknown."""
        return int(self._model.eval(said.value).as_long()) if self._holds(said.known) else None

    def _holds(self, formula: z3.BoolRef) -> bool:
        found = self._model.eval(formula)
        assert z3.is_true(found) or z3.is_false(found), f"{found} is left over: a formula asks an unknown for its value"
        return bool(z3.is_true(found))
