"""What names a rule's text may use, on one date and in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.core.errors import Place, Problem
from ciyou.core.facts.definition import Entity, Vocabulary
from ciyou.core.rules.tree import (
    AmountRef,
    FactRef,
    Kind,
    Node,
    ParameterRef,
    RuleRef,
    walk,
)

KIND_WORDS = {
    Kind.BOOL: ("条件（是/否）", "a condition (yes/no)"),
    Kind.INT: ("整数", "a whole number"),
    Kind.MONEY: ("金额（分）", "an amount in fen"),
    Kind.DATE: ("日期", "a date"),
    Kind.ENUM: ("代码", "a code"),
}


@dataclass(frozen=True)
class Predicate:
    """A named condition of the law as it reads on one date; `parameters` are its formal names (`p`)."""

    name: str
    parameters: tuple[str, ...]
    zh: str
    en: str
    text: str
    cites: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Scope:
    """The names in force: facts, parameters and their kinds, rules (code → has an amount), predicates."""

    vocabulary: Vocabulary
    parameters: Mapping[str, Kind]
    rules: Mapping[str, bool]
    predicates: Mapping[str, Predicate]


def rules_referred_to(node: Node) -> frozenset[str]:
    """Codes of the rules that must be decided before this expression."""
    return frozenset(part.code for part in walk(node) if isinstance(part, (RuleRef, AmountRef)))


def parameters_referred_to(node: Node) -> frozenset[str]:
    """Keys of the parameters that the expression reads itself."""
    return frozenset(part.key for part in walk(node) if isinstance(part, ParameterRef))


def facts_referred_to(node: Node) -> frozenset[tuple[Entity, str]]:
    """The (entity, fact name) pairs that the expression reads itself."""
    return frozenset((part.entity, part.name) for part in walk(node) if isinstance(part, FactRef))


def mistake(place: Place, code: str, zh: str, en: str) -> Problem:
    """A located mistake in a rule's text."""
    return Problem(place, f"rule.{code}", zh, en)


def wrong_kind(place: Place, wanted: Kind, got: Kind) -> Problem:
    """The mistake of one kind of value where another is wanted."""
    zh_wanted, en_wanted = KIND_WORDS[wanted]
    zh_got, en_got = KIND_WORDS[got]
    return mistake(
        place,
        "kinds",
        f"这里需要{zh_wanted}，写的却是{zh_got}。",
        f"This place wants {en_wanted}, but {en_got} stands there.",
    )
