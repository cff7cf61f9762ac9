"""Why: the decisive branches of a rule for one child, each with its clause, who said so, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from ciyou.core.facts.definition import Entity, FactDefinition
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.core.rules.amounts import explain_amount
from ciyou.core.rules.book import Rule, RuleBook, Source
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.evaluation import Evaluation, Truth
from ciyou.core.rules.interpreter import Decision, Outcome, decide
from ciyou.core.rules.reason import Reason, sources_of
from ciyou.core.rules.tree import (
    And,
    Compare,
    FactRef,
    Kind,
    Known,
    Literal,
    Named,
    Node,
    Not,
    OneOf,
    Or,
    ParameterRef,
    RuleRef,
)
from ciyou.core.rules.words import (
    ENTITY_WORDS,
    OPERATOR_WORDS,
    Phrase,
    fact_words,
    subject_words,
    unknown_words,
    value_words,
)

__all__ = ["Explanation", "Missing", "Reason", "explain_all", "explain_rule"]


@dataclass(frozen=True)
class Missing:
    """An unknown that would decide: what it is, which departments know it, and who may be asked."""

    unknown: Unknown
    words: Phrase
    suppliers: tuple[str, ...]
    askable: tuple[str, ...]


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
        cites=_clauses(rule),
        missing=tuple(teller.missing(unknown) for unknown in decision.deciding),
        tell=partial(teller.tell_of, rule),
    )


def _clauses(rule: Rule) -> tuple[Source, ...]:
    return sources_of(rule, rule.cites) or rule.sources[:1]


def _missing(book: RuleBook, unknown: Unknown) -> Missing:
    words = unknown_words(book, unknown)
    if unknown.entity is None:
        return Missing(unknown, words, ("civil_affairs",), ("department",))
    definition = book.vocabulary.get(unknown.entity, unknown.name)
    return Missing(unknown, words, definition.suppliers, definition.askable)


class _Teller:
    """Turns the evaluated tree into reasons, keeping only what decided."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.rule: Rule = evaluation.book.rules[0]
        self._rules: dict[str, Reason] = {}
        self._predicates: dict[int, Reason] = {}
        self._missing: dict[Unknown, Missing] = {}

    @property
    def book(self) -> RuleBook:
        return self.evaluation.book

    def tell_of(self, rule: Rule) -> Told:
        """Why a rule holds or not, and, where it pays and may hold, how its amount came about."""
        self.rule = rule
        amount = None
        if rule.amount is not None and self.evaluation.condition(rule.code) is not False:
            amount = explain_amount(self.evaluation, rule, rule.amount, self.tell)
        return self.tell_rule(rule), amount

    def tell_rule(self, rule: Rule) -> Reason:
        """The reason why a rule holds, does not hold, or is open."""
        if rule.code not in self._rules:
            outer, self.rule = self.rule, rule
            inner = self.tell(rule.condition)
            self._rules[rule.code] = Reason(
                rule.zh, rule.en, self.evaluation.condition(rule.code), cites=_clauses(rule), children=_opened(inner)
            )
            self.rule = outer
        return self._rules[rule.code]

    def tell(self, node: Node) -> Reason:
        """The reason for one condition."""
        return _TOLD.get(type(node), _Teller._other)(self, node)

    def _ruled(self, node: RuleRef) -> Reason:
        return self.tell_rule(self.book.by_code[node.code])

    def _all(self, node: And) -> Reason:
        items = node.items
        truths = [self.evaluation.truth(item) for item in items]
        if False in truths:
            return self.tell(items[truths.index(False)])
        truth: Truth = None if None in truths else True
        kept = [item for item, part in zip(items, truths, strict=True) if part is truth]
        if len(kept) == 1:
            return self.tell(kept[0])
        return Reason("同时满足", "All of these", truth, children=tuple([self.tell(item) for item in kept]), group=True)

    def _any(self, node: Or) -> Reason:
        items = node.items
        truths = [self.evaluation.truth(item) for item in items]
        if True in truths:
            return self.tell(items[truths.index(True)])
        truth: Truth = None if None in truths else False
        kept = [item for item, part in zip(items, truths, strict=True) if part is truth]
        if len(kept) == 1:
            return self.tell(kept[0])
        if truth is False:
            return Reason("以下均不成立", "None of these holds", truth, children=self._none_of(kept), group=True)
        children = tuple([self.tell(item) for item in kept])
        return Reason("以下任一成立即可", "Any of these would do", truth, children=children, group=True)

    def _not(self, node: Not) -> Reason:
        inner = self.tell(node.item)
        return Reason(
            f"不属于：{inner.zh}" if not inner.group else "不属于以下情形",
            f"Not: {inner.en}" if not inner.group else "Not the following",
            None if inner.truth is None else not inner.truth,
            cites=inner.cites,
            said=inner.said,
            unknown=inner.unknown,
            children=inner.children,
            inner=inner.truth,
        )

    def _none_of(self, items: list[Node]) -> tuple[Reason, ...]:
        """Reasons side by side, all of them false; plain facts are told in one line."""
        plain = [item for item in items if isinstance(item, FactRef)]
        if len(plain) < 3:
            return tuple([self.tell(item) for item in items])
        words = [fact_words(self.book, item.entity, item.name) for item in plain]
        said = tuple(fact for item in plain for fact in self._said(item))
        line = Reason(
            "均为否：" + "、".join(word.zh for word in words),
            "All no: " + "; ".join(word.en for word in words),
            False,
            said=said,
        )
        return (line, *[self.tell(item) for item in items if not isinstance(item, FactRef)])

    def _named(self, node: Named) -> Reason:
        if id(node) not in self._predicates:
            self._predicates[id(node)] = self._tell_predicate(node)
        return self._predicates[id(node)]

    def _tell_predicate(self, node: Named) -> Reason:
        inner = self.tell(node.body)
        owners = [Entity(argument) for argument in node.arguments]
        zh = "、".join(ENTITY_WORDS[owner][0] for owner in owners)
        en = ", ".join(ENTITY_WORDS[owner][1] for owner in owners)
        return Reason(
            f"{zh}“{node.zh}”",
            f"{en}: {node.en}",
            self.evaluation.truth(node),
            cites=sources_of(self.rule, node.cites),
            children=_opened(inner),
        )

    def _fact(self, node: FactRef) -> Reason:
        if node.kind is not Kind.BOOL:
            return self._other(node)
        words, value = fact_words(self.book, node.entity, node.name), self.evaluation.value(node)
        if value is None:
            return self._open(node, words)
        shown = value_words(value)
        return Reason(f"{words.zh}：{shown.zh}", f"{words.en}: {shown.en}", bool(value), said=self._said(node))

    def _open(self, node: FactRef, words: Phrase) -> Reason:
        return Reason(
            f"{words.zh}：未知，待核实",
            f"{words.en}: unknown, to be verified",
            None,
            unknown=Unknown(node.entity, node.name),
        )

    def _comparison(self, node: Compare) -> Reason:
        subject = self._measured(node.left)
        zh, en = OPERATOR_WORDS[node.operator]
        bound = self._bound(node.right, node.left)
        return Reason(
            f"{subject.zh}，{zh} {bound.zh}",
            f"{subject.en}; {en} {bound.en}",
            self.evaluation.truth(node),
            cites=self._parameter_sources(node),
            said=tuple(fact for part in self._reads_in(node) if isinstance(part, FactRef) for fact in self._said(part)),
            unknown=self._unknown_in(node),
        )

    def _one_of(self, node: OneOf) -> Reason:
        subject = self._measured(node.item)
        definition = self._definition(node.item)
        options = [value_words(option.value, definition, option.kind) for option in node.options]
        return Reason(
            f"{subject.zh}，须为 {'、'.join(option.zh for option in options)} 之一",
            f"{subject.en}; must be one of {', '.join(option.en for option in options)}",
            self.evaluation.truth(node),
            said=self._said(node.item) if isinstance(node.item, FactRef) else (),
            unknown=self._unknown_in(node),
        )

    def _other(self, node: Node) -> Reason:
        words = subject_words(self.book, node.item if isinstance(node, Known) else node)
        value = self.evaluation.value(node)
        shown = Phrase("待当地答复", "the place must say") if value is None else value_words(value)
        return Reason(
            f"{words.zh}：{shown.zh}",
            f"{words.en}: {shown.en}",
            self.evaluation.truth(node),
            cites=self._parameter_sources(node),
            unknown=self._unknown_in(node),
        )

    def _measured(self, node: Node) -> Phrase:
        words, value = subject_words(self.book, node), self.evaluation.value(node)
        if value is None:
            return Phrase(f"{words.zh}未知", f"{words.en} is unknown")
        shown = value_words(value, self._definition(node))
        return Phrase(f"{words.zh}为 {shown.zh}", f"{words.en} is {shown.en}")

    def _bound(self, node: Node, other: Node) -> Phrase:
        if isinstance(node, Literal):
            return value_words(node.value, self._definition(other), node.kind)
        words, value = subject_words(self.book, node), self.evaluation.value(node)
        if value is None:
            return Phrase(f"“{words.zh}”（未知）", f"“{words.en}” (unknown)")
        shown = value_words(value, self._definition(node) or self._definition(other))
        return Phrase(f"{shown.zh}（{words.zh}）", f"{shown.en} ({words.en})")

    def _definition(self, node: Node) -> FactDefinition | None:
        return self.book.vocabulary.find(node.entity, node.name) if isinstance(node, FactRef) else None

    def _said(self, node: FactRef) -> tuple[StatedFact, ...]:
        said = self.evaluation.state.get(node.entity, node.name)
        return () if said is None else (said,)

    def _unknown_in(self, node: Node) -> Unknown | None:
        for part in self._reads_in(node):
            if self.evaluation.value(part) is None:
                return Unknown(part.entity, part.name) if isinstance(part, FactRef) else Unknown(None, part.key)
        return None

    def _parameter_sources(self, node: Node) -> tuple[Source, ...]:
        read = self._reads_in(node)
        found = [self.book.parameters[part.key].source for part in read if isinstance(part, ParameterRef)]
        return tuple(source for source in found if source is not None)

    def _reads_in(self, node: Node) -> tuple[FactRef | ParameterRef, ...]:
        return self.evaluation.program.reads_in(node)

    def missing(self, unknown: Unknown) -> Missing:
        """What would decide, in words."""
        if unknown not in self._missing:
            self._missing[unknown] = _missing(self.book, unknown)
        return self._missing[unknown]


def _opened(reason: Reason) -> tuple[Reason, ...]:
    """A group is told by its parts; anything else by itself."""
    return reason.children if reason.group and reason.truth is True else (reason,)


_TOLD: Mapping[type[Node], Callable[[_Teller, Any], Reason]] = {
    And: _Teller._all,
    Or: _Teller._any,
    Not: _Teller._not,
    Named: _Teller._named,
    RuleRef: _Teller._ruled,
    FactRef: _Teller._fact,
    Compare: _Teller._comparison,
    OneOf: _Teller._one_of,
}
