"""The deciding facts of open decisions, worked out once for each pattern of what is known, not once for each child."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from ciyou.batch.decisions.reads import columns_read
from ciyou.core.facts.definition import Entity, Value, column_name
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.deciding import Decider, Unknown
from ciyou.core.rules.evaluation import Evaluation


class DecidingFacts:
    """Answers for one rule: which unknowns can still change its outcome, or its amount where the outcome is yes."""

    def __init__(self, book: RuleBook, rule: Rule) -> None:
        # Parameters come with each row: the book's own are those of one county only.
        self._book = replace(
            book, parameters={key: replace(value, value=None) for key, value in book.parameters.items()}
        )
        self._rule = rule
        self.columns = columns_read(book, rule)
        self._facts = {
            column_name(entity, definition.name): (entity, definition.name)
            for definition in book.vocabulary
            for entity in definition.entities()
        }

    def of(self, row: Mapping[str, object]) -> list[str]:
        """The deciding facts of a child whose columns hold these values (None: unknown), as `entity.fact` or `param.key`."""
        statements: dict[tuple[Entity, str], StatedFact] = {}
        supposed: dict[tuple[Entity | None, str], Value] = {}
        for name, value in row.items():
            if not isinstance(value, (bool, int, str, dt.date)):
                continue
            if name in self._facts:
                entity, fact = self._facts[name]
                statements[entity, fact] = StatedFact(entity, fact, value)
            else:
                supposed[None, name.removeprefix("param__")] = value
        evaluation = Evaluation(self._book, FactState(statements), supposed=supposed)
        return [str(unknown) for unknown in self._unknowns(evaluation)]

    def _unknowns(self, evaluation: Evaluation) -> tuple[Unknown, ...]:
        holds = evaluation.condition(self._rule.code)
        if holds is None:
            return Decider(evaluation).unknowns_in_condition(self._rule.condition)
        return (
            Decider(evaluation).unknowns_in_amount(self._rule.amount) if holds and self._rule.amount is not None else ()
        )
