"""A condition is precise where its parts are: parts that share no unknown are asked about one by one.

Let the parts of a conjunction share no fact and no open parameter. If it is forced to be false, one of its parts is (else each part
has a completion in which it is true, and together they make one of the whole); if to be true, every part is. So where the whole
is open although it is forced, some part is too. The same with "or"; a negation is as precise as what it denies. What is known
of other parts only narrows the children that a question is about, so that no part has to be told of it.

Most rules differ in how they put the same few parts together. Each part is asked once, in every place whose law about it is equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ciyou.batch.proofs.checks import EVERYBODY, Narrowing, Setting, parameters_behind, texts_behind
from ciyou.batch.proofs.searching import Search
from ciyou.batch.proofs.simpler import simpler
from ciyou.batch.proofs.solving import Answer
from ciyou.core.rules.atoms import Key
from ciyou.core.rules.scope import facts_referred_to
from ciyou.core.rules.tree import And, Known, Named, Node, Not, Or, RuleRef, walk


def is_precise(condition: Node, setting: Setting, narrowing: Narrowing) -> bool:
    """Whether a condition is proved precise, by its parts or as a whole made simpler; no other answer means anything."""
    if _asks_what_is_known(condition, setting):
        return False
    return precise_in_parts(condition, setting, narrowing) or _is_proved(condition, setting, narrowing)


def precise_in_parts(condition: Node, setting: Setting, narrowing: Narrowing) -> bool:
    """Whether every part of a condition that falls into several is proved precise; no other answer means anything."""
    if _asks_what_is_known(condition, setting):
        return False
    whole = _opened(condition, setting)
    groups = _groups(whole, setting)
    return len(groups) > 1 and all(_is_precise(group, type(whole), setting, narrowing) for group in groups)


def _asks_what_is_known(condition: Node, setting: Setting) -> bool:
    """A condition that turns when something becomes known, whatever it is: then a part may be definite now and otherwise later."""
    texts = texts_behind((condition,), setting.book)
    return any(isinstance(part, Known) for text in texts for part in walk(text))


def _is_precise(group: Sequence[Node], joined: type[Node], setting: Setting, narrowing: Narrowing) -> bool:
    if len(group) == 1:
        inner = _opened(group[0], setting)
        if len(_groups(inner, setting)) > 1:
            return precise_in_parts(inner, setting, narrowing)
        return _is_proved(inner, setting, narrowing)
    return _is_proved(And(tuple(group)) if joined is And else Or(tuple(group)), setting, narrowing)


def _opened(node: Node, setting: Setting) -> Node:
    """What a name, a rule or a negation stands for: as precise as it."""
    while isinstance(node, Named | RuleRef | Not):
        if isinstance(node, Named):
            node = node.body
        elif isinstance(node, Not):
            node = node.item
        else:
            node = setting.book.by_code[node.code].condition
    return node


def _groups(whole: Node, setting: Setting) -> list[list[Node]]:
    """The parts of a condition, those together that share an unknown directly or by way of others."""
    groups: list[tuple[frozenset[Key], list[Node]]] = []
    for part in _parts(whole, type(whole), setting):
        keys, together = _unknowns(part, setting), [part]
        apart = []
        for others, members in groups:
            if others & keys:
                keys, together = keys | others, members + together
            else:
                apart.append((others, members))
        groups = [*apart, (keys, together)]
    return [members for _, members in groups]


def _parts(node: Node, joined: type[Node], setting: Setting) -> Iterator[Node]:
    """What is joined by the same "and" or "or", through names and rules."""
    inner = node
    while isinstance(inner, Named | RuleRef):
        inner = inner.body if isinstance(inner, Named) else setting.book.by_code[inner.code].condition
    if isinstance(inner, And | Or) and isinstance(inner, joined):
        for item in inner.items:
            yield from _parts(item, joined, setting)
    else:
        yield node


def _unknowns(node: Node, setting: Setting) -> frozenset[Key]:
    texts = texts_behind((node,), setting.book)
    facts: set[Key] = {key for text in texts for key in facts_referred_to(text)}
    open_ones = {key for key in parameters_behind(texts) if setting.book.parameters[key].value is None}
    return frozenset(facts | {(None, key) for key in open_ones})


def _is_proved(part: Node, setting: Setting, narrowing: Narrowing) -> bool:
    book = setting.book
    texts = texts_behind((part, *narrowing.unless, *setting.assumptions), book)
    values = tuple((key, book.parameters[key].value) for key in sorted(parameters_behind(texts)))
    law = (book.as_of, texts, values)
    if law not in setting.precise:
        setting.precise[law] = all(_is_proved_for(goal, part, setting, narrowing) for goal in (True, False))
    return setting.precise[law]


def _is_proved_for(goal: bool, part: Node, setting: Setting, narrowing: Narrowing) -> bool:
    elsewhere = frozenset[Key]().union(*(_unknowns(node, setting) for node in narrowing.unless))
    asked = simpler(
        part, goal, setting, elsewhere=elsewhere, is_precise=lambda inner: _is_proved(inner, setting, EVERYBODY)
    )
    return Search(setting, asked).run(goal, narrowing, show=False).answer is Answer.IMPOSSIBLE
