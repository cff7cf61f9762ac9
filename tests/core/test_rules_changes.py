"""When time alone changes an answer: birthdays, terms, statements that begin and end."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest

from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.core.rules.book import RuleKind
from ciyou.core.rules.changes import next_change
from ciyou.core.rules.interpreter import decide_all
from ciyou.packs import load_rule_book, next_dated_change

DAY = dt.date(2025, 9, 1)
CHILD, FATHER, MOTHER = Entity.CHILD, Entity.FATHER, Entity.MOTHER


@pytest.fixture(scope="module")
def book():
    """The rules of a county of Sichuan."""
    return load_rule_book(division="513322", as_of=DAY)


def born(day):
    return StatedFact(CHILD, "birth_date", day)


@pytest.fixture(scope="module")
def categories(book):
    """What a child is, without what is due: of the ages only sixteen and eighteen count there."""
    return replace(book, rules=tuple(rule for rule in book.rules if rule.kind is RuleKind.CATEGORY))


def test_a_child_of_nine_is_looked_at_again_when_it_is_sixteen(categories):
    assert next_change(categories, [born(dt.date(2015, 12, 3))]) == dt.date(2031, 12, 3)


def test_a_child_of_seventeen_is_looked_at_again_on_the_birthday_that_makes_it_of_age(book):
    assert next_change(book, [born(dt.date(2008, 2, 29))]) == dt.date(2026, 3, 1)


def test_six_months_after_the_police_took_up_the_search_the_answer_may_change(book):
    since = StatedFact(MOTHER, "lost_contact.since", dt.date(2025, 5, 31))
    assert next_change(book, [since]) == dt.date(2025, 12, 1)


def test_a_statement_that_ends_or_begins_later_is_a_day_to_look_again(book):
    ends = StatedFact(FATHER, "imprisoned", True, valid_from=dt.date(2024, 1, 1), valid_to=dt.date(2025, 10, 7))
    begins = StatedFact(FATHER, "in_detox", True, valid_from=dt.date(2025, 11, 8))
    assert next_change(book, [ends, begins]) == dt.date(2025, 10, 7)
    assert next_change(book, [begins]) == dt.date(2025, 11, 8)


def test_what_no_day_changes_is_never_looked_at_again(categories):
    assert next_change(categories, [born(dt.date(1990, 1, 1)), StatedFact(FATHER, "dead", True)]) is None


@pytest.mark.parametrize("seed", range(12))
def test_no_answer_changes_before_the_day_that_was_foreseen(book, seed):
    chance = random.Random(seed)
    statements = _made_up(chance)
    foreseen = next_change(book, statements) or DAY + dt.timedelta(days=400)
    law = next_dated_change(after=DAY) or dt.date.max
    before = decide_all(book, FactState.on(DAY, statements))
    for day in range(1, min((min(foreseen, law) - DAY).days, 400), 3):
        then = DAY + dt.timedelta(days=day)
        assert decide_all(load_rule_book(division="513322", as_of=then), FactState.on(then, statements)) == before, then


def _made_up(chance):
    def some_day(years=1):
        return DAY + dt.timedelta(days=chance.randint(-365 * years, 300))

    start = some_day()
    return [
        born(DAY - dt.timedelta(days=chance.randint(10, 18 * 366))),
        StatedFact(FATHER, "working_away", True),
        StatedFact(FATHER, "working_away.since", some_day()),
        StatedFact(MOTHER, "lost_contact", True),
        StatedFact(MOTHER, "lost_contact.since", some_day()),
        StatedFact(
            FATHER, "imprisoned", True, valid_from=start, valid_to=start + dt.timedelta(days=chance.randint(1, 200))
        ),
        StatedFact(FATHER, "imprisoned.term_months", 12),
    ]
