"""One child, every rule: outcome, amount, how firmly it stands, and what would decide what is open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ciyou.core.facts.state import Basis, FactState
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.deciding import Decider, Unknown
from ciyou.core.rules.evaluation import Bounds, Evaluation


class Outcome(StrEnum):
    """A rule's answer. `undetermined` is work to do, never a no."""

    YES = "yes"
    NO = "no"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Decision:
    """What one rule says of one child.

    `amount_fen` is None when the rule pays no money or the amount is not known; `floor_fen`/`ceiling_fen` bound it
    (ceiling None: no bound known). `basis` is the firmest basis on which the same answer already stands. `deciding` are the
    unknowns that can still change the outcome, or, where the outcome is yes, the amount.
    """

    code: str
    outcome: Outcome
    basis: Basis
    amount_fen: int | None
    floor_fen: int | None
    ceiling_fen: int | None
    deciding: tuple[Unknown, ...]


def decide_all(book: RuleBook, state: FactState) -> dict[str, Decision]:
    """Decide every rule of the book for one child, by rule code in the book's order."""
    return decide(Evaluation(book, state))


def decide(evaluation: Evaluation) -> dict[str, Decision]:
    """The same, on an evaluation that others share."""
    book, state = evaluation.book, evaluation.state
    levels = sorted({said.basis for said in state.statements()}, reverse=True) or [Basis.VERIFIED]
    stricter = [(level, Evaluation(book, state.at_least(level))) for level in levels[:-1]]
    decider = Decider(evaluation)
    return {rule.code: _decide(decider, rule, stricter, levels) for rule in book.rules}


def _decide(decider: Decider, rule: Rule, stricter: list[tuple[Basis, Evaluation]], levels: list[Basis]) -> Decision:
    outcome, due = answer(decider.evaluation, rule)
    if outcome is Outcome.UNDETERMINED:
        basis = levels[0]
    else:
        same = (level for level, narrower in stricter if answer(narrower, rule) == (outcome, due))
        basis = next(same, levels[-1])
    return Decision(
        code=rule.code,
        outcome=outcome,
        basis=basis,
        amount_fen=due.value if due else None,
        floor_fen=due.floor if due else None,
        ceiling_fen=due.ceiling if due else None,
        deciding=_deciding(decider, rule, outcome, due),
    )


def answer(evaluation: Evaluation, rule: Rule) -> tuple[Outcome, Bounds | None]:
    """The outcome of a rule and, where it pays money, the amount with its bounds."""
    holds = evaluation.condition(rule.code)
    outcome = Outcome.UNDETERMINED if holds is None else Outcome.YES if holds else Outcome.NO
    return outcome, None if rule.amount is None else evaluation.amount(rule.code)


def _deciding(decider: Decider, rule: Rule, outcome: Outcome, due: Bounds | None) -> tuple[Unknown, ...]:
    if outcome is Outcome.UNDETERMINED:
        return decider.unknowns_in_condition(rule.condition)
    if outcome is Outcome.YES and due is not None and due.value is None and rule.amount is not None:
        return decider.unknowns_in_amount(rule.amount)
    return ()
