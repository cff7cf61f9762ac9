"""What people decided case by case (一事一议) where the rules leave a child open: taken as the answer of one rule, for a time.

A certain answer of the rules is never overruled: what people decided counts only where a rule is undetermined, and what other
rules say of it follows from there. Where the rules have become certain, the two answers are held against each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from ciyou.core.facts.state import FactState
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.interpreter import Decision, Outcome, decide_all
from ciyou.core.rules.tree import Kind, Literal


@dataclass(frozen=True, order=True)
class CaseAnswer:
    """One decision of people: that a rule holds of a child or does not, from `first` until before `until`. `id` is its row's."""

    rule: str
    holds: bool
    first: dt.date
    until: dt.date
    id: str

    def in_force(self, day: dt.date) -> bool:
        """Whether it is to be taken as the answer on a day."""
        return self.first <= day < self.until

    @property
    def outcome(self) -> Outcome:
        """What it says."""
        return Outcome.YES if self.holds else Outcome.NO


@dataclass(frozen=True)
class Differing:
    """People decided so, and the rules have since become certain of the other: for a person to look at. The rules' answer stands."""

    case: CaseAnswer
    outcome: Outcome


def decide_with_cases(book: RuleBook, state: FactState, cases: Iterable[CaseAnswer]) -> dict[str, Decision]:
    """Decide every rule of the book for one child as `decide_all`, with people's answers where the rules leave it open."""
    decided = decide_all(book, state)
    taken = taken_cases(decided, cases, book.as_of)
    return decide_all(book_with_cases(book, taken), state) if taken else decided


def taken_cases(decided: Mapping[str, Decision], cases: Iterable[CaseAnswer], day: dt.date) -> tuple[CaseAnswer, ...]:
    """Of people's answers those that count on a day: of rules that `decided` (by the rules alone) leaves open."""
    return tuple(
        case
        for case in sorted(cases)
        if case.in_force(day) and case.rule in decided and decided[case.rule].outcome is Outcome.UNDETERMINED
    )


def differing_cases(
    decided: Mapping[str, Decision], cases: Iterable[CaseAnswer], day: dt.date
) -> tuple[Differing, ...]:
    """Of people's answers in force those that the rules alone, by now certain, contradict."""
    found = (
        (case, decided[case.rule].outcome) for case in sorted(cases) if case.in_force(day) and case.rule in decided
    )
    return tuple(
        Differing(case, outcome)
        for case, outcome in found
        if outcome is not Outcome.UNDETERMINED and outcome is not case.outcome
    )


def book_with_cases(book: RuleBook, cases: Iterable[CaseAnswer]) -> RuleBook:
    """The same book with people's answers in place of these rules' conditions; what refers to those rules follows."""
    return _book_with(book, frozenset((case.rule, case.holds) for case in cases))


@lru_cache(maxsize=256)
def _book_with(book: RuleBook, answers: frozenset[tuple[str, bool]]) -> RuleBook:
    # By what was answered, not by whom it is about: children of whom people said the same share a book, and with it its functions.
    said = dict(answers)
    rules = tuple(
        replace(rule, condition=Literal(said[rule.code], Kind.BOOL)) if rule.code in said else rule
        for rule in book.rules
    )
    return replace(book, rules=rules)


def case_turns(cases: Iterable[CaseAnswer], after: dt.date) -> tuple[dt.date, ...]:
    """The days after a day on which one of people's answers begins or ends to count."""
    return tuple(sorted({day for case in cases for day in (case.first, case.until) if day > after}))
