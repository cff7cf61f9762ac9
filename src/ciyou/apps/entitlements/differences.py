"""What came out otherwise than before: by rule, from what to what. Class 5 rules are never named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.rules.book import Rule
from ciyou.core.rules.interpreter import Decision


@dataclass(frozen=True)
class Answer:
    """What a rule said: outcome (yes | no | undetermined; "" where the rule did not exist), basis, amount in fen."""

    outcome: str
    basis: str
    amount_fen: int | None


@dataclass(frozen=True)
class Change:
    """One rule that came out otherwise."""

    rule: str
    before: Answer
    after: Answer

    @property
    def takes_away(self) -> bool:
        """Whether a yes is no longer one, or pays less: nothing of that kind happens without a person."""
        if self.before.outcome != "yes":
            return False
        less = (self.after.amount_fen or 0) < (self.before.amount_fen or 0)
        return self.after.outcome != "yes" or less


_NONE = Answer("", "", None)


def changes_between(
    before: Mapping[str, Decision], after: Mapping[str, Decision], rules: Iterable[Rule]
) -> tuple[Change, ...]:
    """The rules of class 4 and below whose outcome or amount is not what it was; another basis alone is no change."""
    shown = {rule.code for rule in rules if rule.sensitivity < RESTRICTED}
    gone = [code for code in before if code not in after and code in shown]
    found = []
    for code in (*after, *gone):
        if code not in shown:
            continue
        old, new = _answer(before.get(code)), _answer(after.get(code))
        if (old.outcome, old.amount_fen) != (new.outcome, new.amount_fen):
            found.append(Change(code, old, new))
    return tuple(found)


def _answer(decision: Decision | None) -> Answer:
    if decision is None:
        return _NONE
    return Answer(decision.outcome.value, decision.basis.code, decision.amount_fen)


def as_rows(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Changes as they are stored."""
    return [{"rule": one.rule, "from": _row(one.before), "to": _row(one.after)} for one in changes]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Changes as they were stored."""
    return tuple(Change(row["rule"], Answer(*row["from"]), Answer(*row["to"])) for row in rows)


def _row(answer: Answer) -> list[Any]:
    return [answer.outcome, answer.basis, answer.amount_fen]
