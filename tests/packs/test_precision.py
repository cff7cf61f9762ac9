"""Every rule of the packs is written so that three-valued evaluation loses nothing: what it leaves open really is open."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from ciyou.core.facts.definition import FactDefinition, FactType
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.core.rules.interpreter import Outcome, decide_all
from ciyou.packs import load_rule_book

PLACES = [("513322", dt.date(2025, 9, 1)), ("350200", dt.date(2025, 2, 28)), ("440300", dt.date(2020, 2, 29))]


def random_value(definition: FactDefinition, chance: random.Random, as_of: dt.date):
    match definition.type:
        case FactType.BOOL:
            return chance.random() < 0.4
        case FactType.ENUM:
            return chance.choice(list(definition.options))
        case FactType.DATE:
            return as_of - dt.timedelta(days=chance.choice([30, 181, 184, 365, 5000, 6574, 6575, 12000]))
        case FactType.DIVISION:
            return chance.choice(["513322000000", "510100000000", "440300000000"])
        case _:
            least = definition.minimum or 0
            return chance.randint(least, max(least, min(definition.maximum or 40, 40)))


def random_state(book, chance: random.Random) -> FactState:
    known = chance.choice([0.2, 0.5, 0.8, 0.95])
    statements = [
        StatedFact(entity, name, random_value(book.vocabulary.get(entity, name), chance, book.as_of))
        for entity, name in book.vocabulary.pairs()
        if chance.random() < known
    ]
    return FactState.on(book.as_of, statements)


@pytest.mark.parametrize(("division", "as_of"), PLACES)
def test_every_open_answer_names_at_least_one_fact_that_would_change_it(division, as_of):
    book = load_rule_book(division=division, as_of=as_of)
    chance = random.Random(20250901)
    forced = set()
    for _ in range(600):
        for code, decision in decide_all(book, random_state(book, chance)).items():
            if decision.outcome is Outcome.UNDETERMINED and not decision.deciding:
                forced.add(code)
    assert forced == set()


@pytest.mark.parametrize(("division", "as_of"), PLACES)
def test_an_unknown_amount_of_a_yes_names_what_is_missing(division, as_of):
    book = load_rule_book(division=division, as_of=as_of)
    chance = random.Random(7)
    for _ in range(600):
        for decision in decide_all(book, random_state(book, chance)).values():
            if decision.outcome is Outcome.YES and decision.amount_fen is None and decision.floor_fen is not None:
                assert decision.deciding, decision
