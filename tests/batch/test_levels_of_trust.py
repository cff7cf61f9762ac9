"""One pass answers for every level of trust: as if only what stands that firmly had been said."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.batch.random_children import random_rows, state_of
from tests.batch.random_rules import random_books

from ciyou.core.facts.state import Basis, FactState
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.interpreter import Settled, answer, settle, settle_all
from ciyou.packs import load_rule_book

DAY = dt.date(2026, 3, 1)


def states(rules: RuleBook, count: int, number: int) -> Iterable[FactState]:
    """Random children whose statements stand on random bases."""
    source = random.Random(number)
    for row in random_rows(rules.vocabulary, count, day=rules.as_of, seed=number):
        said = state_of(rules.vocabulary, row).statements()
        yield FactState({(one.entity, one.name): replace(one, basis=source.choice(list(Basis))) for one in said})


def assert_levels_agree(rules: RuleBook, state: FactState) -> None:
    """Every rule on every level, in one evaluation and in one of its own, where only what counts there was ever said."""
    together = Evaluation(rules, state)
    for level in Basis:
        alone = Evaluation(rules, state.at_least(level))
        for rule in rules.rules:
            assert answer(together, rule, level) == answer(alone, rule), (rule.code, level, state.statements())


@pytest.mark.slow
@seed(20260301)
@settings(
    max_examples=60,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@given(random_books(), st.integers(0, 2**31))
def test_random_rules_answer_on_each_level_as_if_nothing_weaker_had_been_said(rules: RuleBook, number: int) -> None:
    for state in states(rules, 10, number):
        assert_levels_agree(rules, state)


@pytest.mark.parametrize("division", ["510104000000", "440103000000"])
def test_shipped_rules_answer_on_each_level_as_if_nothing_weaker_had_been_said(division: str) -> None:
    rules = load_rule_book(division=division, as_of=DAY)
    for state in states(rules, 60, 3):
        assert_levels_agree(rules, state)


def test_a_rule_settled_alone_says_what_it_says_among_all() -> None:
    rules = load_rule_book(division="510104000000", as_of=DAY)
    for state in states(rules, 20, 4):
        alone: dict[str, Settled] = {rule.code: settle(rules, state, rule.code) for rule in rules.rules}
        assert settle_all(rules, state) == alone
