"""Where the answer is "undetermined" although everything that is unknown leaves it the same: a question with "for all" inside.

There is a state of knowledge such that all its completions agree. The prover looks for a state on which the completions
seen so far agree; another question looks for a completion of that state which does not, and adds it to those seen
(counterexample-guided, as in Solar-Lezama 2008). It ends: either no state is left, or no completion disagrees.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import z3

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
from ciyou.batch.proofs.codes import Codes
from ciyou.batch.proofs.solving import Answer, Assignment, Question
from ciyou.batch.proofs.terms import Formula, negation
from ciyou.batch.proofs.worlds import completion, constant, ordinary_value
from ciyou.core.facts.definition import Value
from ciyou.core.rules.atoms import Key, atoms_of
from ciyou.core.rules.book import RuleBook, Source
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.tree import Node

AMOUNT = z3.Int("the amount")
Goal = bool | None  # true, false, or (None) some amount


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
        search, answers = _Search(self, setting), []
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


class _Search:
    """The search in one place: what is known of a child (`world`), and all that the child may turn out to be (`complete`)."""

    def __init__(self, check: Imprecise, setting: Setting) -> None:
        self.check, self.setting = check, setting
        self.codes = Codes()
        self.world = setting.world(self.codes, complete=False)
        self.partial = setting.translator(self.world, self.codes)
        complete_world = setting.world(self.codes, plausible=False)
        complete = setting.translator(complete_world, self.codes)
        self.holds = complete.condition(check.rule).yes
        self.amount = complete.amount(check.rule).value
        self.complete = Question(complete_world, [], limit_ms=setting.limit_ms)

    def run(self, goal: Goal, narrowing: Narrowing) -> Found:
        possible = [negation(self.partial.truth(node).no) for node in self.setting.assumptions]
        required = [*self._open(), *possible, *narrowing.formulas(self.partial)]
        question = Question(self.world, required, limit_ms=self.setting.limit_ms)
        seen: list[Assignment] = []
        deadline = time.monotonic() + self.setting.limit_ms / 1000
        while time.monotonic() < deadline:
            answer = question.ask()
            if answer is not Answer.EXISTS:
                return Found(answer)
            child, same = question.read(), self._same(goal, question)
            answer = self._other(child, same)
            if answer is Answer.UNDECIDED:
                return Found(answer)
            if answer is Answer.IMPOSSIBLE:
                return Found(Answer.EXISTS, self._shown(child, same, goal, question, seen))
            seen.append(Assignment({**child.facts, **self.complete.read().facts}))
            agrees = self._agrees(goal, AMOUNT)
            question.require(z3.substitute(agrees, *completion(self.world, seen[-1].facts)))
        return Found(Answer.UNDECIDED)

    def _open(self) -> list[Formula]:
        holds = self.partial.condition(self.check.rule)
        if not self.check.of_amount:
            return [holds.open]
        return [holds.yes, negation(self.partial.amount(self.check.rule).known)]

    def _agrees(self, goal: Goal, amount: Formula) -> Formula:
        """The complete child gets this answer."""
        if self.check.of_amount:
            return self.amount == amount
        return self.holds if goal else negation(self.holds)

    def _same(self, goal: Goal, question: Question) -> Formula:
        return self._agrees(goal, z3.IntVal(question.number(AMOUNT)) if self.check.of_amount else AMOUNT)

    def _other(self, child: Assignment, same: Formula) -> Answer:
        """Whether some completion of this child gives another answer; the question about the complete child then holds it."""
        variables = self.complete.world.variables
        given = [
            variables[key].value == constant(value, variables[key].kind, self.codes)
            for key, value in child.facts.items()
            if key in variables
        ]
        answer = self.complete.ask(*given, negation(same))
        if answer is Answer.EXISTS:
            self.complete.push_to_edges([*given, negation(same)], apart_from=child)
        return answer

    def _shown(
        self, child: Assignment, same: Formula, goal: Goal, question: Question, seen: list[Assignment]
    ) -> Witness:
        """The child found, made more ordinary fact by fact while it still shows the same."""
        answer = question.number(AMOUNT) if self.check.of_amount else goal
        for key, usual in self._usual():
            if child.facts.get(key) == usual:
                continue
            trial = Assignment({**child.facts, key: usual})
            if self._is_open(trial) and self._other(trial, same) is Answer.IMPOSSIBLE:
                child = trial
        completions = tuple(Assignment({**one.facts, **child.facts}) for one in seen)
        return Witness(child, completions=completions, answer=answer)

    def _usual(self) -> Iterator[tuple[Key, Value]]:
        book = self.setting.book
        for entity, name in self.world.variables:
            if entity is not None:
                usual = ordinary_value(book.vocabulary.get(entity, name), name, entity, book)
                yield (entity, name), usual

    def _is_open(self, child: Assignment) -> bool:
        evaluation = evaluation_of(self.setting, child)
        if not self.check.of_amount:
            return evaluation.condition(self.check.rule) is None
        return evaluation.condition(self.check.rule) is True and evaluation.amount(self.check.rule).value is None
