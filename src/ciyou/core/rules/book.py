"""Rules as objects: a source, a rule in force, the parameters of a place, and the book that holds them for one place and date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from ciyou.core.clock.ages import AgeRule
from ciyou.core.clock.months import MonthRule
from ciyou.core.facts.definition import Entity, Value, Vocabulary
from ciyou.core.rules.scope import facts_referred_to, parameters_referred_to, rules_referred_to
from ciyou.core.rules.tree import Kind, Node


class RuleKind(StrEnum):
    """A category says what a child is; an entitlement says what is due to it."""

    CATEGORY = "category"
    ENTITLEMENT = "entitlement"


class Standing(StrEnum):
    """What a rule may do, from the confidence of its sources: A/H decide, B/M decide flagged, C/L/K only suggest."""

    DECIDES = "decides"
    FLAGGED = "flagged"
    SUGGESTS = "suggests"


@dataclass(frozen=True)
class Source:
    """Where a rule or a value stands: `kind` law | regulation | notice | standard | press | statistic | local_definition."""

    id: str
    kind: str
    title: str
    number: str | None
    article: str | None
    date: dt.date | None
    confidence: str
    url: str | None = None
    verified_by: str | None = None
    note: str | None = None

    def cite(self, lang: str = "zh") -> str:
        """The source as a person cites it."""
        name = self.number or self.title
        if not self.article:
            return name
        return f"{name}, art. {_in_digits(self.article)}" if lang == "en" else f"{name}第{self.article}条"


_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")}


def _in_digits(article: str) -> str:
    """十三 → 13; whatever is not a plain Chinese number below a hundred stays as it is written."""
    tens, ten, units = article.rpartition("十")
    if any(part not in {"", *_DIGITS} for part in (tens, units)):
        return article
    return str((_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(units, 0))


@dataclass(frozen=True)
class Rule:
    """One rule in force in one place on one date, with its text already bound into trees.

    `condition` is the Boolean of belonging or eligibility; `amount` (entitlements with money) the fen per `period`.
    `makes_lead` False: whom it concerns reaches the department by a list, so that it makes no lead of anybody by itself.
    """

    code: str
    kind: RuleKind
    zh: str
    en: str
    measure: str
    sensitivity: int
    standing: Standing
    condition: Node
    amount: Node | None
    sources: tuple[Source, ...]
    cites: tuple[str, ...] = ()
    period: str = "month"
    payer: str = ""
    apply_zh: str = ""
    apply_en: str = ""
    overlay: str = "cn"
    needs: tuple[str, ...] = ()
    makes_lead: bool = True
    _by_id: Mapping[str, Source] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {source.id: source for source in reversed(self.sources)})

    @cached_property
    def facts_read(self) -> frozenset[tuple[Entity, str]]:
        """The facts that the rule's own texts read."""
        return frozenset(fact for text in self._texts for fact in facts_referred_to(text))

    @cached_property
    def parameters_read(self) -> frozenset[str]:
        """The parameters that the rule's own texts read."""
        return frozenset(key for text in self._texts for key in parameters_referred_to(text))

    @cached_property
    def rules_read(self) -> frozenset[str]:
        """The rules that the rule's own texts refer to."""
        return frozenset(code for text in self._texts for code in rules_referred_to(text))

    @property
    def _texts(self) -> tuple[Node, ...]:
        return (self.condition,) if self.amount is None else (self.condition, self.amount)

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def source(self, source_id: str) -> Source | None:
        return self._by_id.get(source_id)


@dataclass(frozen=True)
class ParameterValue:
    """A parameter's value for a place and date; `value` None means the sources leave it open: ask the place."""

    key: str
    kind: Kind
    value: Value | None
    zh: str
    en: str
    source: Source | None
    standing: Standing
    division: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    ask_zh: str = ""
    ask_en: str = ""


@dataclass(frozen=True, eq=False)
class RuleBook:
    """Every rule of one place on one date, each after the rules it refers to. A book is equal only to itself.

    `parameters` are those of `division`; a batch asks `packs` for those of other divisions under the same overlays.
    """

    division: str
    as_of: dt.date
    rules: tuple[Rule, ...]
    parameters: Mapping[str, ParameterValue]
    vocabulary: Vocabulary
    pack_version: str
    age_rule: AgeRule = field(default_factory=AgeRule)
    month_rule: MonthRule = field(default_factory=MonthRule)
    overlays: tuple[str, ...] = ("cn",)
    by_code: Mapping[str, Rule] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", {rule.code: rule for rule in self.rules})

    def supposing(self, values: Mapping[str, Value]) -> RuleBook:
        """The same book, had the place answered what its parameters are: for proofs and what-if questions."""
        supposed = {key: replace(self.parameters[key], value=value) for key, value in values.items()}
        return replace(self, parameters={**self.parameters, **supposed})
