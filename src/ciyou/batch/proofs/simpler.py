"""A condition that is precise exactly where a harder one is: what a question about precision may leave out.

Two things are taken out of a condition before it is asked about; the answer stays the same:

- An open yes-or-no parameter that everywhere only helps the condition, or only hinders it. If the condition is forced to be true
  whatever the parameter is, it is so where the parameter does not help; where it then *is* true, it is true for any value. So for
  "forced to be true" the parameter stands against the condition, for "forced to be false" for it.
- A part that shares no unknown with the rest, wherever it occurs, and is precise itself. Where it is open it can turn out either way
  whatever the rest is, as a fact can that is simply not known: one that the condition does not read takes its place.

Neither holds of a condition that asks whether something is known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from ciyou.batch.proofs.checks import Setting
from ciyou.core.facts.definition import FactType
from ciyou.core.rules.atoms import Key
from ciyou.core.rules.scope import facts_referred_to, parameters_referred_to, rules_referred_to
from ciyou.core.rules.tree import And, FactRef, Kind, Literal, Named, Node, Not, Or, ParameterRef, RuleRef, walk

Polarities = dict[str, set[bool]]
IsPrecise = Callable[[Node], bool]


def simpler(
    condition: Node, goal: bool, setting: Setting, *, elsewhere: Collection[Key], is_precise: IsPrecise
) -> Node:
    """The condition to ask about "forced to be `goal`" instead. `elsewhere`: what the question reads besides it."""
    whole = _Opened(setting).opened(condition)
    if rules_referred_to(whole):
        return condition  # what a rule pays is read: its unknowns are not looked through
    whole = _settled(whole, goal, setting)
    return _with_parts_named(whole, setting, frozenset(elsewhere), is_precise)


def unknowns_of(nodes: Collection[Node], setting: Setting) -> frozenset[Key]:
    """The facts and open parameters that these texts read, apart from the rules they refer to."""
    facts: set[Key] = {key for node in nodes for key in facts_referred_to(node)}
    read = {key for node in nodes for key in parameters_referred_to(node)}
    return frozenset(facts | {(None, key) for key in read if setting.book.parameters[key].value is None})


class _Opened:
    """Writes out names and rules of a condition; equal parts become one node."""

    def __init__(self, setting: Setting) -> None:
        self._book = setting.book
        self._one: dict[Node, Node] = {}
        self._done: dict[int, tuple[Node, Node]] = {}

    def opened(self, node: Node) -> Node:
        if id(node) not in self._done:
            found = self._open(node)
            self._done[id(node)] = node, self._one.setdefault(found, found)
        return self._done[id(node)][1]

    def _open(self, node: Node) -> Node:
        match node:
            case Named(body=body):
                return self.opened(body)
            case RuleRef(code=code):
                return self.opened(self._book.by_code[code].condition)
            case Not(item=item):
                return Not(self.opened(item))
            case And(items=items) | Or(items=items):
                return replace(node, items=tuple(self.opened(item) for item in items))
            case _:
                return node


def _rewritten(node: Node, change: Callable[[Node], Node | None], done: dict[int, Node]) -> Node:
    """The condition with some of its parts changed; what was one node stays one."""
    if id(node) not in done:
        changed = change(node)
        if changed is None:
            changed = node
            if isinstance(node, Not):
                changed = Not(_rewritten(node.item, change, done))
            elif isinstance(node, And | Or):
                changed = replace(node, items=tuple(_rewritten(item, change, done) for item in node.items))
        done[id(node)] = changed
    return done[id(node)]


# -- parameters that only help, or only hinder ------------------------------------------------------------------------------
def _settled(whole: Node, goal: bool, setting: Setting) -> Node:
    found: Polarities = {}
    _note_polarities(whole, True, found, set())
    parameters = setting.book.parameters
    answers = {key: Literal(one != goal, Kind.BOOL) for key, (one, *more) in found.items() if not more}
    answers = {key: answer for key, answer in answers.items() if parameters[key].value is None}

    def settle(node: Node) -> Node | None:
        return answers.get(node.key) if isinstance(node, ParameterRef) else None

    return _rewritten(whole, settle, {})


def _note_polarities(node: Node, positive: bool, found: Polarities, seen: set[tuple[int, bool]]) -> None:
    if (id(node), positive) in seen:
        return
    seen.add((id(node), positive))
    if isinstance(node, ParameterRef):
        found.setdefault(node.key, set()).add(positive)
    elif isinstance(node, Not):
        _note_polarities(node.item, not positive, found, seen)
    elif isinstance(node, And | Or):
        for item in node.items:
            _note_polarities(item, positive, found, seen)
    else:
        for key in parameters_referred_to(node):
            found.setdefault(key, set()).update((True, False))


# -- parts that stand alone ---------------------------------------------------------------------------------------------------
def _with_parts_named(whole: Node, setting: Setting, elsewhere: frozenset[Key], is_precise: IsPrecise) -> Node:
    """The smallest parts first: what they are part of is then simpler too."""
    linked = [unknowns_of((one,), setting) for one in setting.assumptions]
    taken = frozenset(elsewhere)
    named: Node | None = whole
    while named is not None:
        whole = named
        named = _with_one_named(whole, setting, linked, taken, is_precise)
    return whole


def _with_one_named(
    whole: Node,
    setting: Setting,
    linked: Collection[frozenset[Key]],
    taken: frozenset[Key],
    is_precise: IsPrecise,
) -> Node | None:
    name = _unread_fact(whole, setting, taken.union(*linked))
    if name is None:
        return None
    for part in sorted(_conditions(whole), key=_size):
        if part is whole or isinstance(part, FactRef):
            continue
        rest = unknowns_of((_instead(whole, part, Literal(True, Kind.BOOL)),), setting)
        if _stands_alone(unknowns_of((part,), setting), rest | taken, linked) and is_precise(part):
            return _instead(whole, part, name)
    return None


def _stands_alone(own: frozenset[Key], others: frozenset[Key], linked: Collection[frozenset[Key]]) -> bool:
    """Whether a part shares no unknown with others, nor one that what is assumed of every child ties to one of its own."""
    tied = own.union(*(keys for keys in linked if keys & own))
    return bool(own) and not tied & others


def _conditions(node: Node) -> dict[Node, None]:
    """The conditions that a condition joins, and itself."""
    found: dict[Node, None] = {node: None}
    if isinstance(node, Not):
        found |= _conditions(node.item)
    elif isinstance(node, And | Or):
        for item in node.items:
            found |= _conditions(item)
    return found


def _size(node: Node) -> int:
    return sum(1 for _ in walk(node))


def _instead(whole: Node, part: Node, other: Node) -> Node:
    return _rewritten(whole, lambda node: other if node == part else None, {})


def _unread_fact(whole: Node, setting: Setting, taken: frozenset[Key]) -> Node | None:
    """A yes-or-no fact that neither the condition nor anything else in the question reads."""
    read = unknowns_of((whole,), setting) | taken
    for definition in setting.book.vocabulary:
        for entity in definition.entities():
            if definition.type is FactType.BOOL and (entity, definition.name) not in read:
                return FactRef(entity, definition.name, Kind.BOOL)
    return None
