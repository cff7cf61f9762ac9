"""The deciding facts of open decisions, worked out once for each pattern of what is known, not once for each child."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from ciyou.batch.decisions.reads import columns_read
from ciyou.core.facts.definition import Entity, column_name
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.deciding import Decider, Unknown
from ciyou.core.rules.evaluation import Evaluation


class DecidingFacts:
    """Answers for one rule: which unknowns can still change its outcome, or its amount where the outcome is yes."""

    def __init__(self, books: Sequence[RuleBook], rule: Rule) -> None:
        """`books` are those of the price zones, by number; all hold this rule."""
        self._books = books
        self._rule = rule
        self.columns = columns_read(books[0], rule)
        self.learned: dict[str, list[str]] = {}
        self._facts = {
            column_name(entity, definition.name): (entity, definition.name)
            for definition in books[0].vocabulary
            for entity in definition.entities()
        }

    def _of(self, row: Mapping[str, object]) -> list[str]:
        statements: dict[tuple[Entity, str], StatedFact] = {}
        for name, value in row.items():
            if name in self._facts and isinstance(value, (bool, int, str, dt.date)):
                entity, fact = self._facts[name]
                statements[entity, fact] = StatedFact(entity, fact, value)
        evaluation = Evaluation(self._books[int(str(row["zone"]))], FactState(statements))
        return [str(unknown) for unknown in self._unknowns(evaluation)]

    def learn(self, pattern: str, row: Mapping[str, object]) -> None:
        """Keep the answer for a pattern: deciding facts as `entity.fact` or `param.key`.

        `row` is any child that shows the pattern: its zone and the values of the rule's columns (None: unknown).
        """
        if pattern not in self.learned:
            self.learned[pattern] = self._of(row)

    def _unknowns(self, evaluation: Evaluation) -> tuple[Unknown, ...]:
        holds = evaluation.condition(self._rule.code)
        if holds is None:
            return Decider(evaluation).unknowns_in_condition(self._rule.condition)
        return (
            Decider(evaluation).unknowns_in_amount(self._rule.amount) if holds and self._rule.amount is not None else ()
        )
