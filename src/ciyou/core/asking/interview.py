"""Which question comes next, and when there is none: the fewest that settle what a child may be due.

A question may be asked while an answer to it can still change whether some entitlement is due (exactly then:
`core.rules.deciding`) or how much of one that is; details only of what was affirmed. Of those the next is the one that decides most: for each open entitlement, what it may be worth × how
much nearer to certain its answer would come, over the likely answers, × the share of people who know. What only changes an amount
comes last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ciyou.core.asking.chances import Chances, Likely, Reads, likely_values, reads_of
from ciyou.core.asking.question import AnswerError, Option, Question, Shape, Stated, affirms, stated_by, ticks_of
from ciyou.core.errors import Problem
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.core.rules.atoms import Key
from ciyou.core.rules.book import RuleBook, RuleKind
from ciyou.core.rules.compiled import Condition, program_of
from ciyou.core.rules.deciding import Decider, Unknown
from ciyou.core.rules.evaluation import Evaluation

PER_YEAR = {"month": 12, "year": 1, "once": 1}
Answers = Mapping[str, str]
"""Answers by the code of their question, in the order in which they were given."""


@dataclass(frozen=True)
class Weights:
    """What the choice assumes: the worth (fen a year) of what pays nothing or pays we do not know what, the most that one
    entitlement counts, and the chance of a circumstance that nobody is asked about (`shares`: of some, their own)."""

    worth_without_amount_fen: int
    worth_at_most_fen: int
    unasked: float
    shares: Mapping[Key, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Next:
    """The question to ask now; `options` are those that can still change something."""

    question: Question
    options: tuple[Option, ...]


@dataclass(frozen=True, eq=False)
class Interview:
    """The questions about one place on one day. `base` is known before the first answer (where the child is registered)."""

    book: RuleBook
    questions: tuple[Question, ...]
    weights: Weights
    base: tuple[StatedFact, ...] = ()
    source: str = "guardian"
    codes: tuple[str, ...] = field(init=False)
    by_code: Mapping[str, Question] = field(init=False)
    likely: Likely = field(init=False)
    reads: Reads = field(init=False)

    def __post_init__(self) -> None:
        codes = tuple(rule.code for rule in self.book.rules if rule.kind is RuleKind.ENTITLEMENT)
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "by_code", {question.code: question for question in self.questions})
        object.__setattr__(self, "likely", likely_values(self.questions, self.book.as_of))
        object.__setattr__(self, "reads", reads_of(self.book, codes))

    # -- what was said ---------------------------------------------------------------------------
    def state(self, answers: Answers) -> FactState:
        """What the answers state. Two that contradict each other leave the fact unknown."""
        said = list(self.base)
        for code, answer in answers.items():
            for (entity, name), value in stated_by(self.by_code[code], answer, today=self.book.as_of).items():
                assert entity is not None  # questions ask for facts, never for the law of a place
                said.append(StatedFact(entity, name, value, source=self.source))
        return FactState.on(self.book.as_of, said)

    def readable(self, answers: Answers) -> tuple[Answers, tuple[Problem, ...]]:
        """The answers that can be read, and what is wrong with the others."""
        found: dict[str, str] = {}
        problems: list[Problem] = []
        for code, answer in answers.items():
            try:
                if code in self.by_code:
                    stated_by(self.by_code[code], answer, today=self.book.as_of)
                    found[code] = answer
            except AnswerError as error:
                problems.extend(error.problems)
        return found, tuple(problems)

    # -- what comes next -------------------------------------------------------------------------
    def candidates(self, answers: Answers) -> tuple[Next, ...]:
        """Every question whose answer could still change something; none: the check is over."""
        return self._candidates(Evaluation(self.book, self.state(answers)), answers)

    def next(self, answers: Answers) -> Next | None:
        """The question that decides most; None when no answer could change anything."""
        evaluation = Evaluation(self.book, self.state(answers))
        found = self._candidates(evaluation, answers)
        if len(found) < 2:
            return found[0] if found else None
        chances = Chances(evaluation, self.reads, self.likely, self.weights.unasked, self.weights.shares)
        rules = [rule for rule in self._open(evaluation)]
        scores = [self._decides(one, chances, rules) for one in found]
        return found[scores.index(max(scores))]

    def open_facts(self, evaluation: Evaluation) -> frozenset[Key]:
        """The facts that can still change whether some entitlement is due, or how much of one that is."""
        return self._open_facts(evaluation)[0]

    def _open_facts(self, evaluation: Evaluation) -> tuple[frozenset[Key], frozenset[Key]]:
        """The facts that count now; and with them those that would count for an amount, should it be due."""
        decider = Decider(evaluation)
        now: set[Unknown] = set()
        later: set[Unknown] = set()
        for code in self.codes:
            rule, holds = self.book.by_code[code], evaluation.condition(code)
            if holds is None:
                now.update(decider.unknowns_in_condition(rule.condition))
            if holds is not False and rule.amount is not None and evaluation.amount(code).value is None:
                (now if holds else later).update(decider.unknowns_in_amount(rule.amount))
        return frozenset(map(_key, now)), frozenset(map(_key, now | later))

    def _candidates(self, evaluation: Evaluation, answers: Answers) -> tuple[Next, ...]:
        now, ever = self._open_facts(evaluation)
        found = (self._askable(question, now, ever, answers) for question in self.questions if question.keys & now)
        return tuple(one for one in found if one is not None)

    def _askable(self, question: Question, now: frozenset[Key], ever: frozenset[Key], answers: Answers) -> Next | None:
        """A question, if it may be asked now: with every option that counts now or may come to count, so that it is asked once."""
        answer = answers.get(question.code)
        if question.after:
            before = answers.get(question.after)
            if before is None or not affirms(self.by_code[question.after], before, question.after_options):
                return None
        if question.shape is not Shape.TICKS:
            return None if answer is not None else Next(question, question.options)
        said = {} if answer is None else ticks_of(question, answer)
        if answer is not None and not said:
            return None  # “I do not know” goes for all of it
        options = tuple(one for one in question.options if one.keys & ever and one.code not in said)
        return Next(question, options) if any(one.keys & now for one in options) else None

    def _open(self, evaluation: Evaluation) -> Iterator[tuple[Condition, float]]:
        program = program_of(self.book.rules)
        for code in self.codes:
            rule = self.book.by_code[code]
            if evaluation.condition(code) is not None:
                continue
            worth = float(self.weights.worth_without_amount_fen)
            if rule.amount is not None:
                ceiling = evaluation.amount(code).ceiling
                if ceiling is not None:
                    worth = min(ceiling * PER_YEAR[rule.period], self.weights.worth_at_most_fen)
            yield program.condition(rule.condition), worth

    def _decides(self, asked: Next, chances: Chances, rules: Sequence[tuple[Condition, float]]) -> float:
        gain = 0.0
        for stated, share in _likely_answers(asked, self, chances):
            after = chances.supposing(stated)
            for condition, worth in rules:
                if after.touches(condition):
                    gain += share * worth * (_doubt(chances.of(condition)) - _doubt(after.of(condition)))
        return gain * asked.question.known


def _key(unknown: Unknown) -> Key:
    return unknown.entity, unknown.name


def _doubt(chance: float) -> float:
    """How far from certain: the entropy of a yes-or-no, in bits."""
    if chance <= 0 or chance >= 1:
        return 0.0
    return -chance * math.log2(chance) - (1 - chance) * math.log2(1 - chance)


def _likely_answers(asked: Next, interview: Interview, chances: Chances) -> Iterable[tuple[Stated, float]]:
    """The answers that are likely, with their shares; of ticks only none, one alone, or all of them."""
    question = asked.question
    if question.asks is not None:
        today = interview.book.as_of
        return [({question.asks: question.value_of(number, today)}, share) for number, share in question.likely]
    if question.shape is Shape.TICKS:
        return list(_ticked(asked.options))
    state = chances.evaluation.state
    fitting = [one for one in question.options if not any(_contradicts(state, key, one.says[key]) for key in one.says)]
    together = sum(one.share for one in fitting) or 1.0
    return [(one.says, one.share / together) for one in fitting]


def _contradicts(state: FactState, key: Key, value: object) -> bool:
    entity, name = key
    known = None if entity is None else state.get(entity, name)
    return known is not None and known.value != value


def _ticked(options: Sequence[Option]) -> Iterator[tuple[Stated, float]]:
    nothing = {key: value for option in options for key, value in option.denies.items()}
    none = math.prod(1 - option.share for option in options)
    yield nothing, none
    for option in options:
        others = {key: value for one in options if one is not option for key, value in one.denies.items()}
        yield {**others, **option.says}, none * option.share / max(1 - option.share, 0.01)
    if len(options) > 1:
        everything = {key: value for option in options for key, value in option.says.items()}
        yield everything, math.prod(option.share for option in options)
