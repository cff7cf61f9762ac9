"""One child, every rule: outcome, amount, how firmly it stands, and what would decide what is open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ciyou.core.facts.state import Basis, FactState
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.bounds import Bounds
from ciyou.core.rules.deciding import Decider, Unknown
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.reading import LOWEST, TRUTHS, Mask


class Outcome(StrEnum):
    """A rule's answer. `undetermined` is work to do, never a no."""

    YES = "yes"
    NO = "no"
    UNDETERMINED = "undetermined"


_OUTCOMES = {True: Outcome.YES, False: Outcome.NO, None: Outcome.UNDETERMINED}


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


@dataclass(frozen=True)
class Settled:
    """A decision without its `deciding`: what one rule answers, how firmly, and the amount with its bounds."""

    outcome: Outcome
    basis: Basis
    amount_fen: int | None
    floor_fen: int | None
    ceiling_fen: int | None


def decide_all(book: RuleBook, state: FactState) -> dict[str, Decision]:
    """Decide every rule of the book for one child, by rule code in the book's order."""
    return decide(Evaluation(book, state))


def decide(evaluation: Evaluation) -> dict[str, Decision]:
    """The same, on an evaluation that others share."""
    decider, levels = Decider(evaluation), _Levels(evaluation)
    return {rule.code: _decide(decider, rule, levels) for rule in evaluation.book.rules}


def settle_all(book: RuleBook, state: FactState) -> dict[str, Settled]:
    """What every rule answers for one child, without what would decide the open ones."""
    levels = _Levels(Evaluation(book, state))
    return {rule.code: levels.settle(rule) for rule in book.rules}


def settle(book: RuleBook, state: FactState, code: str) -> Settled:
    """What one rule answers; only it and the rules that it refers to are evaluated."""
    return _Levels(Evaluation(book, state)).settle(book.by_code[code])


class _Levels:
    """One child's evaluation, and how firmly its statements stand, the firmest first."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        found = {said.basis for said in evaluation.state.statements()}
        self.levels = sorted(found, reverse=True) or [Basis.VERIFIED]

    def settle(self, rule: Rule) -> Settled:
        mask = self.evaluation.mask(rule.code)
        outcome = _OUTCOMES[TRUTHS[mask & LOWEST]]
        due = None if rule.amount is None else self.evaluation.amount(rule.code)
        basis = self.levels[0] if outcome is Outcome.UNDETERMINED else self._firmest(rule, mask, due)
        if due is None:
            return Settled(outcome, basis, None, None, None)
        return Settled(outcome, basis, due.value, due.floor, due.ceiling)

    def _firmest(self, rule: Rule, mask: Mask, due: Bounds | None) -> Basis:
        """The firmest level on which the rule already answers as it does on everything that is known."""
        found = mask & LOWEST
        return next(
            level
            for level in self.levels
            if mask >> level & LOWEST == found and (due is None or self.evaluation.amount(rule.code, level) == due)
        )


def _decide(decider: Decider, rule: Rule, levels: _Levels) -> Decision:
    settled = levels.settle(rule)
    return Decision(
        code=rule.code,
        outcome=settled.outcome,
        basis=settled.basis,
        amount_fen=settled.amount_fen,
        floor_fen=settled.floor_fen,
        ceiling_fen=settled.ceiling_fen,
        deciding=_deciding(decider, rule, settled),
    )


def answer(evaluation: Evaluation, rule: Rule, level: Basis = Basis.PRESUMED) -> tuple[Outcome, Bounds | None]:
    """The outcome of a rule and, where it pays money, the amount with its bounds; on what stands at least as firmly as a level."""
    outcome = _OUTCOMES[evaluation.condition(rule.code, level)]
    return outcome, None if rule.amount is None else evaluation.amount(rule.code, level)


def _deciding(decider: Decider, rule: Rule, settled: Settled) -> tuple[Unknown, ...]:
    if settled.outcome is Outcome.UNDETERMINED:
        return decider.unknowns_in_condition(rule.condition)
    if settled.outcome is Outcome.YES and settled.amount_fen is None and rule.amount is not None:
        return decider.unknowns_in_amount(rule.amount)
    return ()
