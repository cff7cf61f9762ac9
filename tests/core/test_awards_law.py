"""The law's answer month by month is that of the interpreter on each day, however few days it is asked about."""

from __future__ import annotations

import datetime as dt
import random
from functools import cache, lru_cache

import pytest

from ciyou.core.awards.law import JudgedOn, LawReader, Texts, answers
from ciyou.core.awards.month import Month, months_from
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.core.rules.interpreter import Outcome, decide_all, settle
from ciyou.core.rules.scope import facts_referred_to, rules_referred_to
from ciyou.packs import dated_changes, load_rule_book, load_vocabulary, next_dated_change

CHILD, FATHER, MOTHER = Entity.CHILD, Entity.FATHER, Entity.MOTHER
PAID = ("orphan_living_allowance", "de_facto_living_allowance", "hiv_living_allowance", "single_person_dibao")
PLACES = ("510104", "350104", "430102", "440305")
FIRST = Month(2023, 6)
MONTHS = months_from(FIRST, Month(2025, 12))


@lru_cache(maxsize=1024)
def book_on(division, day):
    return load_rule_book(division=division, as_of=day)


def reader(code, division, *, judged_on=JudgedOn.FIRST_DAY, texts=None):
    return LawReader(
        code,
        book_at=lambda day: book_on(division, day),
        judged_on=judged_on,
        law_changes=dated_changes(division=division),
        texts=texts,
    )


def said(entity, name, value, basis=Basis.VERIFIED, first=None, end=None):
    return StatedFact(entity, name, value, basis, "test", first, end)


ORPHAN = (
    said(CHILD, "birth_date", dt.date(2015, 5, 5)),
    said(CHILD, "dead", False),
    said(CHILD, "adopted", False),
    said(CHILD, "in_institution", False),
    said(CHILD, "chose_tekun", False),
    said(CHILD, "recognized_tekun", False),
    said(FATHER, "dead", True),
    said(MOTHER, "dead", True),
)


def test_an_orphan_of_fujian_is_answered_with_the_standard_of_each_month():
    months = (Month(2024, 6), Month(2024, 7), Month(2025, 6), Month(2025, 7))
    found = reader("orphan_living_allowance", "350104").answers(ORPHAN, months)
    assert [answer.amount_fen for answer in found] == [170_000, 179_200, 179_200, 189_100]
    assert {(answer.outcome, answer.basis) for answer in found} == {(Outcome.YES, Basis.VERIFIED)}


def test_the_month_of_coming_of_age_turns_on_the_day_on_which_it_is_judged():
    grown = [one for one in ORPHAN if one.name != "birth_date"] + [said(CHILD, "birth_date", dt.date(2007, 3, 15))]
    months = (Month(2025, 2), Month(2025, 3), Month(2025, 4))
    for judged_on, wanted in ((JudgedOn.FIRST_DAY, "yyn"), (JudgedOn.LAST_DAY, "ynn")):
        found = reader("orphan_living_allowance", "350104", judged_on=judged_on).answers(grown, months)
        assert "".join(answer.outcome[0] for answer in found) == wanted


def test_no_month_asked_no_answer_given():
    assert reader("orphan_living_allowance", "350104").answers(ORPHAN, ()) == ()


def test_the_order_asked_is_the_order_answered():
    months = (Month(2025, 7), Month(2024, 6))
    found = answers(
        "orphan_living_allowance",
        ORPHAN,
        months,
        book_at=lambda day: book_on("350104", day),
        judged_on=JudgedOn.FIRST_DAY,
        law_changes=dated_changes(division="350104"),
    )
    assert [(answer.month, answer.amount_fen) for answer in found] == [(months[0], 189_100), (months[1], 170_000)]


def test_one_rule_is_settled_as_among_all():
    book = load_rule_book(division="510104", as_of=dt.date(2025, 9, 1))
    state = FactState.on(book.as_of, ORPHAN)
    for code, decision in decide_all(book, state).items():
        alone = settle(book, state, code)
        assert alone.outcome is decision.outcome
        assert (alone.amount_fen, alone.floor_fen) == (decision.amount_fen, decision.floor_fen)
        assert (alone.ceiling_fen, alone.basis) == (decision.ceiling_fen, decision.basis)


