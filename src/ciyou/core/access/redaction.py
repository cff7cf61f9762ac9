"""Takes what an actor may not see out of an explanation: the step stays, its words and everything below it go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.explain import Explanation
from ciyou.core.rules.reason import Reason

WITHHELD = ("受限内容，不在此显示", "Restricted: not shown here")


@dataclass(frozen=True)
class Withheld:
    """What must not appear: names of facts, and the words (zh) by which a restricted rule or fact would be told."""

    facts: frozenset[str]
    words: tuple[str, ...]


def withheld_above(book: RuleBook, ceiling: int) -> Withheld:
    """The facts and rules of a book above a sensitivity class."""
    facts = [fact for fact in book.vocabulary if fact.sensitivity > ceiling]
    rules = [rule for rule in book.rules if rule.sensitivity > ceiling]
    return Withheld(
        frozenset(fact.name for fact in facts),
        tuple(fact.zh for fact in facts) + tuple(rule.zh for rule in rules),
    )


def redact(explanation: Explanation, withheld: Withheld) -> Explanation:
    """The explanation without what is withheld."""
    return replace(
        explanation,
        reason=_redact(explanation.reason, withheld),
        amount=None if explanation.amount is None else _redact(explanation.amount, withheld),
        missing=tuple(item for item in explanation.missing if item.unknown.name not in withheld.facts),
    )


def _redact(reason: Reason, withheld: Withheld) -> Reason:
    if _tells(reason, withheld):
        return Reason(*WITHHELD, None)
    return replace(reason, children=tuple(_distinct(_redact(child, withheld) for child in reason.children)))


def _tells(reason: Reason, withheld: Withheld) -> bool:
    named = {fact.name for fact in reason.said}
    if reason.unknown is not None:
        named.add(reason.unknown.name)
    return bool(named & withheld.facts) or any(word in reason.zh for word in withheld.words)


def _distinct(reasons: Iterable[Reason]) -> list[Reason]:
    """Several withheld steps side by side are told once: their number would say something too."""
    kept: list[Reason] = []
    for reason in reasons:
        if reason.zh != WITHHELD[0] or all(other.zh != WITHHELD[0] for other in kept):
            kept.append(reason)
    return kept
