"""What people decide case by case: it fills what the rules leave open, for its time, and overrules nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ciyou.core.awards.law import JudgedOn, LawReader
from ciyou.core.awards.law_cases import with_cases
from ciyou.core.awards.month import Month
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.core.rules.interpreter import Outcome, decide_all
from ciyou.core.rules.settling import CaseAnswer, case_turns, decide_with_cases, differing_cases, taken_cases
from ciyou.packs import dated_changes, law_place, load_rule_book

DAY = dt.date(2026, 11, 1)
PLACE = "510104000000"
RULE, MONEY = "de_facto_unattended", "de_facto_living_allowance"


@pytest.fixture(scope="module")
def book():
    return load_rule_book(division=PLACE, as_of=DAY)


def said(entity, name, value):
    return StatedFact(entity, name, value, Basis.VERIFIED, "test")


KNOWN = (
    said(Entity.CHILD, "birth_date", dt.date(2016, 5, 1)),
    said(Entity.CHILD, "dead", False),
    said(Entity.CHILD, "adopted", False),
    said(Entity.CHILD, "hukou_division", PLACE),
    said(Entity.MOTHER, "dead", True),
)


def case(holds=True, first=dt.date(2026, 3, 15), until=dt.date(2026, 12, 1), rule=RULE):
    return CaseAnswer(rule, holds, first, until, "c1")


def test_an_undetermined_rule_takes_peoples_answer_and_what_rests_on_it_follows(book):
    state = FactState.on(DAY, KNOWN)
    assert decide_all(book, state)[RULE].outcome is Outcome.UNDETERMINED
    yes, no = (decide_with_cases(book, state, [case(holds)]) for holds in (True, False))
    assert (yes[RULE].outcome, yes[RULE].deciding) == (Outcome.YES, ())
    assert yes[MONEY].outcome is not Outcome.NO
    assert (no[RULE].outcome, no[MONEY].outcome) == (Outcome.NO, Outcome.NO)


@pytest.mark.parametrize(
    ("first", "until", "counts"),
    [
        (DAY, DAY + dt.timedelta(days=1), True),
        (DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=9), False),
        (DAY - dt.timedelta(days=9), DAY, False),
    ],
)
def test_it_counts_from_its_first_day_until_before_its_end(book, first, until, counts):
    decided = decide_with_cases(book, FactState.on(DAY, KNOWN), [case(first=first, until=until)])
    assert (decided[RULE].outcome is Outcome.YES) is counts


@settings(deadline=None, max_examples=12)
@given(holds=st.booleans(), father_dead=st.sampled_from([True, None]), lost=st.sampled_from([True, False, None]))
def test_a_certain_answer_is_never_overruled(holds, father_dead, lost):
    book = load_rule_book(division=PLACE, as_of=DAY)
    more = [said(Entity.FATHER, "dead", father_dead)] if father_dead is not None else []
    more += [said(Entity.FATHER, "lost_contact", lost)] if lost is not None else []
    state = FactState.on(DAY, (*KNOWN, *more))
    plain, taken = decide_all(book, state), decide_with_cases(book, state, [case(holds)])
    for code, decision in plain.items():
        if decision.outcome is not Outcome.UNDETERMINED:
            assert taken[code].outcome is decision.outcome


def test_where_the_rules_have_become_certain_of_the_other_the_difference_is_named(book):
    decided = decide_all(book, FactState.on(DAY, (*KNOWN, said(Entity.FATHER, "dead", True))))
    assert decided[RULE].outcome is Outcome.NO  # both dead: an orphan
    assert taken_cases(decided, [case(True)], DAY) == ()
    (found,) = differing_cases(decided, [case(True)], DAY)
    assert (found.case.rule, found.outcome) == (RULE, Outcome.NO)
    assert differing_cases(decided, [case(False)], DAY) == ()


def test_the_days_on_which_it_turns_are_its_first_and_its_end():
    assert case_turns([case()], dt.date(2026, 1, 1)) == (dt.date(2026, 3, 15), dt.date(2026, 12, 1))
    assert case_turns([case()], dt.date(2026, 12, 1)) == ()


def test_a_months_answer_takes_it_in_the_months_that_the_rules_leave_open_and_in_no_other():
    place = law_place(PLACE)
    changes = dated_changes(division=place)

    def book_at(day):
        return load_rule_book(division=place, as_of=day)

    def reader_of(code, books):
        return LawReader(code, book_at=books, judged_on=JudgedOn.LAST_DAY, law_changes=changes)

    # From August on the father is known to be dead: the child is an orphan, the rules are certain, and people's answer counts no more.
    known = (*KNOWN, StatedFact(Entity.FATHER, "dead", True, Basis.VERIFIED, "test", dt.date(2026, 8, 1)))
    months = tuple(Month(2026, number) for number in range(1, 13))
    plain = reader_of(RULE, book_at).answers(known, months)
    found = with_cases(plain, RULE, known, [case()], book_at=book_at, judged_on=JudgedOn.LAST_DAY, reader_of=reader_of)
    outcomes = [answer.outcome.value for answer in found]
    assert [answer.outcome.value for answer in plain] == ["undetermined"] * 7 + ["no"] * 5
    assert outcomes == ["undetermined"] * 2 + ["yes"] * 5 + ["no"] * 5
