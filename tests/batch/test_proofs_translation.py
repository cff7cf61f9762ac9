"""The prover's formulas mean what the interpreter means: the same three-valued answer for every child, unknowns and leap days included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.batch.proof_worlds import DEFINITIONS, Pinned
from tests.batch.random_children import Row, random_rows, state_of
from tests.batch.random_rules import amounts, conditions
from tests.batch.small_book import VOCABULARY, book, fact, rule

from ciyou.batch.proofs.codes import Codes
from ciyou.batch.proofs.terms import Translator
from ciyou.batch.proofs.worlds import World
from ciyou.core.clock.ages import AgeRule
from ciyou.core.clock.months import MonthRule
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.tree import Age, Compare, FactRef, Kind, Literal, MonthsSince, Node, ParameterRef, Sum
from ciyou.packs.loading import load_packs, load_rule_book
from ciyou.packs.parameters import ParameterDefinition

DAYS = (dt.date(2026, 3, 1), dt.date(2026, 2, 28), dt.date(2028, 2, 29), dt.date(2025, 8, 31))


def assert_same_answers(rules: RuleBook, definitions: Mapping[str, ParameterDefinition], rows: Sequence[Row]) -> None:
    """Every rule's condition and amount, for every child, by formula and by interpreter."""
    codes = Codes()
    world = World(rules, definitions, codes, complete=False)
    translator = Translator(rules, world, codes)
    formulas = {one.code: (translator.condition(one.code), translator.amount(one.code)) for one in rules.rules}
    for row in rows:
        state = state_of(rules.vocabulary, row)
        facts = {(said.entity, said.name): said.value for said in state.statements()}
        interpreted, pinned = Evaluation(rules, state), Pinned(world, codes, facts)
        for code, (condition, amount) in formulas.items():
            assert pinned.truth(condition) is interpreted.condition(code), (code, facts)
            assert pinned.number(amount) == interpreted.amount(code).value, (code, facts)


@st.composite
def random_books(draw: st.DrawFn) -> RuleBook:
    """Three rules, the later ones referring to the earlier, under a drawn reading of birthdays and months."""
    first = rule("first", draw(conditions()), draw(amounts()))
    second = rule("second", draw(conditions(rules=("first",))))
    third = rule("third", draw(conditions(rules=("first", "second"))), draw(amounts(rules=("first",))))
    age_rule = AgeRule(begins_day_after=draw(st.booleans()), leap_day_on_1_march=draw(st.booleans()))
    month_rule = MonthRule(begins_same_day=draw(st.booleans()))
    day = draw(st.sampled_from(DAYS))
    return book(first, second, third, as_of=day, age_rule=age_rule, month_rule=month_rule)


@seed(20261126)
@settings(max_examples=60, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(random_books(), st.integers(0, 2**32 - 1))
def test_random_rules_mean_the_same_to_the_prover(rules: RuleBook, number: int) -> None:
    assert_same_answers(rules, DEFINITIONS, random_rows(VOCABULARY, 25, day=rules.as_of, seed=number))


@pytest.mark.parametrize("as_of", [dt.date(2028, 2, 29), dt.date(2026, 3, 1)], ids=str)
@pytest.mark.parametrize("division", ["510104000000", "440103000000"])
def test_every_shipped_rule_means_the_same_to_the_prover(division: str, as_of: dt.date) -> None:
    rules = load_rule_book(division=division, as_of=as_of)
    rows = random_rows(rules.vocabulary, 40, day=as_of, seed=as_of.toordinal())
    assert_same_answers(rules, load_packs().table.definitions, rows)


CHILD, FATHER = Entity.CHILD, Entity.FATHER
LEAP_DAYS = [dt.date(year, month, day) for year in (2007, 2008) for month, day in ((2, 28), (3, 1))] + [
    dt.date(2008, 2, 29)
]


def against(number: Node) -> tuple[Compare, ...]:
    """An age and a number of months, each compared with a number."""
    age, months = Age(fact(CHILD, "birth_date")), MonthsSince(fact(FATHER, "lost_contact.since"))
    return Compare(">=", age, number), Compare("<", months, Sum((number, number)))


@pytest.mark.parametrize("as_of", DAYS, ids=str)
@pytest.mark.parametrize("leap_on_1_march", [True, False])
@pytest.mark.parametrize(
    "threshold",
    [Literal(18, Kind.INT), ParameterRef("adult_age", Kind.INT), FactRef(Entity.HOUSEHOLD, "size", Kind.INT)],
)
def test_leap_days_turn_where_the_interpreter_turns_them(
    threshold: Node, leap_on_1_march: bool, as_of: dt.date
) -> None:
    """Against a constant an age is one comparison of dates; against another unknown it is counted out. Both are the same age."""
    conditions_met = against(threshold)
    rules = book(
        *(rule(f"rule_{number}", condition) for number, condition in enumerate(conditions_met)),
        as_of=as_of,
        age_rule=AgeRule(leap_day_on_1_march=leap_on_1_march),
    )
    codes = Codes()
    world = World(rules, DEFINITIONS, codes, complete=False)
    translator = Translator(rules, world, codes)
    formulas = [translator.condition(one.code) for one in rules.rules]
    row = random_rows(VOCABULARY, 1, day=as_of, seed=1)[0]
    for day in LEAP_DAYS:
        born = {**row, "child__birth_date": day, "father__lost_contact__since": day, "household__size": 18}
        state = state_of(VOCABULARY, born)
        facts = {(said.entity, said.name): said.value for said in state.statements()}
        evaluation, pinned = Evaluation(rules, state), Pinned(world, codes, facts)
        answers = [pinned.truth(formula) for formula in formulas]
        assert answers == [evaluation.condition(one.code) for one in rules.rules], day
        assert None not in answers
