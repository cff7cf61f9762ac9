"""Which facts and parameters a rule reads, itself and through the rules it refers to."""

from __future__ import annotations

from ciyou.core.facts.definition import column_name
from ciyou.core.rules.book import Rule, RuleBook, RuleKind
from ciyou.core.rules.scope import facts_referred_to, parameters_referred_to, rules_referred_to

FIRST_PARENT_FACT = column_name("father", "dead")
RESTRICTED = 5


def columns_read(book: RuleBook, rule: Rule) -> tuple[str, ...]:
    """The columns of the wide table (facts, `param__<key>`) that can matter to a rule, sorted."""
    found: set[str] = set()
    for tree in (rule.condition, rule.amount):
        if tree is None:
            continue
        found.update(column_name(entity, name) for entity, name in facts_referred_to(tree))
        found.update(f"param__{key}" for key in parameters_referred_to(tree))
        for code in rules_referred_to(tree):
            found.update(columns_read(book, book.by_code[code]))
    return tuple(sorted(found))


def rests_on_parents(book: RuleBook, rule: Rule) -> bool:
    """Whether this is money that a child may be due because of its parents' circumstances (class 5 excepted)."""
    pays = rule.kind is RuleKind.ENTITLEMENT and rule.amount is not None and rule.sensitivity < RESTRICTED
    return pays and FIRST_PARENT_FACT in columns_read(book, rule)