def test_the_dated_changes_of_a_place_are_among_those_of_all_places():
    days = dated_changes(division="350104")
    assert days == tuple(sorted(set(days)))
    assert {dt.date(2024, 7, 1), dt.date(2025, 7, 1)} <= set(days)
    assert dt.date(2024, 9, 1) not in days  # Qingdao's
    assert all(next_dated_change(after=day - dt.timedelta(days=1)) == day for day in days)


@pytest.mark.parametrize("seed", range(8))
def test_every_month_is_answered_as_the_interpreter_answers_on_its_day(seed):
    chance = random.Random(seed)
    texts = Texts()
    for division in PLACES:
        judged_on = chance.choice(list(JudgedOn))
        readers = {code: reader(code, division, judged_on=judged_on, texts=texts) for code in PAID}
        for _ in range(3):
            statements = made_up(chance)
            asked = sorted(chance.sample(MONTHS, 9))
            for code in PAID:
                for answer in readers[code].answers(statements, asked):
                    check(answer, code, division, judged_on.day(answer.month), statements)


@cache
def read_by(book, code):
    """The facts that a rule and those it refers to read."""
    rule = book.by_code[code]
    nodes = [node for node in (rule.condition, rule.amount) if node is not None]
    found = {fact for node in nodes for fact in facts_referred_to(node)}
    return found.union(*(read_by(book, other) for node in nodes for other in rules_referred_to(node)))


def check(answer, code, division, day, statements):
    book = book_on(division, day)
    read = [one for one in statements if (one.entity, one.name) in read_by(book, code)]
    assert answer.basis is settle(book, FactState.on(day, read), code).basis
    decision = settle(book_on(division, day), FactState.on(day, statements), code)
    assert answer.outcome is decision.outcome, (code, division, day)
    assert (answer.amount_fen, answer.floor_fen) == (decision.amount_fen, decision.floor_fen)
    assert answer.ceiling_fen == decision.ceiling_fen


def made_up(chance):
    """A child with a history: facts that begin and end, contradictions, ages and searches that pass their marks."""

    def some_day(back=700, ahead=400):
        return FIRST.plus(12).first_day + dt.timedelta(days=chance.randint(-back, ahead))

    found = [said(CHILD, "birth_date", some_day(19 * 365, -10), chance.choice(list(Basis)))]
    for entity, name in (
        (CHILD, "adopted"),
        (CHILD, "in_institution"),
        (CHILD, "hiv_infected"),
        (CHILD, "chose_tekun"),
        (CHILD, "recognized_tekun"),
        (CHILD, "severely_ill"),
        (Entity.HOUSEHOLD, "dibao"),
        (Entity.HOUSEHOLD, "near_dibao"),
        *((parent, name) for parent in (FATHER, MOTHER) for name in ("dead", "imprisoned", "lost_contact")),
    ):
        if chance.random() < 0.8:
            value, basis = chance.random() < 0.3, chance.choice(list(Basis))
            if chance.random() < 0.5:
                found.append(said(entity, name, value, basis))
            else:
                day = some_day()
                found.append(said(entity, name, value, basis, None, day))
                found.append(said(entity, name, not value, basis, day if chance.random() < 0.8 else some_day()))
    for parent in (FATHER, MOTHER):
        found.append(said(parent, "lost_contact.since", some_day()))
        found.append(said(parent, "imprisoned.term_months", chance.choice([3, 6, 24])))
    for name in ("dibao_share_fen", "tekun_amount_fen", "disability_living_subsidy_fen"):
        if chance.random() < 0.8:
            found.append(said(CHILD, name, chance.choice([0, 70_000]), chance.choice(list(Basis))))
    found.append(said(CHILD, "disability_grade", chance.choice([0, 1, 3])))
    assert all(load_vocabulary().find(one.entity, one.name) for one in found)
    return found
