"""What an answer states, what it leaves open, and which question comes next: on a small book of rules."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.core.asking.answering import answer_from
from ciyou.core.asking.interview import Interview, Next, Weights
from ciyou.core.asking.question import UNKNOWN, AnswerError, Option, Question, Shape, stated_by, told_ticks
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import RuleKind
from ciyou.core.rules.interpreter import Outcome, settle_all
from tests.core.rulebooks import AS_OF, VOCABULARY, book

FATHER, MOTHER, CHILD = Entity.FATHER, Entity.MOTHER, Entity.CHILD
WEIGHTS = Weights(120_000, 2_400_000, 0.01)


def tick(code, key, share=0.01):
    return Option(code, code, code, share, {key: True}, {key: False})


def ticks(parent):
    options = (tick("dead", (parent, "dead")), tick("lost", (parent, "lost")), tick("prison", (parent, "imprisoned")))
    return Question(f"fate-{parent}", Shape.TICKS, "?", "?", 1.0, options)


TERM = Question(
    "term",
    Shape.NUMBER,
    "?",
    "?",
    1.0,
    asks=(FATHER, "imprisoned.term_months"),
    definition=VOCABULARY.get(FATHER, "imprisoned.term_months"),
    likely=((3, 0.5), (12, 0.5)),
    after="fate-father",
    after_options=frozenset({"prison"}),
)
AGE = Question(
    "age",
    Shape.AGE,
    "?",
    "?",
    1.0,
    asks=(CHILD, "birth_date"),
    definition=VOCABULARY.get(CHILD, "birth_date"),
    likely=((7, 0.9), (19, 0.1)),
)
KIND = Question(
    "kind",
    Shape.CHOICE,
    "?",
    "?",
    1.0,
    options=tuple(
        Option(code, code, code, share, {(CHILD, "disability_type"): code})
        for code, share in (("none", 0.98), ("mental", 0.01), ("limb", 0.01))
    ),
)
QUESTIONS = (AGE, ticks(FATHER), ticks(MOTHER), TERM, KIND)


def interview(**conditions):
    paid = {code: (text, "param.standard") for code, text in conditions.items()}
    return Interview(book(paid), QUESTIONS, WEIGHTS)


def test_a_list_of_ticks_states_yes_and_no_only_of_what_was_shown():
    question = ticks(FATHER)
    answer = told_ticks(question, ["dead", "lost"], ["dead"], rest_unsure=False)
    assert stated_by(question, answer, today=AS_OF) == {(FATHER, "dead"): True, (FATHER, "lost"): False}


def test_what_somebody_is_unsure_of_is_not_stated():
    question = ticks(FATHER)
    answer = told_ticks(question, ["dead", "lost", "prison"], ["dead"], rest_unsure=True)
    assert stated_by(question, answer, today=AS_OF) == {(FATHER, "dead"): True}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.code)
def test_i_do_not_know_is_an_answer_to_every_question_and_states_nothing(question):
    assert stated_by(question, UNKNOWN, today=AS_OF) == {}


def test_an_age_states_a_date_of_birth_on_which_the_child_is_that_old():
    assert stated_by(AGE, "8", today=AS_OF) == {(CHILD, "birth_date"): dt.date(2017, 9, 1)}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (AGE, "eight"),
        (AGE, "-1"),
        (AGE, "121"),
        (AGE, "٨"),
        (TERM, "601"),
        (TERM, "1e3"),
        (TERM, ""),
        (KIND, "blind"),
        (ticks(FATHER), ""),
        (ticks(FATHER), "dead"),
        (ticks(FATHER), "dead:y,dead:n"),
        (ticks(FATHER), "rich:y"),
        (ticks(FATHER), "dead:y," + "x" * 500),
    ],
)
def test_an_answer_that_is_none_is_refused(question, answer):
    with pytest.raises(AnswerError):
        stated_by(question, answer, today=AS_OF)


def test_only_what_can_still_change_something_is_asked():
    found = interview(orphan="father.dead and mother.dead")
    assert {one.question.code for one in found.candidates({})} == {"fate-father", "fate-mother"}
    assert [option.code for option in found.candidates({})[0].options] == ["dead"]
    assert found.next({"fate-father": "dead:n"}) is None


def test_the_detail_of_what_was_not_affirmed_is_not_asked():
    found = interview(alone="father.imprisoned and father.imprisoned.term_months >= 6")
    assert found.next({}).question.code == "fate-father"
    assert found.next({"fate-father": "prison:y"}).question.code == "term"
    assert found.next({"fate-father": UNKNOWN}) is None
    assert found.next({"fate-father": "prison:u"}) is None


def test_the_question_that_decides_more_money_comes_first():
    found = interview(one="father.dead", two="child.disability_type == 'mental'")
    assert found.next({}).question.code in {"fate-father", "kind"}
    many = interview(
        one="father.dead",
        two="child.disability_type == 'mental'",
        three="child.disability_type == 'limb'",
        four="child.disability_type == 'mental' and age(child) < 18",
    )
    assert many.next({}).question.code == "kind"


def test_a_list_asked_again_asks_only_what_was_not_said():
    found = interview(one="father.dead", two="father.lost and mother.dead")
    assert [one.code for one in found.next({"fate-father": "dead:n", "fate-mother": "dead:y"}).options] == ["lost"]
    assert found.next({"fate-father": "dead:n,lost:u", "fate-mother": "dead:y"}) is None


def test_answers_that_contradict_each_other_leave_the_fact_open():
    found = interview(one="father.dead")
    twice = Interview(
        found.book,
        (*QUESTIONS, Question("again", Shape.TICKS, "?", "?", 1.0, (tick("dead", (FATHER, "dead")),))),
        WEIGHTS,
    )
    state = twice.state({"fate-father": "dead:y", "again": "dead:n"})
    assert settle_all(twice.book, state)["one"].outcome is Outcome.UNDETERMINED


def test_whoever_knows_the_truth_answers_so():
    truth = {(FATHER, "dead"): False, (FATHER, "lost"): True, (CHILD, "disability_type"): "limb"}
    assert answer_from(Next(ticks(FATHER), ticks(FATHER).options), truth, today=AS_OF) == "dead:n,lost:y,prison:u"
    assert answer_from(Next(KIND, KIND.options), truth, today=AS_OF) == "limb"
    assert answer_from(Next(AGE, ()), truth, today=AS_OF) == UNKNOWN


def test_only_entitlements_are_asked_for():
    found = interview(one="father.dead")
    assert all(found.book.by_code[code].kind is RuleKind.ENTITLEMENT for code in found.codes)
