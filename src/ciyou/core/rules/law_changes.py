"""What differs between two rule books of one place, and for which rules it matters: by what each of them reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.interpreter import Outcome
from ciyou.core.rules.tree import AmountRef, FactRef, Node, ParameterRef, RuleRef, children_of, walk

Key = tuple[Entity, str]


@dataclass(frozen=True)
class LawChange:
    """What differs: the parameters and rule texts themselves, and the rules that may answer otherwise because of them.

    `conditions`: rules that may come out otherwise for anybody, or whose class, kind or being is another; `amounts`: rules of which
    only the amount may be another, which is nothing to a child to whom they say no.
    """

    parameters: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    amounts: frozenset[str] = frozenset()

    @property
    def nothing(self) -> bool:
        return not self.conditions and not self.amounts

    def concerns(self, outcomes: Mapping[str, Outcome]) -> bool:
        """Whether it may matter to a child for whom the rules came out so before; a rule that is not among them counts as a no."""
        return bool(self.conditions) or any(outcomes.get(code, Outcome.NO) is not Outcome.NO for code in self.amounts)


@lru_cache(maxsize=256)
def law_change(before: RuleBook, after: RuleBook) -> LawChange:
    """What differs between two books of one place: another day, other packs, or both."""
    parameters = _differing(_values(before), _values(after))
    everything = (before.age_rule, before.month_rule) != (after.age_rule, after.month_rule)
    touched = _Touched(parameters, _other_facts(before, after), set(before.by_code.keys() ^ after.by_code.keys()))
    texts = set(touched.conditions)
    for rule in after.rules:
        old = before.by_code.get(rule.code)
        if old is None:
            continue
        if (old.condition, old.amount) != (rule.condition, rule.amount):
            texts.add(rule.code)
        if everything or _is_another(old, rule) or touched.by(rule.condition):
            touched.conditions.add(rule.code)
        if rule.amount is not None and (rule.amount != old.amount or touched.by(rule.amount)):
            touched.amounts.add(rule.code)
    return LawChange(parameters, frozenset(texts), frozenset(touched.conditions), frozenset(touched.amounts))


def _values(book: RuleBook) -> dict[str, object]:
    return {key: parameter.value for key, parameter in book.parameters.items()}


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> frozenset[str]:
    return frozenset(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def _other_facts(before: RuleBook, after: RuleBook) -> frozenset[Key]:
    """Facts whose definition (bounds, options, class) is another one."""
    if before.vocabulary is after.vocabulary:
        return frozenset()
    old, new = before.vocabulary, after.vocabulary
    return frozenset(key for key in {*old.pairs(), *new.pairs()} if old.find(*key) != new.find(*key))


def _is_another(old: Rule, rule: Rule) -> bool:
    """Whether a rule asks something else, or what is kept of its answers is not the same any more."""
    shape = (old.condition, old.kind, old.sensitivity, old.amount is None)
    return shape != (rule.condition, rule.kind, rule.sensitivity, rule.amount is None)


@dataclass
class _Touched:
    """What is known to differ, while the rules are gone through, each after those it refers to."""

    parameters: frozenset[str]
    facts: frozenset[Key]
    conditions: set[str]
    amounts: set[str] = field(default_factory=set)

    def by(self, node: Node) -> bool:
        """Whether an expression reads anything that differs."""
        match node:
            case ParameterRef(key=key):
                return key in self.parameters
            case FactRef(entity, name):
                return (entity, name) in self.facts
            case RuleRef(code):
                return code in self.conditions
            case AmountRef(code):
                return code in self.conditions or code in self.amounts
            case _:
                return any(self.by(part) for part in children_of(node))


@lru_cache(maxsize=256)
def inputs_of(book: RuleBook, code: str) -> frozenset[Key | str]:
    """What a rule reads, through the rules it refers to: facts (entity, name), parameters ("param.key") and rules ("rule.code")."""
    rule = book.by_code[code]
    found: set[Key | str] = {f"rule.{code}"}
    for top in (rule.condition, rule.amount):
        for node in walk(top) if top is not None else ():
            match node:
                case FactRef(entity, name):
                    found.add((entity, name))
                case ParameterRef(key=key):
                    found.add(f"param.{key}")
                case RuleRef(other) | AmountRef(other):
                    found |= inputs_of(book, other)
    return frozenset(found)
