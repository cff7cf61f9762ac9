"""The steps of a book's explanations, made into functions once: what each tells of a child.

Words, clauses and the parts of each condition are the same for every child and stand ready; what is left to do for one child is
to ask what holds, and to say who said so. A step that reads nothing known of the child is the same for all and is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import Any

from ciyou.core.facts.definition import Entity, FactDefinition
from ciyou.core.facts.state import StatedFact
from ciyou.core.rules.book import Rule, RuleBook, Source
from ciyou.core.rules.compiled import program_of
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.reading import LOWEST, TRUTHS, Holds
from ciyou.core.rules.reason import Missing, Reason, clauses_of, opened, sources_of
from ciyou.core.rules.tree import (
    AmountRef,
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
    walk,
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

OPEN, TRUE, FALSE = 0b0000, 0b0001, 0b1000
"""What a mask says of the lowest level of trust."""


class Telling:
    """What was told of one child so far. `rule`: the one that is being told, whose clauses a condition cites."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.rule: Rule = evaluation.book.rules[0]
        self.rules: dict[str, Reason] = {}
        self.predicates: dict[int, Reason] = {}
        self.leaves: dict[int, Reason] = {}


Tells = Callable[[Telling], Reason]
Measures = Callable[[Evaluation], Phrase]


@lru_cache(maxsize=64)
def steps_of(book: RuleBook) -> Steps:
    """The steps of a book."""
    return Steps(book)


