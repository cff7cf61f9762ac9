"""One step of an explanation, and what is missing to decide."""

from __future__ import annotations

from dataclasses import dataclass, field

from ciyou.core.facts.state import StatedFact
from ciyou.core.rules.book import Rule, Source
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.evaluation import Truth
from ciyou.core.rules.words import Phrase


@dataclass(frozen=True)
class Reason:
    """What was found (zh, en), whether it holds, its clause, who said so, and the steps below it.

    `truth` None: open. `group`: the words only hold the steps together. `inner`: for a negation, the truth of what is negated.
    `lines`: of a step that reads nothing known and so is the same for every child, its line by language, once it was put.
    """

    zh: str
    en: str
    truth: Truth
    cites: tuple[Source, ...] = ()
    said: tuple[StatedFact, ...] = ()
    unknown: Unknown | None = None
    children: tuple[Reason, ...] = ()
    group: bool = False
    inner: Truth = None
    lines: dict[str, str] | None = field(default=None, repr=False, compare=False)

    def text(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


def sources_of(rule: Rule, ids: tuple[str, ...]) -> tuple[Source, ...]:
    """The rule's sources with these ids, in that order."""
    found = [rule.source(source_id) for source_id in ids]
    return tuple(source for source in found if source is not None)


def clauses_of(rule: Rule) -> tuple[Source, ...]:
    """The clauses that a rule as a whole rests on."""
    return sources_of(rule, rule.cites) or rule.sources[:1]


@dataclass(frozen=True)
class Missing:
    """An unknown that would decide: what it is, which departments know it, and who may be asked."""

    unknown: Unknown
    words: Phrase
    suppliers: tuple[str, ...]
    askable: tuple[str, ...]


def opened(reason: Reason) -> tuple[Reason, ...]:
    """A group is told by its parts; anything else by itself."""
    return reason.children if reason.group and reason.truth is True else (reason,)
