"""Which rules may answer differently in two books of one place and day: another text, another value that it reads, or another rule behind it."""

from __future__ import annotations

from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.scope import facts_referred_to, parameters_referred_to


def differing_rules(old: RuleBook, new: RuleBook) -> tuple[str, ...]:
    """The codes of these rules, in the order of the books; whatever is not among them answers the same for every child."""
    found: dict[str, None] = {}
    for rule in (*new.rules, *old.rules):
        if rule.code not in found and _differs(rule.code, old, new, found):
            found[rule.code] = None
    return tuple(found)


def _differs(code: str, old: RuleBook, new: RuleBook, found: dict[str, None]) -> bool:
    before, after = old.by_code.get(code), new.by_code.get(code)
    if before is None or after is None:
        return True
    if (before.condition, before.amount) != (after.condition, after.amount):
        return True
    if any(need in found for need in after.needs):
        return True
    return _reads(before, old) != _reads(after, new)


def _reads(rule: Rule, book: RuleBook) -> tuple[object, ...]:
    """The values and the definitions of facts on which a rule's answer rests."""
    nodes = [node for node in (rule.condition, rule.amount) if node is not None]
    keys = sorted({key for node in nodes for key in parameters_referred_to(node)})
    facts = sorted({fact for node in nodes for fact in facts_referred_to(node)})
    values = tuple((key, book.parameters[key].value) for key in keys)
    domains = tuple(book.vocabulary.get(*fact).type for fact in facts)
    return (*values, *domains, book.age_rule, book.month_rule)
