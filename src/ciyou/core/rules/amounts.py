"""How an amount came about: the standard, what is deducted, which branch was taken."""

from __future__ import annotations

from collections.abc import Callable

from ciyou.core.rules.book import Rule
from ciyou.core.rules.bounds import Bounds
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.kinds import kind_of
from ciyou.core.rules.reason import Reason
from ciyou.core.rules.tree import (
    AmountRef,
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

Tell = Callable[[Node], Reason]


def explain_amount(evaluation: Evaluation, rule: Rule, node: Node, tell: Tell) -> Reason:
    """The steps that lead to an amount; `tell` explains the conditions on the way."""
    return _Accountant(evaluation, tell).explain(node)


def bounds_words(bounds: Bounds, *, money: bool = True) -> Phrase:
    """A number, or between what and what it lies."""
    show = yuan if money else str
    if bounds.value is not None:
        return Phrase(show(bounds.value), show(bounds.value))
    low = show(bounds.floor or 0)
    if bounds.ceiling is None:
        return Phrase(f"至少 {low}，上限待定", f"at least {low}, ceiling open")
    return Phrase(f"{low} 至 {show(bounds.ceiling)}", f"{low} to {show(bounds.ceiling)}")


class _Accountant:
    """Walks the arithmetic and keeps the branch that was taken."""

    def __init__(self, evaluation: Evaluation, tell: Tell) -> None:
        self.evaluation = evaluation
        self.tell = tell

    def explain(self, node: Node) -> Reason:
        match node:
            case First():
                return self._first(node)
            case TopUp(standard, received):
                return self._composed(
                    node,
                    Phrase("补差（标准减去已领）", "Top-up (standard less what is received)"),
                    (standard, *received),
                )
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

    def _composed(self, node: Node, words: Phrase, parts: tuple[Node, ...]) -> Reason:
        shown = self._shown(node)
        return Reason(
            f"{words.zh}：{shown.zh}",
            f"{words.en}: {shown.en}",
            self._certainty(node),
            children=tuple(self.explain(part) for part in parts),
        )

    def _first(self, node: First) -> Reason:
        shown = self._shown(node)
        steps: list[Reason] = []
        for arm in node.arms:
            holds = self.evaluation.truth(arm.condition)
            if holds is False:
                continue
            steps += [self.tell(arm.condition), self.explain(arm.value)]
            if holds:
                break
        else:
            steps.append(self.explain(node.otherwise))
        if len(steps) == 1:
            return steps[0]
        return Reason(
            f"适用的一档：{shown.zh}",
            f"The case that applies: {shown.en}",
            self._certainty(node),
            children=tuple(steps),
        )

    def _leaf(self, node: Node) -> Reason:
        words, shown = subject_words(self.evaluation.book, node), self._shown(node)
        if isinstance(node, Literal):
            words = Phrase("定额", "Fixed")
        said = self.evaluation.state.get(node.entity, node.name) if isinstance(node, FactRef) else None
        parameter = self.evaluation.book.parameters[node.key] if isinstance(node, ParameterRef) else None
        unknown = None
        if self.evaluation.value(node) is None and not isinstance(node, AmountRef):
            unknown = _unknown(node)
        return Reason(
            f"{words.zh}：{shown.zh}",
            f"{words.en}: {shown.en}",
            self._certainty(node),
            cites=(parameter.source,) if parameter and parameter.source else (),
            said=(said,) if said else (),
            unknown=unknown,
        )

    def _shown(self, node: Node) -> Phrase:
        if isinstance(node, (FactRef, ParameterRef)) and self.evaluation.value(node) is None:
            return Phrase("未知", "unknown")
        kind = kind_of(node)
        if kind in (Kind.MONEY, Kind.INT):
            return bounds_words(self.evaluation.number(node), money=kind is Kind.MONEY)
        value = self.evaluation.value(node)
        return Phrase("未知", "unknown") if value is None else value_words(value)

    def _certainty(self, node: Node) -> bool | None:
        return None if self.evaluation.number(node).value is None else True


def _unknown(node: Node) -> Unknown | None:
    if isinstance(node, FactRef):
        return Unknown(node.entity, node.name)
    return Unknown(None, node.key) if isinstance(node, ParameterRef) else None
