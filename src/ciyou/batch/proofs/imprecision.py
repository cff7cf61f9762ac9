"""Where the answer is "undetermined" although everything that is unknown leaves it the same: a question with "for all" inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.batch.proofs.checks import (
    EVERYBODY,
    Check,
    FindingKind,
    Found,
    Narrowing,
    Setting,
    Witness,
    evaluation_of,
)
from ciyou.batch.proofs.parts import is_precise
from ciyou.batch.proofs.searching import Search
from ciyou.batch.proofs.solving import Answer
from ciyou.core.facts.definition import Value
from ciyou.core.rules.atoms import Key, atoms_of
from ciyou.core.rules.book import RuleBook, Source
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.tree import Node


@dataclass(frozen=True)
class Imprecise(Check):
    """A rule's condition, or (`of_amount`) its amount where the condition holds, is open although the answer is forced."""

    code: str
    kind: FindingKind
    zh: str
    en: str
    rule: str
    of_amount: bool
    sources: tuple[Source, ...] = ()

    def find(self, setting: Setting, narrowing: Narrowing = EVERYBODY) -> Found:
        """A child of whom something is unknown that cannot matter, and yet the rule waits for it."""
        condition = setting.book.by_code[self.rule].condition
        if not self.of_amount and not narrowing.only and is_precise(condition, setting, narrowing):
            return Found(Answer.IMPOSSIBLE)
        search, answers = Search(setting, condition, self.rule if self.of_amount else None), []
        for goal in (None,) if self.of_amount else (True, False):
            found = search.run(goal, narrowing)
            if found.answer is Answer.EXISTS:
                return found
            answers.append(found.answer)
        return Found(Answer.UNDECIDED if Answer.UNDECIDED in answers else Answer.IMPOSSIBLE)

    def is_confirmed(self, setting: Setting, witness: Witness) -> bool:
        """The interpreter leaves it open, and gives the same answer for every completion seen and its neighbors."""
        known = evaluation_of(setting, witness.child)
        if self._answer(known) is not None:
            return False
        classes = atoms_of(setting.book).classes
        for whole in witness.completions:
            unknown = {key: value for key, value in whole.facts.items() if key not in witness.child.facts}
            neighbors = [{**unknown, key: value} for key in unknown if key in classes for value in classes[key].values]
            for found in (unknown, *neighbors):
                if self._answer(_supposing(known, found)) != witness.answer:
                    return False
        return True

    def _answer(self, evaluation: Evaluation) -> bool | int | None:
        return evaluation.amount(self.rule).value if self.of_amount else evaluation.condition(self.rule)

    def nodes(self, book: RuleBook) -> tuple[Node, ...]:
        """The rule's own texts."""
        rule = book.by_code[self.rule]
        return (rule.condition,) if rule.amount is None else (rule.condition, rule.amount)


def _supposing(evaluation: Evaluation, found: Mapping[Key, Value]) -> Evaluation:
    for (entity, name), value in found.items():
        evaluation = evaluation.supposing(entity, name, value)
    return evaluation
