"""Which rules a proposal can touch, and at what incomes the rules that read an income change what they say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ciyou.core.facts.definition import Entity, column_name
from ciyou.core.facts.state import FactState
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.scope import facts_referred_to, rules_referred_to
from ciyou.core.rules.tree import Compare, FactRef, Kind, Node, walk

MONTHLY = "month"
_FEN_PER_YUAN = 100


def touched_rules(before: RuleBook, after: RuleBook) -> frozenset[str]:
    """The rules whose text, or the value of a parameter that they read, differs between two books; and all that depend on them."""
    differing = {key for key, one in after.parameters.items() if one.value != before.parameters[key].value}
    codes = before.by_code.keys() | after.by_code.keys()
    found = {code for code in codes if _differs(before.by_code.get(code), after.by_code.get(code), differing)}
    for book in (before, after):
        for rule in book.rules:  # each stands after those it needs
            if found & rule.rules_read:
                found.add(rule.code)
    return frozenset(found)


def _differs(before: Rule | None, after: Rule | None, differing: Collection[str]) -> bool:
    if before is None or after is None:
        return True
    if before is not after and (before.condition, before.amount) != (after.condition, after.amount):
        return True
    return bool(differing) and not after.parameters_read.isdisjoint(differing)


def _trees(rule: Rule) -> tuple[Node, ...]:
    return (rule.condition,) if rule.amount is None else (rule.condition, rule.amount)


def closure_of(book: RuleBook, codes: Collection[str]) -> tuple[Rule, ...]:
    """These rules as far as the book has them, with all that they refer to."""
    found: dict[str, Rule] = {}
    waiting = [code for code in codes if code in book.by_code]
    while waiting:
        rule = book.by_code[waiting.pop()]
        if rule.code not in found:
            found[rule.code] = rule
            waiting += [code for code in rule.rules_read if code in book.by_code]
    return tuple(found.values())


def parameters_read(book: RuleBook, codes: Collection[str]) -> frozenset[str]:
    """The parameters that these rules read, themselves and through the rules they refer to."""
    return frozenset(key for rule in closure_of(book, codes) for key in rule.parameters_read)


def facts_read(book: RuleBook, codes: Collection[str]) -> frozenset[tuple[Entity, str]]:
    """The facts that these rules read, themselves and through the rules they refer to."""
    return frozenset(fact for rule in closure_of(book, codes) for fact in rule.facts_read)


def pays_monthly(rule: Rule | None) -> bool:
    """Whether a rule comes to money every month."""
    return rule is not None and rule.amount is not None and rule.period == MONTHLY


# -- thresholds of income ---------------------------------------------------------------------------------------------------------
INCOMES: Mapping[tuple[Entity, str], int] = {
    (Entity.HOUSEHOLD, "income_percent_of_dibao"): 1,
    (Entity.CHILD, "dibao_share_fen"): _FEN_PER_YUAN,
    (Entity.CHILD, "tekun_amount_fen"): _FEN_PER_YUAN,
    (Entity.CHILD, "disability_living_subsidy_fen"): _FEN_PER_YUAN,
}
"""Facts that are money coming in, and by how much they are raised to see whether a little more of it costs: a point, a yuan."""


@dataclass(frozen=True, order=True)
class Threshold:
    """A value of an income at which some rule turns: `last` is the highest below it, `next` what a little more makes of that."""

    column: str
    last: int
    next: int


def thresholds_of(book: RuleBook, codes: Collection[str]) -> frozenset[Threshold]:
    """Where the rules compare an income with something that is the same for every child of the place."""
    nobody = Evaluation(book, FactState({}))
    return frozenset(
        found
        for rule in closure_of(book, codes)
        for tree in _trees(rule)
        for node in walk(tree)
        if isinstance(node, Compare)
        for found in _threshold(node, nobody)
    )


def _threshold(node: Compare, nobody: Evaluation) -> Iterator[Threshold]:
    for income, other in ((node.left, node.right), (node.right, node.left)):
        if not isinstance(income, FactRef) or (income.entity, income.name) not in INCOMES:
            continue
        if income.kind not in (Kind.INT, Kind.MONEY) or facts_referred_to(other) or rules_referred_to(other):
            continue
        value = nobody.number(other).value
        if value is None or node.operator in ("==", "!="):
            continue
        symbol = node.operator if income is node.left else _FLIPPED[node.operator]
        last = value if symbol in ("<=", ">") else value - 1
        step = INCOMES[income.entity, income.name]
        yield Threshold(column_name(income.entity, income.name), last, last + step)


_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def income_rules(book: RuleBook, column: str) -> tuple[str, ...]:
    """The rules of monthly money that read an income, themselves or through others."""
    return tuple(
        rule.code
        for rule in book.rules
        if pays_monthly(rule)
        and any(column_name(entity, name) == column for entity, name in facts_read(book, (rule.code,)))
    )
