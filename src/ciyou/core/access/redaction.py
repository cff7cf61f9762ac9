"""Takes what an actor may not see out of an explanation: the step stays, its words and everything below it go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.facts.definition import Entity, FactDefinition
from ciyou.core.facts.state import StatedFact
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.explain import Explanation, Told
from ciyou.core.rules.reason import Reason

WITHHELD = ("受限内容，不在此显示", "Restricted: not shown here")
BY_DEPARTMENT = ("由部门核实，内容不在此显示", "Verified by a department: not shown here")
_VILLAGE = "village"
Statement = tuple[Entity, str, str]
"""A statement by whom it is about, its fact and its source."""


@dataclass(frozen=True)
class Withheld:
    """What must not appear: names of facts, and the words (zh) by which a withheld rule or fact would be told.

    `restricted` are those of class 5: not even that a department knows them is told. `askable` may be told as unknown, for
    whoever is to ask about them. `readable` are single statements of those facts that may be read all the same: what the
    actor's own area found out.
    """

    facts: frozenset[str]
    words: tuple[str, ...]
    restricted: frozenset[str] = frozenset()
    restricted_words: tuple[str, ...] = ()
    askable: frozenset[str] = frozenset()
    readable: frozenset[Statement] = frozenset()


def withheld_above(book: RuleBook, ceiling: int, *, readable: Iterable[Statement] = ()) -> Withheld:
    """The facts and rules of a book above a sensitivity class, but for single statements that may be read."""
    facts = [fact for fact in book.vocabulary if fact.sensitivity > ceiling]
    rules = [rule for rule in book.rules if rule.sensitivity > ceiling]
    restricted = [fact for fact in facts if fact.sensitivity >= RESTRICTED]
    return Withheld(
        facts=frozenset(fact.name for fact in facts),
        words=tuple(fact.zh for fact in facts) + tuple(rule.zh for rule in rules),
        restricted=frozenset(fact.name for fact in restricted),
        restricted_words=tuple(fact.zh for fact in restricted)
        + tuple(rule.zh for rule in rules if rule.sensitivity >= RESTRICTED),
        askable=frozenset(fact.name for fact in facts if may_be_asked(fact)),
        readable=frozenset(readable),
    )


def may_be_asked(definition: FactDefinition) -> bool:
    """Whether a village may be asked about this fact at all; never about a restricted one."""
    return _VILLAGE in definition.askable and definition.sensitivity < RESTRICTED


def redact(explanation: Explanation, withheld: Withheld) -> Explanation:
    """The explanation without what is withheld."""
    rule = explanation.rule
    return replace(
        explanation,
        tell=partial(_redact_told, explanation, withheld),
        cites=() if _tells(Reason(rule.zh, rule.en, None), withheld) else explanation.cites,
        missing=tuple(item for item in explanation.missing if not _hides_unknown(item.unknown.name, withheld)),
    )


def _redact_told(explanation: Explanation, withheld: Withheld) -> Told:
    amount = explanation.amount
    return _redact(explanation.reason, withheld), None if amount is None else _redact(amount, withheld)


def is_withheld(reason: Reason) -> bool:
    """Whether a step's words were taken out."""
    return reason.zh in (WITHHELD[0], BY_DEPARTMENT[0])


def _redact(reason: Reason, withheld: Withheld) -> Reason:
    if _tells(reason, withheld):
        return Reason(*(WITHHELD if _tells_restricted(reason, withheld) else BY_DEPARTMENT), None)
    return replace(reason, children=tuple(_distinct(_redact(child, withheld) for child in reason.children)))


def _tells(reason: Reason, withheld: Withheld) -> bool:
    if _tells_restricted(reason, withheld):
        return True
    if reason.said or reason.unknown is not None:
        unknown = reason.unknown is not None and _hides_unknown(reason.unknown.name, withheld)
        return unknown or any(_hides(fact, withheld) for fact in reason.said)
    return any(word in reason.zh for word in withheld.words)


def _tells_restricted(reason: Reason, withheld: Withheld) -> bool:
    named = {fact.name for fact in reason.said} | ({reason.unknown.name} if reason.unknown else set())
    return bool(named & withheld.restricted) or any(word in reason.zh for word in withheld.restricted_words)


def _hides(fact: StatedFact, withheld: Withheld) -> bool:
    return fact.name in withheld.facts and (fact.entity, fact.name, fact.source) not in withheld.readable


def _hides_unknown(name: str, withheld: Withheld) -> bool:
    return name in withheld.facts and name not in withheld.askable


def _distinct(reasons: Iterable[Reason]) -> list[Reason]:
    """Several withheld steps side by side are told once: their number would say something too."""
    kept: list[Reason] = []
    for reason in reasons:
        if not is_withheld(reason) or all(other.zh != reason.zh for other in kept):
            kept.append(reason)
    return kept
