"""A rule's text read aloud, of no child in particular: the conditions and the amount in words, as a law book prints them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ciyou.core.facts.definition import Entity, FactDefinition, Value
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.kinds import kind_of
from ciyou.core.rules.tree import (
    Age,
    AmountRef,
    And,
    Arm,
    Compare,
    Difference,
    DivisionPart,
    FactRef,
    First,
    Highest,
    Kind,
    Known,
    Literal,
    Lowest,
    MonthsSince,
    Named,
    Node,
    Not,
    OneOf,
    Or,
    ParameterRef,
    Percent,
    RuleRef,
    Scale,
    Sum,
    TopUp,
)
from ciyou.core.rules.words import ENTITY_WORDS, OPERATOR_WORDS, Phrase, fact_words, subject_words, value_words

OptionWords = Mapping[str, Mapping[str, tuple[str, str]]]
"""Of each parameter that has options, the words (zh, en) of each; under `PLACES` the names of divisions."""

PLACES = "@places"

ASK = Phrase("须问当地", "ask the place")
_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Said:
    """One line of a text in words, and what stands below it.

    `rule`, `parameter`: the code of what the line speaks of, for a link. `cites`: ids of the sources of a named condition.
    """

    words: Phrase
    parts: tuple[Said, ...] = ()
    rule: str = ""
    parameter: str = ""
    cites: tuple[str, ...] = ()


def recite(book: RuleBook, node: Node, options: OptionWords) -> Said:
    """An expression of a rule in words; parameters are told with the value that they have in the book's place on its day."""
    return _Reciter(book, options).say(node)


