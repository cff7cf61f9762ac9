"""A condition is precise where its parts are: what follows from the parts is what the whole question says, and never more."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import product

import pytest
from tests.batch.proof_worlds import setting_of
from tests.batch.small_book import book, fact, rule

from ciyou.batch.proofs.checks import EVERYBODY, Narrowing, Setting
from ciyou.batch.proofs.parts import is_precise, precise_in_parts
from ciyou.batch.proofs.searching import Search
from ciyou.batch.proofs.solving import Answer
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.tree import Age, And, Compare, Kind, Known, Literal, Node, Not, Or, ParameterRef, RuleRef

A, B, C = fact(Entity.FATHER, "dead"), fact(Entity.MOTHER, "dead"), fact(Entity.CHILD, "adopted")
MINOR = Compare("<", Age(fact(Entity.CHILD, "birth_date")), Literal(18, Kind.INT))
# Both say no more than “b”, and only together: with b false and a unknown each is open, and the whole is false whatever a is.
SAYS_B = (Or((A, B)), Or((Not(A), B)))


def setting(condition: Node) -> Setting:
    return setting_of(book(rule("other", And((A, B))), rule("asked", condition)))


def whole_is_precise(condition: Node, narrowing: Narrowing = EVERYBODY) -> bool:
    answers = [Search(setting(condition), condition).run(goal, narrowing).answer for goal in (True, False)]
    assert Answer.UNDECIDED not in answers
    return Answer.EXISTS not in answers


@pytest.mark.parametrize(
    ("condition", "follows", "precise"),
    [
        (And((MINOR, Or((A, B)), Not(C))), True, True),
        (And((MINOR, RuleRef("other"))), True, True),
        (Not(Or((MINOR, And((A, B))))), True, True),
        (And((A, B)), True, True),
        (A, False, True),  # one part alone: the question itself
        (And((Or((A, Not(A))), C)), False, False),
        (And(SAYS_B), False, False),  # each part is precise, but they share a
        (And((*SAYS_B, C)), False, False),
        (Or((And((*SAYS_B, C)), MINOR)), False, False),
    ],
)
def test_what_follows_from_the_parts_is_true_of_the_whole(condition: Node, follows: bool, precise: bool) -> None:
    assert precise_in_parts(condition, setting(condition), EVERYBODY) is follows
    assert whole_is_precise(condition) is precise


def test_children_of_whom_the_imprecision_was_accepted_are_left_out_of_the_parts_too() -> None:
    condition = And((*SAYS_B, C))
    assert precise_in_parts(condition, setting(condition), Narrowing(unless=(Not(B),)))
    assert whole_is_precise(condition, Narrowing(unless=(Not(B),)))


def test_a_condition_that_turns_when_something_becomes_known_is_asked_as_a_whole() -> None:
    condition = And((Not(Known(A)), C))
    assert not precise_in_parts(condition, setting(condition), EVERYBODY)


def test_what_one_question_proved_of_a_part_is_not_asked_again() -> None:
    law = setting(And((MINOR, C)))
    assert precise_in_parts(And((MINOR, C)), law, EVERYBODY)
    known = dict(law.precise)
    assert known and precise_in_parts(Or((C, MINOR)), law, EVERYBODY)
    assert law.precise == known


COUNT = 24
KNOWN_OR_NOT = (True, False, None)


def kleene(node: Node, known: Mapping[Node, bool | None]) -> bool | None:
    """The truth of a condition by the table, for what is made simple here and looked up nowhere."""
    match node:
        case Not(item=item):
            inner = kleene(item, known)
            return None if inner is None else not inner
        case And(items=items) | Or(items=items):
            absorbing = isinstance(node, Or)
            found = [kleene(item, known) for item in items]
            return absorbing if absorbing in found else None if None in found else not absorbing
        case _:
            return known[node]


def precise_by_hand(condition: Node, leaves: tuple[Node, ...]) -> bool:
    """Every state of knowledge with every way in which it can turn out; the parameter is never known."""
    for values in product(KNOWN_OR_NOT, repeat=len(leaves) - 1):
        state = dict(zip(leaves, (*values, None), strict=True))
        if kleene(condition, state) is None:
            choices = [(True, False) if value is None else (value,) for value in state.values()]
            ends = {kleene(condition, dict(zip(leaves, end, strict=True))) for end in product(*choices)}
            if len(ends) == 1:
                return False
    return True


def drawn(source: random.Random, leaves: tuple[Node, ...], depth: int) -> Node:
    if depth == 0 or source.random() < 0.2:
        leaf = source.choice(leaves)
        return Not(leaf) if source.random() < 0.4 else leaf
    joined = source.choice((And, Or))
    return joined(tuple(drawn(source, leaves, depth - 1) for _ in range(2)))


def test_what_is_proved_of_the_simpler_question_is_true_and_little_is_lost() -> None:
    reading = ParameterRef("local_reading", Kind.BOOL)
    leaves = (A, B, C, reading)
    source, agreed, precise = random.Random(7), 0, 0
    for _ in range(COUNT):
        condition = drawn(source, leaves, 3)
        law = setting_of(book(rule("asked", condition), parameters={"local_reading": None}))
        proved, true = is_precise(condition, law, EVERYBODY), precise_by_hand(condition, leaves)
        assert true or not proved, condition
        agreed, precise = agreed + (proved == true), precise + true
    assert 0 < precise < COUNT
    assert agreed == COUNT
