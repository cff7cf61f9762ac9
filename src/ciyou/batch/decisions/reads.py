"""Which facts and parameters a rule reads, itself and through the rules it refers to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ciyou.core.facts.definition import column_name
from ciyou.core.rules.book import Rule, RuleBook, RuleKind
from ciyou.core.rules.scope import facts_referred_to, parameters_referred_to, rules_referred_to
from ciyou.core.rules.tree import And, DivisionPart, FactRef, Named, Node, Not, Or, RuleRef, walk

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


def atoms_below(book: RuleBook, node: Node) -> Iterator[Node]:
    """The conditions that a condition is made of, through named predicates and other rules, without and, or, not."""
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from atoms_below(book, item)
        case Not(item):
            yield from atoms_below(book, item)
        case Named(body=body):
            yield from atoms_below(book, body)
        case RuleRef(code):
            yield from atoms_below(book, book.by_code[code].condition)
        case _:
            yield node


def book_of_atoms(book: RuleBook) -> tuple[RuleBook, dict[str, tuple[str, ...]]]:
    """A book with one rule for each distinct atom, so that a rule engine can tell their truths; and each rule's atoms by code."""
    codes: dict[Node, str] = {}
    below: dict[str, tuple[str, ...]] = {}
    for rule in book.rules:
        atoms = dict.fromkeys(atoms_below(book, rule.condition))
        below[rule.code] = tuple(codes.setdefault(atom, f"atom_{len(codes)}") for atom in atoms)
    shell = book.rules[0]
    rules = tuple(replace(shell, code=code, condition=atom, amount=None) for atom, code in codes.items())
    return replace(book, rules=rules), below


def facts_meeting(book: RuleBook, rule: Rule) -> tuple[str, ...]:
    """Columns of facts that meet another fact inside one atom: there the atom's truth does not tell which of them is unknown."""
    met: set[str] = set()
    for atom in atoms_below(book, rule.condition):
        columns = {column_name(entity, name) for entity, name in facts_referred_to(atom)}
        columns |= {f"param__{key}" for key in parameters_referred_to(atom)}
        if len(columns) > 1:
            met |= columns
    return tuple(sorted(met))


def digits_read(book: RuleBook, rule: Rule, column: str) -> int | None:
    """How many leading digits of a division the rule's condition reads; None where it reads the whole value."""
    found: set[int | None] = set()
    for atom in atoms_below(book, rule.condition):
        parts = [node for node in walk(atom) if isinstance(node, DivisionPart) and _is_column(node.item, column)]
        found.update(node.digits for node in parts)
        if sum(_is_column(node, column) for node in walk(atom)) > len(parts):
            found.add(None)
    return None if None in found or not found else max(digits for digits in found if digits is not None)


def _is_column(node: Node, column: str) -> bool:
    return isinstance(node, FactRef) and column_name(node.entity, node.name) == column
