"""The self-check over the shipped rules: it asks what matters, stops when nothing can change, and never says no for want of a fact."""

from __future__ import annotations

import datetime as dt
import random
import shutil

import pytest

from ciyou.core.asking.answering import added, answer_from, left_open
from ciyou.core.asking.interview import Interview
from ciyou.core.asking.question import UNKNOWN, Shape
from ciyou.core.errors import PackError
from ciyou.core.facts.definition import Entity, FactType
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.core.rules.atoms import candidates
from ciyou.core.rules.book import RuleKind
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.interpreter import Outcome, decide_all, settle_all
from ciyou.core.rules.tree import Age, FactRef, walk
from ciyou.packs import load_packs, load_rule_book
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.self_check import RESTRICTED, load_check_places, load_self_check

TODAY = dt.date(2026, 11, 26)
PLACES = ("5101", "3301", "3101", "45")
COMPLETIONS = 4


def interview_in(place):
    asked, book = load_self_check(division=place), load_rule_book(division=place, as_of=TODAY)
    base = (StatedFact(Entity.CHILD, "hukou_division", book.division), StatedFact(Entity.CHILD, "dead", False))
    return Interview(book, asked.questions, asked.weights, base)


@pytest.fixture(scope="module")
def interviews():
    return {place: interview_in(place) for place in PLACES}


def every_pack():
    return [pack.division or "45" for pack in load_packs().packs]


# -- what is asked ---------------------------------------------------------------------------------
@pytest.mark.parametrize("division", every_pack())
def test_every_fact_that_may_decide_an_entitlement_is_asked_or_said_not_to_be(division):
    found, not_asked = interview_in(division), load_self_check(division=division).not_asked
    asked = {key for question in found.questions for key in question.keys} | set(not_asked)
    wanted = found.open_facts(Evaluation(found.book, found.state({})))
    missing = {
        f"{entity}.{name}"
        for entity, name in wanted - asked
        if entity is not None and found.book.vocabulary.get(entity, name).sensitivity < RESTRICTED
    }
    assert missing == set()


def test_hiv_and_whatever_is_of_the_highest_class_is_in_no_question(interviews):
    for found in interviews.values():
        keys = {key for question in found.questions for key in question.keys}
        assert all(found.book.vocabulary.get(*key).sensitivity < RESTRICTED for key in keys)
        assert not any("hiv" in name for _, name in keys)


def test_of_a_date_of_birth_the_rules_read_only_the_age(interviews):
    """So that asking for the full years loses nothing."""
    for found in interviews.values():
        for code in found.codes:
            rule = found.book.by_code[code]
            nodes = [part for tree in (rule.condition, rule.amount) if tree is not None for part in walk(tree)]
            inside = [id(part.birth_date) for part in nodes if isinstance(part, Age)]
            read = [part for part in nodes if isinstance(part, FactRef) and part.name == "birth_date"]
            assert all(id(part) in inside for part in read), code


def test_every_place_of_which_the_packs_know_something_can_be_chosen():
    packs = load_packs()
    known = {row.division for row in packs.table.rows} | {pack.division for pack in packs.packs}
    places = load_check_places()
    assert {one for one in known if one and not any(code.startswith(one) for code in places)} == set()
    assert len({place.province for place in places.values()}) == 31
    for code, place in places.items():
        assert place.zh and place.en.isascii(), code


def test_the_shares_of_a_choice_add_up_and_every_text_is_there_in_both_languages(interviews):
    for question in interviews["5101"].questions:
        shares = [option.share for option in question.options] + [share for _, share in question.likely]
        if question.shape is not Shape.TICKS:
            assert 0.99 <= sum(shares) <= 1.01, question.code
        texts = [question.text("zh"), question.text("en"), *(option.name("en") for option in question.options)]
        assert all(texts) and "{" not in "".join(texts), question.code


# -- what a pack may not say -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("child_care", "child.adopted: true", "child.hiv_infected: true", "pack.self_check_restricted"),
        ("child_care", "told_without_account: [parents_untraceable]\n", "", "pack.self_check_not_askable"),
        ("child_care", "child.adopted: true", "child.adoptd: true", "pack.unknown_fact"),
        ("child_care", "policy_default: true", "policy_default: false", "pack.self_check_assumption"),
        ("away_since", "question: residence", "question: home", "pack.self_check_after"),
        ("age", "known_per_100: 100", "known_per_100: 0", "pack.self_check_question"),
    ],
)
def test_a_question_that_may_not_be_asked_is_refused_with_its_file(tmp_path, file, old, new, code):
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn")
    path = tmp_path / "cn" / "self_check" / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_self_check(division="5101", root=tmp_path)
    assert any(problem.code == code and file in problem.place.file for problem in caught.value.problems)


