"""What the calendar alone can turn: the conditions of a book that compare an age or a count of months, one rule each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ciyou.core.rules.book import ParameterValue, Rule, RuleBook
from ciyou.core.rules.tree import Age, AmountRef, Compare, Known, MonthsSince, Node, OneOf, RuleRef, children_of, walk

_TIMES = (Age, MonthsSince)
_CONDITIONS = (Compare, OneOf, Known)


def turning_book(book: RuleBook) -> RuleBook | None:
    """A book with one rule for each condition that time can turn; None where the book has no such list: an age is
    itself a value there, or compared with what another rule says.

    A child whose facts are what they were, and for whom none of these conditions has turned, gets every answer that it had.
    """
    found: dict[Node, None] = {}
    for rule in book.rules:
        for tree in (rule.condition, rule.amount):
            for node in () if tree is None else _timed(tree):
                if not isinstance(node, _CONDITIONS) or any(
                    isinstance(part, (RuleRef, AmountRef)) for part in walk(node)
                ):
                    return None
                found[node] = None
    shell = book.rules[0]
    rules = [replace(shell, code=f"turning_{number}", condition=node, amount=None) for number, node in enumerate(found)]
    return replace(book, rules=tuple(rules))


def _timed(node: Node) -> Iterator[Node]:
    """The conditions that depend on the day; an age or count of months that stands in none is given itself."""
    if isinstance(node, _TIMES):
        yield node
    elif not isinstance(node, _CONDITIONS):
        for child in children_of(node):
            yield from _timed(child)
    elif any(isinstance(part, _TIMES) for part in walk(node)):
        yield node


def same_law(one: RuleBook, other: RuleBook) -> bool:
    """Whether two books of one place, on two days, say the same but for the day."""
    return (
        [_text(rule) for rule in one.rules] == [_text(rule) for rule in other.rules]
        and same_values(one.parameters, other.parameters)
        and (one.age_rule, one.month_rule) == (other.age_rule, other.month_rule)
    )


def same_values(one: Mapping[str, ParameterValue], other: Mapping[str, ParameterValue]) -> bool:
    """Whether every parameter has the same value in both."""
    return {key: parameter.value for key, parameter in one.items()} == {
        key: parameter.value for key, parameter in other.items()
    }


def _text(rule: Rule) -> tuple[object, ...]:
    return (
        rule.code,
        rule.kind,
        rule.condition,
        rule.amount,
        rule.standing,
        rule.sensitivity,
        rule.makes_lead,
        rule.period,
    )
