"""Why: the decisive branches of a rule for one child, each with its clause, who said so, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from ciyou.core.facts.state import FactState
from ciyou.core.rules.amounts import amounts_of
from ciyou.core.rules.book import Rule, RuleBook, Source
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.interpreter import Decision, Outcome, decide
from ciyou.core.rules.reason import Missing, Reason
from ciyou.core.rules.steps import Telling, steps_of

__all__ = ["Explanation", "Missing", "Reason", "explain_all", "explain_rule"]


Told = tuple[Reason, Reason | None]
"""Why a rule holds or not, and how its amount came about (None: nothing is paid)."""


@dataclass(frozen=True)
class Explanation:
    """One decision with its reasons; `cites` are the clauses that the rule as a whole rests on.

    The reasons are told by `tell` when they are first asked for: a page that shows what came out does not wait for why.
    """

    rule: Rule
    decision: Decision
    cites: tuple[Source, ...]
    missing: tuple[Missing, ...]
    tell: Callable[[], Told] = field(repr=False, compare=False)

    @property
    def pays(self) -> bool:
        """Whether there is an amount to tell of: the rule has one, and its answer is not no."""
        return self.rule.amount is not None and self.decision.outcome is not Outcome.NO

    @property
    def reason(self) -> Reason:
        """Why the rule holds, does not hold, or is open."""
        return self._told[0]

    @property
    def amount(self) -> Reason | None:
        """How the amount came about; None where nothing is paid."""
        return self._told[1]

    @cached_property
    def _told(self) -> Told:
        return self.tell()


def explain_all(
    book: RuleBook, state: FactState, decisions: Mapping[str, Decision] | None = None
) -> dict[str, Explanation]:
    """Every rule of the book explained for one child, by rule code in the book's order; decided, unless `decisions` are given."""
    evaluation = Evaluation(book, state)
    found, teller = decide(evaluation) if decisions is None else decisions, _Teller(evaluation)
    return {rule.code: _explain(teller, rule, found[rule.code]) for rule in book.rules}


def explain_rule(book: RuleBook, state: FactState, code: str) -> Explanation:
    """One rule, decided and explained for one child."""
    evaluation = Evaluation(book, state)
    return _explain(_Teller(evaluation), book.by_code[code], decide(evaluation)[code])


def _explain(teller: _Teller, rule: Rule, decision: Decision) -> Explanation:
    return Explanation(
        rule=rule,
        decision=decision,
        cites=teller.steps.clauses[rule.code],
        missing=tuple([teller.steps.missing(unknown) for unknown in decision.deciding]),
        tell=partial(teller.tell_of, rule),
    )


class _Teller:
    """Tells the reasons of one child: of the evaluated tree only what decided."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.steps = steps_of(evaluation.book)
        self._amounts = amounts_of(evaluation.book)
        self._telling = Telling(evaluation)

    def tell_of(self, rule: Rule) -> Told:
        """Why a rule holds or not, and, where it pays and may hold, how its amount came about."""
        telling = self._telling
        telling.rule = rule
        amount = None
        if rule.amount is not None and telling.evaluation.condition(rule.code) is not False:
            amount = self._amounts.of(rule.amount)(telling)
        return self.steps.tell_rule(telling, rule), amount