class Steps:
    """Functions for the conditions of a book, each made when it is first told; threads may ask the same."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.program = program_of(book.rules)
        self.clauses = {rule.code: clauses_of(rule) for rule in book.rules}
        self._made: dict[int, tuple[Node, Tells]] = {}  # with the node, so that no other ever has its id
        self._leaves: dict[Node, Tells] = {}
        self._numbers = count()
        self._missing: dict[Unknown, Missing] = {}

    def missing(self, unknown: Unknown) -> Missing:
        """What would decide, in words."""
        found = self._missing.get(unknown)
        if found is None:
            words = unknown_words(self.book, unknown)
            suppliers: tuple[str, ...] = ("civil_affairs",)
            askable: tuple[str, ...] = ("department",)
            if unknown.entity is not None:
                definition = self.book.vocabulary.get(unknown.entity, unknown.name)
                suppliers, askable = definition.suppliers, definition.askable
            found = self._missing[unknown] = Missing(unknown, words, suppliers, askable)
        return found

    def of(self, node: Node) -> Tells:
        """The function that tells one condition."""
        found = self._made.get(id(node))
        if found is None:
            found = self._made[id(node)] = (node, _STEPS.get(type(node), Steps._other)(self, node))
        return found[1]

    def tell_rule(self, telling: Telling, rule: Rule) -> Reason:
        """The reason why a rule holds, does not hold, or is open."""
        found = telling.rules.get(rule.code)
        if found is None:
            outer, telling.rule = telling.rule, rule
            inner = self.of(rule.condition)(telling)
            truth = telling.evaluation.condition(rule.code)
            found = Reason(rule.zh, rule.en, truth, self.clauses[rule.code], children=opened(inner))
            telling.rules[rule.code] = found
            telling.rule = outer
        return found

    # -- what is made of conditions ---------------------------------------------------------------
    def _ruled(self, node: RuleRef) -> Tells:
        rule = self.book.by_code[node.code]
        return lambda telling: self.tell_rule(telling, rule)

    def _parts(self, items: tuple[Node, ...]) -> tuple[tuple[Holds, ...], tuple[Tells, ...]]:
        return tuple(self.program.holds(item) for item in items), tuple(self.of(item) for item in items)

    def _all(self, node: And) -> Tells:
        holds, steps = self._parts(node.items)

        def tell(telling: Telling) -> Reason:
            evaluation = telling.evaluation
            truths = [one(evaluation) & LOWEST for one in holds]
            if FALSE in truths:
                return steps[truths.index(FALSE)](telling)
            truth = OPEN if OPEN in truths else TRUE
            kept = [step for step, part in zip(steps, truths, strict=True) if part == truth]
            if len(kept) == 1:
                return kept[0](telling)
            children = tuple([step(telling) for step in kept])
            return Reason("同时满足", "All of these", TRUTHS[truth], children=children, group=True)

        return tell

    def _any(self, node: Or) -> Tells:
        holds, steps = self._parts(node.items)
        none_of = self._none_of(node.items)

        def tell(telling: Telling) -> Reason:
            evaluation = telling.evaluation
            truths = [one(evaluation) & LOWEST for one in holds]
            if TRUE in truths:
                return steps[truths.index(TRUE)](telling)
            if OPEN not in truths:
                return none_of(telling)
            kept = [step for step, part in zip(steps, truths, strict=True) if part == OPEN]
            if len(kept) == 1:
                return kept[0](telling)
            children = tuple([step(telling) for step in kept])
            return Reason("以下任一成立即可", "Any of these would do", None, children=children, group=True)

        return tell

    def _none_of(self, items: tuple[Node, ...]) -> Tells:
        """Conditions side by side, all of them false; plain facts are told in one line."""
        if len(items) == 1:
            return self.of(items[0])
        plain = [item for item in items if isinstance(item, FactRef)]
        if len(plain) < 3:
            every = tuple(self.of(item) for item in items)
            return lambda telling: _none(tuple([step(telling) for step in every]))
        words = [fact_words(self.book, item.entity, item.name) for item in plain]
        zh, en = "均为否：" + "、".join(word.zh for word in words), "All no: " + "; ".join(word.en for word in words)
        keys = tuple((item.entity, item.name) for item in plain)
        others = tuple(self.of(item) for item in items if not isinstance(item, FactRef))

        def tell(telling: Telling) -> Reason:
            line = Reason(zh, en, False, said=_said(telling.evaluation, keys))
            return _none((line, *[step(telling) for step in others]))

        return tell

    def _not(self, node: Not) -> Tells:
        if node in self._leaves:
            return self._leaves[node]
        step = self.of(node.item)

        def tell(telling: Telling) -> Reason:
            inner = step(telling)
            return Reason(
                f"不属于：{inner.zh}" if not inner.group else "不属于以下情形",
                f"Not: {inner.en}" if not inner.group else "Not the following",
                None if inner.truth is None else not inner.truth,
                inner.cites,
                inner.said,
                inner.unknown,
                inner.children,
                inner=inner.truth,
            )

        return self.leaf(self._leaves, node, tell) if isinstance(node.item, FactRef | Compare | OneOf) else tell

    def _named(self, node: Named) -> Tells:
        step, holds, key = self.of(node.body), self.program.holds(node), id(node)
        owners = [ENTITY_WORDS[Entity(argument)] for argument in node.arguments]
        zh = f"{'、'.join(owner[0] for owner in owners)}“{node.zh}”"
        en = f"{', '.join(owner[1] for owner in owners)}: {node.en}"
        cites = {rule.code: sources_of(rule, node.cites) for rule in self.book.rules}

        def tell(telling: Telling) -> Reason:
            found = telling.predicates.get(key)
            if found is None:
                inner = step(telling)
                truth = TRUTHS[holds(telling.evaluation) & LOWEST]
                found = Reason(zh, en, truth, cites[telling.rule.code], children=opened(inner))
                telling.predicates[key] = found
            return found

        return tell

    # -- what is read -----------------------------------------------------------------------------
    def leaf(self, made: dict[Node, Tells], node: Node, tell: Tells) -> Tells:
        """The same step, told once of a child, and once of all children of whom nothing is known that it reads; kept in `made`."""
        number = next(self._numbers)
        parts = tuple(walk(node))
        keys = tuple((part.entity, part.name) for part in parts if isinstance(part, FactRef))
        alike = not any(isinstance(part, RuleRef | AmountRef) for part in parts)
        of_all: list[Reason] = []

        def once(telling: Telling) -> Reason:
            found = telling.leaves.get(number)
            if found is not None:
                return found
            facts = telling.evaluation.facts
            if alike and not any([key in facts for key in keys]):
                if not of_all:
                    of_all.append(replace(tell(telling), lines={}))
                found = of_all[0]
            else:
                found = tell(telling)
            telling.leaves[number] = found
            return found

        return made.setdefault(node, once)

    def _fact(self, node: FactRef) -> Tells:
        if node.kind is not Kind.BOOL:
            return self._other(node)
        found = self._leaves.get(node)
        if found is not None:
            return found
        words, key = fact_words(self.book, node.entity, node.name), (node.entity, node.name)
        texts = [(f"{words.zh}：{shown.zh}", f"{words.en}: {shown.en}") for shown in map(value_words, (False, True))]
        is_open = (f"{words.zh}：未知，待核实", f"{words.en}: unknown, to be verified")

        def tell(telling: Telling) -> Reason:
            said = telling.evaluation.state.get(*key)
            if said is None:
                return Reason(*is_open, None, unknown=Unknown(*key))
            truth = bool(said.value)
            return Reason(*texts[truth], truth, said=(said,))

        return self.leaf(self._leaves, node, tell)

    def _comparison(self, node: Compare) -> Tells:
        found = self._leaves.get(node)
        if found is not None:
            return found
        holds, (zh, en) = self.program.holds(node), OPERATOR_WORDS[node.operator]
        subject, bound = self._measured(node.left), self._bound(node.right, node.left)
        cites, keys = self._parameter_sources(node), self._facts_in(node)

        def tell(telling: Telling) -> Reason:
            evaluation = telling.evaluation
            one, other = subject(evaluation), bound(evaluation)
            return Reason(
                f"{one.zh}，{zh} {other.zh}",
                f"{one.en}; {en} {other.en}",
                TRUTHS[holds(evaluation) & LOWEST],
                cites,
                _said(evaluation, keys),
                self._unknown_in(evaluation, node),
            )

        return self.leaf(self._leaves, node, tell)

    def _one_of(self, node: OneOf) -> Tells:
        found = self._leaves.get(node)
        if found is not None:
            return found
        holds, subject, definition = self.program.holds(node), self._measured(node.item), self._definition(node.item)
        options = [value_words(option.value, definition, option.kind) for option in node.options]
        zh = f"，须为 {'、'.join(option.zh for option in options)} 之一"
        en = f"; must be one of {', '.join(option.en for option in options)}"
        keys = self._facts_in(node.item) if isinstance(node.item, FactRef) else ()

        def tell(telling: Telling) -> Reason:
            evaluation = telling.evaluation
            one = subject(evaluation)
            return Reason(
                one.zh + zh,
                one.en + en,
                TRUTHS[holds(evaluation) & LOWEST],
                said=_said(evaluation, keys),
                unknown=self._unknown_in(evaluation, node),
            )

        return self.leaf(self._leaves, node, tell)

    def _other(self, node: Node) -> Tells:
        found = self._leaves.get(node)
        if found is not None:
            return found
        words, cites = (
            subject_words(self.book, node.item if isinstance(node, Known) else node),
            self._parameter_sources(node),
        )

        def tell(telling: Telling) -> Reason:
            evaluation = telling.evaluation
            value = evaluation.value(node)
            shown = Phrase("待当地答复", "the place must say") if value is None else value_words(value)
            return Reason(
                f"{words.zh}：{shown.zh}",
                f"{words.en}: {shown.en}",
                evaluation.truth(node),
                cites,
                unknown=self._unknown_in(evaluation, node),
            )

        return self.leaf(self._leaves, node, tell)

    def _measured(self, node: Node) -> Measures:
        words, definition = subject_words(self.book, node), self._definition(node)
        unknown = Phrase(f"{words.zh}未知", f"{words.en} is unknown")

        def measure(evaluation: Evaluation) -> Phrase:
            value = evaluation.value(node)
            if value is None:
                return unknown
            shown = value_words(value, definition)
            return Phrase(f"{words.zh}为 {shown.zh}", f"{words.en} is {shown.en}")

        return measure

    def _bound(self, node: Node, other: Node) -> Measures:
        if isinstance(node, Literal):
            limit = value_words(node.value, self._definition(other), node.kind)
            return lambda _: limit
        words, definition = subject_words(self.book, node), self._definition(node) or self._definition(other)
        unknown = Phrase(f"“{words.zh}”（未知）", f"“{words.en}” (unknown)")

        def measure(evaluation: Evaluation) -> Phrase:
            value = evaluation.value(node)
            if value is None:
                return unknown
            shown = value_words(value, definition)
            return Phrase(f"{shown.zh}（{words.zh}）", f"{shown.en} ({words.en})")

        return measure

    def _definition(self, node: Node) -> FactDefinition | None:
        return self.book.vocabulary.find(node.entity, node.name) if isinstance(node, FactRef) else None

    def _facts_in(self, node: Node) -> tuple[tuple[Entity, str], ...]:
        return tuple((part.entity, part.name) for part in self.program.reads_in(node) if isinstance(part, FactRef))

    def _parameter_sources(self, node: Node) -> tuple[Source, ...]:
        read = self.program.reads_in(node)
        found = [self.book.parameters[part.key].source for part in read if isinstance(part, ParameterRef)]
        return tuple(source for source in found if source is not None)

    def _unknown_in(self, evaluation: Evaluation, node: Node) -> Unknown | None:
        for part in self.program.reads_in(node):
            if evaluation.value(part) is None:
                return Unknown(part.entity, part.name) if isinstance(part, FactRef) else Unknown(None, part.key)
        return None


def _said(evaluation: Evaluation, keys: tuple[tuple[Entity, str], ...]) -> tuple[StatedFact, ...]:
    found = [evaluation.state.get(*key) for key in keys]
    return tuple([said for said in found if said is not None])


def _none(children: tuple[Reason, ...]) -> Reason:
    return Reason("以下均不成立", "None of these holds", False, children=children, group=True)


_STEPS: Mapping[type[Node], Callable[[Steps, Any], Tells]] = {
    And: Steps._all,
    Or: Steps._any,
    Not: Steps._not,
    Named: Steps._named,
    RuleRef: Steps._ruled,
    FactRef: Steps._fact,
    Compare: Steps._comparison,
    OneOf: Steps._one_of,
}
