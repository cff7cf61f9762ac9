"""The search for a state of knowledge on which an answer is open although all its completions agree.

The prover looks for a state on which the completions seen so far agree; another question looks for a completion of that state
which does not, and adds it to those seen (counterexample-guided, as in Solar-Lezama 2008). It ends: either no state is left, or
no completion disagrees.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import z3

from ciyou.batch.proofs.checks import Found, Narrowing, Setting, Witness, evaluation_of
from ciyou.batch.proofs.codes import Codes
from ciyou.batch.proofs.solving import Answer, Assignment, Question
from ciyou.batch.proofs.terms import Formula, negation
from ciyou.batch.proofs.worlds import completion, constant, ordinary_value
from ciyou.core.facts.definition import Value
from ciyou.core.rules.atoms import Key
from ciyou.core.rules.tree import Node

AMOUNT = z3.Int("the amount")
Goal = bool | None  # true, false, or (None) some amount


class Search:
    """The search in one place: what is known of a child (`world`), and all that the child may turn out to be (`complete`).

    It is about a condition, or about what a rule pays where its condition holds (`pays`: the rule's code).
    """

    def __init__(self, setting: Setting, condition: Node, pays: str | None = None) -> None:
        self.setting, self.condition, self.pays = setting, condition, pays
        self.codes = Codes()
        self.world = setting.world(self.codes, complete=False)
        self.partial = setting.translator(self.world, self.codes)
        complete_world = setting.world(self.codes, plausible=False)
        complete = setting.translator(complete_world, self.codes)
        self.holds = complete.truth(condition).yes
        self.amount = AMOUNT if pays is None else complete.amount(pays).value
        self.complete = Question(complete_world, [], limit_ms=setting.limit_ms)

    def run(self, goal: Goal, narrowing: Narrowing, *, show: bool = True) -> Found:
        """Whether there is such a state; the child that shows it is put together only where somebody is to see it (`show`)."""
        possible = [negation(self.partial.truth(node).no) for node in self.setting.assumptions]
        required = [*self._open(), *possible, *narrowing.formulas(self.partial)]
        question = Question(self.world, required, limit_ms=self.setting.limit_ms)
        seen: list[Assignment] = []
        deadline = time.process_time() + self.setting.limit_ms / 1000
        while time.process_time() < deadline:
            answer = question.ask()
            if answer is not Answer.EXISTS:
                return Found(answer)
            child, same = question.read(), self._same(goal, question)
            answer = self._other(child, same)
            if answer is Answer.UNDECIDED:
                return Found(answer)
            if answer is Answer.IMPOSSIBLE:
                return Found(Answer.EXISTS, self._shown(child, same, goal, question, seen) if show else None)
            seen.append(Assignment({**child.facts, **self.complete.read().facts}))
            agrees = self._agrees(goal, AMOUNT)
            question.require(z3.substitute(agrees, *completion(self.world, seen[-1].facts)))
        return Found(Answer.UNDECIDED)

    def _open(self) -> list[Formula]:
        holds = self.partial.truth(self.condition)
        if self.pays is None:
            return [holds.open]
        return [holds.yes, negation(self.partial.amount(self.pays).known)]

    def _agrees(self, goal: Goal, amount: Formula) -> Formula:
        """The complete child gets this answer."""
        if self.pays is not None:
            return self.amount == amount
        return self.holds if goal else negation(self.holds)

    def _same(self, goal: Goal, question: Question) -> Formula:
        return self._agrees(goal, AMOUNT if self.pays is None else z3.IntVal(question.number(AMOUNT)))

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
        answer = goal if self.pays is None else question.number(AMOUNT)
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
        holds = evaluation.truth(self.condition)
        if self.pays is None:
            return holds is None
        return holds is True and evaluation.amount(self.pays).value is None