# -- what comes out --------------------------------------------------------------------------------
def drawn_truth(found, chance):
    """A family in which rare things are frequent: every fact has a value that the rules can tell from others."""
    nobody = Evaluation(found.book, FactState({}))
    truth = {(Entity.CHILD, "hukou_division"): found.book.division, (Entity.CHILD, "dead"): False}
    for question in found.questions:
        for key in question.keys:
            definition = found.book.vocabulary.get(*key)
            values = list(candidates(nobody, key, []))
            if definition.type is FactType.BOOL:
                truth[key] = chance.random() < 0.3
            elif definition.type is FactType.DATE:
                truth[key] = TODAY - dt.timedelta(days=chance.randrange(0, 8000))
            elif question.shape is Shape.CHOICE:
                fitting = [option.says[key] for option in question.options if key in option.says]
                truth[key] = chance.choice(fitting)
            else:
                truth[key] = chance.choice(values) if chance.random() < 0.3 else chance.randrange(0, 40)
    return truth


def interviewed(found, truth, chance, unknown):
    """A guardian who answers from the truth and sometimes does not know; every question, with what was open when it was asked."""
    answers = {}
    while (asked := found.next(answers)) is not None:
        said = UNKNOWN if chance.random() < unknown else answer_from(asked, truth, today=TODAY)
        answers = added(answers, asked, said)
        assert len(answers) <= len(found.questions)
    return answers


@pytest.mark.parametrize("place", PLACES)
def test_the_outcome_is_the_interpreters_and_no_completion_ever_turns_a_no_into_a_yes(interviews, place):
    found, chance = interviews[place], random.Random(place)
    noes = opened = 0
    for number in range(12):
        truth = drawn_truth(found, chance)
        answers = interviewed(found, truth, chance, unknown=(0.0, 0.2, 0.6)[number % 3])
        state = found.state(answers)
        decided = decide_all(found.book, state)
        # The state holds what was said and nothing else.
        said = {key: one.value for key, one in state.by_key().items()}
        for key, value in said.items():
            assert value == truth[key] or found.book.vocabulary.get(*key).name in {"birth_date"}, key
        for _ in range(COMPLETIONS):
            whole = {**drawn_truth(found, chance), **said}
            completed = FactState.on(TODAY, [StatedFact(*key, value) for key, value in whole.items()])
            for code, outcome in settle_all(found.book, completed).items():
                before = decided[code].outcome
                assert before is Outcome.UNDETERMINED or outcome.outcome is before, (code, before)
        entitlements = [one for one in found.book.rules if one.kind is RuleKind.ENTITLEMENT]
        noes += sum(decided[one.code].outcome is Outcome.NO for one in entitlements)
        opened += sum(decided[one.code].outcome is Outcome.UNDETERMINED for one in entitlements)
    assert noes > 50 and opened > 20  # else nothing was shown


@pytest.mark.parametrize("place", PLACES)
def test_it_stops_only_when_nothing_that_is_asked_could_change_anything(interviews, place):
    found, chance = interviews[place], random.Random(place)
    for number in range(8):
        answers = interviewed(found, drawn_truth(found, chance), chance, unknown=(0.0, 0.5)[number % 2])
        decided = decide_all(found.book, found.state(answers))
        wanted = {
            (unknown.entity, unknown.name)
            for code in found.codes
            if decided[code].outcome is Outcome.UNDETERMINED
            for unknown in decided[code].deciding
        }
        assert left_open(found, answers, frozenset(wanted)) == frozenset()


def test_whoever_answers_nothing_hears_no_no(interviews):
    for found in interviews.values():
        answers = {}
        while (asked := found.next(answers)) is not None:
            answers = added(answers, asked, UNKNOWN)
        outcomes = {settle.outcome for settle in settle_all(found.book, found.state(answers)).values()}
        assert Outcome.NO not in outcomes


def test_every_question_asked_could_have_changed_something(interviews):
    """Of the question asked, some two answers leave some entitlement with different outcomes once everything else is told."""
    found, chance = interviews["5101"], random.Random(1)
    answers = interviewed(found, drawn_truth(found, chance), chance, unknown=0.1)
    earlier = {}
    for code, said in answers.items():
        facts = found.open_facts(Evaluation(found.book, found.state(earlier)))
        assert found.by_code[code].keys & facts
        earlier[code] = said
