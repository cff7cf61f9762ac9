"""How an amount came about: the standard, what is deducted, which branch was taken."""

from __future__ import annotations

from functools import lru_cache

from ciyou.core.facts.definition import Value
from ciyou.core.facts.state import Basis
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.bounds import Bounds
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.kinds import kind_of
from ciyou.core.rules.reading import LOWEST
from ciyou.core.rules.reason import Reason
from ciyou.core.rules.steps import FALSE, TRUE, Measures, Steps, Telling, Tells, steps_of
from ciyou.core.rules.tree import (
    Difference,
    FactRef,
    First,
    Highest,
    Kind,
    Literal,
    Lowest,
    Named,
    Node,
    ParameterRef,
    Percent,
    Scale,
    Sum,
    TopUp,
)
from ciyou.core.rules.words import Phrase, subject_words, value_words, yuan


def bounds_words(bounds: Bounds, *, money: bool = True) -> Phrase:
    """A number, or between what and what it lies."""
    show = yuan if money else str
    if bounds.value is not None:
        return Phrase(show(bounds.value), show(bounds.value))
    if not bounds.floor and bounds.ceiling is None:
        return Phrase("金额待定", "amount open") if money else Phrase("待定", "open")
    low = show(bounds.floor or 0)
    if bounds.ceiling is None:
        return Phrase(f"至少 {low}，上限待定", f"at least {low}, ceiling open")
    return Phrase(f"{low} 至 {show(bounds.ceiling)}", f"{low} to {show(bounds.ceiling)}")


@lru_cache(maxsize=64)
def amounts_of(book: RuleBook) -> AmountSteps:
    """The arithmetic of a book."""
    return AmountSteps(steps_of(book))


class AmountSteps:
    """Functions for the arithmetic of a book, each made when it is first told: they keep the branch that was taken."""

    def __init__(self, steps: Steps) -> None:
        self.steps, self.book, self.program = steps, steps.book, steps.program
        self._made: dict[int, tuple[Node, Tells]] = {}  # with the node, so that no other ever has its id
        self._leaves: dict[Node, Tells] = {}

    def of(self, node: Node) -> Tells:
        """The function that tells how a number came about; the conditions on the way are told by the steps of the book."""
        found = self._made.get(id(node))
        if found is None:
            found = self._made[id(node)] = (node, self._make(node))
        return found[1]

    def _make(self, node: Node) -> Tells:
        match node:
            case First():
                return self._first(node)
            case TopUp(standard, received):
                words = Phrase("补差（标准减去已领）", "Top-up (standard less what is received)")
                return self._composed(node, words, (standard, *received))
            case Highest(items):
                return self._composed(node, Phrase("就高不重复", "Highest only"), items)
            case Lowest(items):
                return self._composed(node, Phrase("取低", "Lowest"), items)
            case Sum(items):
                return self._composed(node, Phrase("合计", "Sum"), items)
            case Difference(left, right):
                return self._composed(node, Phrase("相减", "Difference"), (left, right))
            case Percent(item, share):
                return self._composed(node, Phrase("按比例（%）", "Share (%)"), (item, share))
            case Scale(item, factor):
                return self._composed(node, Phrase(f"乘以 {factor}", f"Times {factor}"), (item,))
            case Named(zh=zh, en=en, body=body):
                return self._composed(node, Phrase(zh, en), (body,))
            case _:
                return self._leaf(node)

    def _composed(self, node: Node, words: Phrase, parts: tuple[Node, ...]) -> Tells:
        shown, counts, below = self._shown(node), self.program.counts(node), [self.of(part) for part in parts]

        def tell(telling: Telling) -> Reason:
            evaluation = telling.evaluation
            number = shown(evaluation)
            return Reason(
                f"{words.zh}：{number.zh}",
                f"{words.en}: {number.en}",
                _certainty(counts(evaluation, Basis.PRESUMED)),
                children=tuple([step(telling) for step in below]),
            )

        return tell

    def _first(self, node: First) -> Tells:
        shown, counts, otherwise = self._shown(node), self.program.counts(node), self.of(node.otherwise)
        arms = [
            (self.program.holds(arm.condition), self.steps.of(arm.condition), self.of(arm.value)) for arm in node.arms
        ]

        def tell(telling: Telling) -> Reason:
            evaluation = telling.evaluation
            taken: list[Reason] = []
            for holds, condition, value in arms:
                truth = holds(evaluation) & LOWEST
                if truth == FALSE:
                    continue
                taken += [condition(telling), value(telling)]
                if truth == TRUE:
                    break
            else:
                taken.append(otherwise(telling))
            if len(taken) == 1:
                return taken[0]
            number = shown(evaluation)
            return Reason(
                f"适用的一档：{number.zh}",
                f"The case that applies: {number.en}",
                _certainty(counts(evaluation, Basis.PRESUMED)),
                children=tuple(taken),
            )

        return tell

    def _leaf(self, node: Node) -> Tells:
        if node in self._leaves:
            return self._leaves[node]
        words, shown, counts = subject_words(self.book, node), self._shown(node), self.program.counts(node)
        if isinstance(node, Literal):
            words = Phrase("定额", "Fixed")
        source = self.book.parameters[node.key].source if isinstance(node, ParameterRef) else None
        cites = () if source is None else (source,)
        key, unknown = (node.entity, node.name) if isinstance(node, FactRef) else None, _unknown(node)

        def tell(telling: Telling) -> Reason:
            evaluation = telling.evaluation
            number, said = shown(evaluation), None if key is None else evaluation.state.get(*key)
            return Reason(
                f"{words.zh}：{number.zh}",
                f"{words.en}: {number.en}",
                _certainty(counts(evaluation, Basis.PRESUMED)),
                cites,
                () if said is None else (said,),
                unknown if unknown is not None and evaluation.value(node) is None else None,
            )

        return self.steps.leaf(self._leaves, node, tell)

    def _shown(self, node: Node) -> Measures:
        kind, is_read = kind_of(node), isinstance(node, FactRef | ParameterRef)
        if kind not in (Kind.MONEY, Kind.INT):
            return lambda evaluation: _value_words(evaluation.value(node))
        counts, is_money = self.program.counts(node), kind is Kind.MONEY

        def show(evaluation: Evaluation) -> Phrase:
            if is_read and evaluation.value(node) is None:
                return _UNKNOWN
            return bounds_words(counts(evaluation, Basis.PRESUMED), money=is_money)

        return show


_UNKNOWN = Phrase("未知", "unknown")


def _value_words(value: Value | None) -> Phrase:
    return _UNKNOWN if value is None else value_words(value)


def _certainty(number: Bounds) -> bool | None:
    return None if number.value is None else True


def _unknown(node: Node) -> Unknown | None:
    if isinstance(node, FactRef):
        return Unknown(node.entity, node.name)
    return Unknown(None, node.key) if isinstance(node, ParameterRef) else None