class _Reciter:
    """Turns each kind of node into a line."""

    def __init__(self, book: RuleBook, options: OptionWords) -> None:
        self.book, self.options = book, options

    def say(self, node: Node) -> Said:
        match node:
            case And(items):
                return self._group("同时满足", "All of these", items)
            case Or(items):
                return self._group("符合以下任一项", "Any of these", items)
            case Not(item):
                return self._not(item)
            case Named() if kind_of(node) is Kind.BOOL:
                return self._named(node)
            case RuleRef(code):
                rule = self.book.by_code[code]
                return Said(Phrase(f"属于“{rule.zh}”", f"Is in “{rule.en}”"), rule=code)
            case Compare(operator, left, right):
                return self._compared(operator, left, right)
            case OneOf():
                return self._one_of(node, among=True)
            case FactRef() | ParameterRef() if kind_of(node) is Kind.BOOL:
                return self._bool(node, wanted=True)
            case Literal(value=bool(value)):
                return Said(_CONSTANT[value])
            case _:
                return self._value(node)

    def _group(self, zh: str, en: str, items: tuple[Node, ...]) -> Said:
        return Said(Phrase(zh, en), parts=tuple(self.say(item) for item in items))

    def _not(self, item: Node) -> Said:
        match item:
            case Not(inner):
                return self.say(inner)
            case Compare(operator, left, right):
                return self._compared(_OPPOSITES[operator], left, right)
            case OneOf():
                return self._one_of(item, among=False)
            case FactRef() | ParameterRef():
                return self._bool(item, wanted=False)
            case Or(items):
                return self._group("以下均不成立", "None of these", items)
            case RuleRef(code):
                rule = self.book.by_code[code]
                return Said(Phrase(f"不属于“{rule.zh}”", f"Is not in “{rule.en}”"), rule=code)
            case Literal(value=bool(value)):
                return Said(_CONSTANT[not value])
            case _:
                told = self.say(item)
                return replace(told, words=Phrase(f"并非：{told.words.zh}", f"Not: {told.words.en}"))

    def _bool(self, node: FactRef | ParameterRef, *, wanted: bool) -> Said:
        zh, en = ("是", "yes") if wanted else ("否", "no")
        if isinstance(node, ParameterRef):
            words = self._parameter(node)
            return Said(Phrase(f"当地规定为“{zh}”：{words.zh}", f"The place says {en}: {words.en}"), parameter=node.key)
        words = fact_words(self.book, node.entity, node.name)
        return Said(Phrase(f"{words.zh}：{zh}", f"{words.en}: {en}"))

    def _named(self, node: Named) -> Said:
        owners = [ENTITY_WORDS[Entity(argument)] for argument in node.arguments]
        zh, en = "、".join(owner[0] for owner in owners), ", ".join(owner[1] for owner in owners)
        return Said(Phrase(f"{zh}“{node.zh}”", f"{en}: {node.en}"), parts=(self.say(node.body),), cites=node.cites)

    def _compared(self, operator: str, left: Node, right: Node) -> Said:
        zh, en = OPERATOR_WORDS[operator]
        subject, bound = self._inline(left, right), self._inline(right, left)
        linked = next((part.key for part in (right, left) if isinstance(part, ParameterRef)), "")
        return Said(Phrase(f"{subject.zh}，{zh} {bound.zh}", f"{subject.en}; {en} {bound.en}"), parameter=linked)

    def _one_of(self, node: OneOf, *, among: bool) -> Said:
        subject = self._inline(node.item, node.item)
        told = [self._literal(option, node.item) for option in node.options]
        zh, en = "、".join(word.zh for word in told), ", ".join(word.en for word in told)
        if among:
            return Said(Phrase(f"{subject.zh}，须为 {zh} 之一", f"{subject.en}; must be one of {en}"))
        return Said(Phrase(f"{subject.zh}，不得为 {zh}", f"{subject.en}; must be none of {en}"))

    def _value(self, node: Node) -> Said:
        match node:
            case First(arms, otherwise):
                cases = tuple(self._arm(arm) for arm in arms)
                rest = Said(Phrase("其余情形", "Otherwise"), parts=(self.say(otherwise),))
                return Said(Phrase("按先后取第一种符合的情形", "The first case that applies"), parts=(*cases, rest))
            case TopUp(standard, received):
                parts = (
                    self._labeled("标准", "Standard", standard),
                    *(self._labeled("减去", "Less", one) for one in received),
                )
                return Said(Phrase("补差：标准减去已领，不低于零", "Top-up: the standard less what is received"), parts)
            case Percent(item, share):
                parts = (self._labeled("基数", "Of", item), self._labeled("比例（%）", "Share (%)", share))
                return Said(Phrase("按比例", "A share"), parts)
            case Known(item):
                words = subject_words(self.book, item)
                return Said(Phrase(f"已知：{words.zh}", f"Known: {words.en}"))
            case Scale(item, factor):
                return Said(Phrase(f"乘以 {factor}", f"Times {factor}"), parts=(self.say(item),))
            case Difference(left, right):
                parts = (self._labeled("从", "From", left), self._labeled("减去", "Less", right))
                return Said(Phrase("相减", "Difference"), parts)
            case Named():
                return self._named(node)
            case Highest(items) | Lowest(items) | Sum(items):
                zh, en = _COMBINED[type(node)]
                return self._group(zh, en, items)
            case _:
                return self._plain(node)

    def _plain(self, node: Node) -> Said:
        words = self._inline(node, node)
        if isinstance(node, ParameterRef):
            return Said(words, parameter=node.key)
        return Said(words, rule=node.code) if isinstance(node, AmountRef) else Said(words)

    def _arm(self, arm: Arm) -> Said:
        condition = self.say(arm.condition)
        then = self._labeled("则", "Then", arm.value)
        words = Phrase(f"如果：{condition.words.zh}", f"If: {condition.words.en}")
        return replace(condition, words=words, parts=(*condition.parts, then))

    def _labeled(self, zh: str, en: str, node: Node) -> Said:
        said = self.say(node)
        return replace(said, words=Phrase(f"{zh}：{said.words.zh}", f"{en}: {said.words.en}"))

    def _inline(self, node: Node, other: Node) -> Phrase:
        """A value in the middle of a sentence; `other` is what it is compared with, whose options name its code."""
        match node:
            case Literal():
                return self._literal(node, other)
            case ParameterRef():
                return self._parameter(node)
            case FactRef() | Age() | MonthsSince() | AmountRef():
                return subject_words(self.book, node)
            case DivisionPart():
                return subject_words(self.book, node)
            case Sum(items):
                return self._joined(items, "与", "之和", "the sum of", "and")
            case Difference(left, right):
                return self._joined((left, right), "减去", "", "", "less")
            case Scale(item, factor):
                words = self._inline(item, item)
                return Phrase(f"{words.zh}的 {factor} 倍", f"{factor} times {words.en}")
            case Percent(item, share):
                whole, part = self._inline(item, item), self._inline(share, share)
                return Phrase(f"{whole.zh}的 {part.zh} %", f"{part.en} % of {whole.en}")
            case _:
                return self.say(node).words

    def _joined(self, items: tuple[Node, ...], zh: str, zh_end: str, en_start: str, en: str) -> Phrase:
        told = [self._inline(item, item) for item in items]
        english = f" {en} ".join(word.en for word in told)
        return Phrase(zh.join(word.zh for word in told) + zh_end, f"{en_start} {english}".strip())

    def _parameter(self, node: ParameterRef) -> Phrase:
        parameter = self.book.parameters[node.key]
        shown = parameter_words(node.key, parameter.value, node.kind, self.options)
        return Phrase(f"{parameter.zh}（{shown.zh}）", f"{parameter.en} ({shown.en})")

    def _literal(self, node: Literal, other: Node) -> Phrase:
        if isinstance(other, ParameterRef):
            return parameter_words(other.key, node.value, node.kind, self.options)
        if isinstance(other, DivisionPart) and str(node.value) in self.options.get(PLACES, {}):
            return Phrase(*self.options[PLACES][str(node.value)])
        return value_words(node.value, self._definition(other), node.kind)

    def _definition(self, node: Node) -> FactDefinition | None:
        return self.book.vocabulary.find(node.entity, node.name) if isinstance(node, FactRef) else None


_CONSTANT = {
    True: Phrase("恒成立", "always"),
    False: Phrase("当日没有所引的规则", "the rule referred to is not in force"),
}
_COMBINED: Mapping[type[Node], tuple[str, str]] = {
    Highest: ("就高不重复，取最高的一项", "The highest only"),
    Lowest: ("取最低的一项", "The lowest"),
    Sum: ("合计", "Together"),
}


def parameter_words(key: str, value: Value | None, kind: Kind, options: OptionWords) -> Phrase:
    """The value of a parameter as people read it; unknown: the place must be asked."""
    if value is None:
        return ASK
    named = options.get(key, {}).get(str(value))
    return Phrase(*named) if named else value_words(value, kind=kind)
