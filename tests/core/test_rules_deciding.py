"""Three-valued answers for one child: outcomes, amounts with bounds, and exactly the unknowns that would decide."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ciyou.core.facts.state import Basis
from ciyou.core.rules import atoms
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.interpreter import Outcome, decide_all
from tests.core.rulebooks import PARAMETERS, book, parameter, predicate, state

GONE = predicate("gone", ("p",), "p.dead or p.missing")
UNABLE = predicate(
    "unable",
    ("p",),
    "p.imprisoned and p.imprisoned.term_months >= param.minimum_months or p.lost and months_since(p.lost.since) >= 6",
)
UNATTENDED = book(
    {
        "orphan": "age(child) < 18 and father.dead and mother.dead",
        "unattended": """age(child) < 18 and not orphan and (unable(father) and unable(mother)
            or gone(father) and unable(mother) or gone(mother) and unable(father))""",
        "allowance": ("unattended", "top_up(param.standard, child.aid_fen)"),
    },
    predicates=(GONE, UNABLE),
)
BORN = {"child.birth_date": dt.date(2015, 5, 1)}
ABLE = {"dead": False, "missing": False, "imprisoned": False, "lost": False}


def parent(owner, **facts):
    return {f"{owner}.{name}": value for name, value in {**ABLE, **facts}.items()}


def decide(facts, *, rules=UNATTENDED, **more):
    return decide_all(rules, state(facts, **more))


def names(decision):
    return {str(unknown) for unknown in decision.deciding}


def test_child_with_one_dead_and_one_imprisoned_parent_is_unattended():
    found = decide(
        {
            **BORN,
            **parent("father", dead=True),
            "mother.imprisoned": True,
            "mother.imprisoned.term_months": 18,
            "mother.dead": False,
            "child.aid_fen": 0,
        }
    )
    assert found["unattended"].outcome is Outcome.YES
    assert found["allowance"].amount_fen == 148_400


def test_an_unknown_term_leaves_it_open_and_names_only_the_term():
    found = decide({**BORN, **parent("father", dead=True), **parent("mother", imprisoned=True)})
    assert found["unattended"].outcome is Outcome.UNDETERMINED
    assert names(found["unattended"]) == {"mother.imprisoned.term_months"}


def test_a_grown_up_is_not_asked_about_parents():
    found = decide({"child.birth_date": dt.date(2000, 1, 1)})
    assert found["unattended"].outcome is Outcome.NO
    assert found["unattended"].deciding == ()


def test_one_able_parent_decides_no_without_knowing_the_other():
    found = decide({**BORN, **parent("father")})
    assert found["unattended"].outcome is Outcome.NO


def test_nothing_known_names_every_fact_that_matters_and_no_other():
    found = decide({})
    expected = {
        f"{owner}.{name}"
        for owner in ("father", "mother")
        for name in ("dead", "missing", "imprisoned", "imprisoned.term_months", "lost", "lost.since")
    }
    assert names(found["unattended"]) == expected | {"child.birth_date"}


def test_a_fact_that_can_no_longer_matter_is_not_asked():
    # The mother is able in every respect but an unknown death: were she dead, the father would have to be unable, and he is not.
    facts = {**BORN, **parent("father"), **parent("mother")}
    del facts["mother.dead"]
    assert decide(facts)["unattended"].outcome is Outcome.NO
    facts["father.dead"] = True
    # Now the father is gone; only the mother's incapacity could make the child unattended, and that is known to be none.
    assert decide(facts)["unattended"].outcome is Outcome.NO
    assert names(decide(facts)["orphan"]) == {"mother.dead"}


def test_the_unknown_amount_of_a_yes_has_bounds_and_names_what_is_missing():
    found = decide(
        {**BORN, **parent("father", dead=True), **parent("mother", imprisoned=True), "mother.imprisoned.term_months": 6}
    )
    allowance = found["allowance"]
    assert (allowance.outcome, allowance.amount_fen) == (Outcome.YES, None)
    assert (allowance.floor_fen, allowance.ceiling_fen) == (0, 148_400)
    assert names(allowance) == {"child.aid_fen"}


def test_an_undetermined_entitlement_lies_between_nothing_and_the_most_it_could_be():
    found = decide(
        {**BORN, **parent("father", dead=True), **parent("mother", imprisoned=True), "child.aid_fen": 48_400}
    )
    assert (found["allowance"].floor_fen, found["allowance"].ceiling_fen) == (0, 100_000)


def test_a_no_that_rests_on_silence_is_presumed():
    certain = {**BORN, "child.aid_fen": 0}
    silent = {**parent("father"), **parent("mother")}
    found = decide(certain, basis=Basis.ROSTERED, presumed=silent)
    assert (found["unattended"].outcome, found["unattended"].basis) == (Outcome.NO, Basis.PRESUMED)
    found = decide({**certain, **parent("father")}, basis=Basis.ROSTERED, presumed=parent("mother"))
    assert found["unattended"].basis is Basis.ROSTERED


def test_an_open_parameter_is_itself_what_would_decide():
    rules = book({"gap": "father.dead and param.reading == 'orphan'"})
    found = decide({"father.dead": True}, rules=rules)
    assert found["gap"].outcome is Outcome.UNDETERMINED
    assert names(found["gap"]) == {"param.reading"}


def test_the_same_fact_in_two_thresholds_is_seen_as_one():
    # grade ≤ 2 or grade > 2 holds for every grade: Kleene cannot see it, the diagram does.
    rules = book({"any": "child.disability_grade <= 2 or child.disability_grade > 2"})
    found = decide({}, rules=rules)
    assert found["any"].deciding == ()


@pytest.mark.parametrize(
    ("born", "expected"),
    [(dt.date(2007, 9, 1), Outcome.NO), (dt.date(2007, 9, 2), Outcome.YES)],
)
def test_age_is_reached_on_the_birthday(born, expected):
    rules = book({"minor": "age(child) < 18"})
    assert decide({"child.birth_date": born}, rules=rules)["minor"].outcome is expected


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [(dt.date(2025, 3, 1), Outcome.NO), (dt.date(2025, 2, 28), Outcome.YES)],
)
def test_the_sixth_month_must_be_over(accepted, expected):
    rules = book({"long": "months_since(mother.lost.since) >= 6"})
    assert decide({"mother.lost.since": accepted}, rules=rules)["long"].outcome is expected


@pytest.mark.parametrize(
    ("text", "facts", "value", "floor", "ceiling"),
    [
        ("highest(param.standard, child.aid_fen)", {}, None, 148_400, 500_000),
        ("lowest(param.standard, child.aid_fen)", {}, None, 0, 148_400),
        ("highest(param.standard, param.open_money)", {}, None, 148_400, None),
        ("child.aid_fen + 100", {}, None, 100, 500_100),
        ("param.standard - child.aid_fen", {}, None, -351_600, 148_400),
        ("child.aid_fen * 2", {"child.aid_fen": 5}, 10, 10, 10),
        ("percent(param.standard, param.share)", {}, 89_040, 89_040, 89_040),
        ("percent(child.aid_fen, 50)", {"child.aid_fen": 101}, 51, 51, 51),
        ("top_up(param.standard, child.aid_fen, 70000)", {"child.aid_fen": 90_000}, 0, 0, 0),
        (
            "first(when(father.dead, 300), when(mother.dead, 200), otherwise(100))",
            {"father.dead": False},
            None,
            100,
            200,
        ),
        ("first(when(father.dead, 300), when(mother.dead, 200), otherwise(100))", {"father.dead": True}, 300, 300, 300),
        (
            "first(when(father.dead, 300), when(mother.dead, 200), otherwise(100))",
            {"mother.dead": True},
            None,
            200,
            300,
        ),
    ],
)
def test_amounts_have_floor_and_ceiling(text, facts, value, floor, ceiling):
    rules = book({"aid": ("True", text)})
    found = decide(facts, rules=rules)["aid"]
    assert (found.amount_fen, found.floor_fen, found.ceiling_fen) == (value, floor, ceiling)


def test_the_amount_of_another_rule_is_nothing_where_that_rule_does_not_hold():
    rules = book({"base": ("father.dead", "1000"), "extra": ("True", "top_up(param.standard, amount(base))")})
    assert decide({"father.dead": False}, rules=rules)["extra"].amount_fen == 148_400
    assert decide({"father.dead": True}, rules=rules)["extra"].amount_fen == 147_400
    found = decide({}, rules=rules)["extra"]
    assert (found.amount_fen, found.floor_fen, found.ceiling_fen) == (None, 147_400, 148_400)
    assert names(found) == {"father.dead"}


BOOLEANS = [f"{owner}.{name}" for owner in ("father", "mother") for name in ("dead", "missing", "imprisoned", "lost")]
TEXTS = st.recursive(
    st.sampled_from(BOOLEANS),
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda several: "(" + " and ".join(several) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda several: "(" + " or ".join(several) + ")"),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, known=st.dictionaries(st.sampled_from(BOOLEANS), st.booleans(), max_size=6))
def test_deciding_facts_are_exactly_those_that_can_change_the_result(text, known):
    """Against brute force over every completion of what is unknown."""
    rules = book({"any": text})
    found = decide(known, rules=rules)["any"]
    unknown = [name for name in BOOLEANS if name in text and name not in known]
    results = {}
    for number in range(2 ** len(unknown)):
        chosen = {name: bool(number >> place & 1) for place, name in enumerate(unknown)}
        results[number] = Evaluation(rules, state({**known, **chosen})).condition("any")
    matters = {
        name
        for place, name in enumerate(unknown)
        if any(results[number] != results[number ^ (1 << place)] for number in results)
    }
    if found.outcome is Outcome.UNDETERMINED:
        assert names(found) == matters
    else:
        assert set(results.values()) == {found.outcome is Outcome.YES}


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, known=st.dictionaries(st.sampled_from(BOOLEANS), st.booleans(), max_size=8), more=st.data())
def test_learning_more_never_turns_a_definite_answer_round(text, known, more):
    rules = book({"any": text})
    before = Evaluation(rules, state(known)).condition("any")
    extra = more.draw(st.dictionaries(st.sampled_from(BOOLEANS), st.booleans(), max_size=8))
    after = Evaluation(rules, state({**extra, **known})).condition("any")
    assert before is None or before == after


@settings(max_examples=100, deadline=None)
@given(aid=st.integers(0, 500_000), dead=st.booleans())
def test_bounds_hold_for_every_completion(aid, dead):
    rules = book(
        {"aid": ("father.dead", "highest(top_up(param.standard, child.aid_fen), percent(child.aid_fen, param.share))")}
    )
    open_answer = decide({}, rules=rules)["aid"]
    full = decide({"father.dead": dead, "child.aid_fen": aid}, rules=rules)["aid"]
    assert open_answer.floor_fen <= full.amount_fen <= open_answer.ceiling_fen


def test_parameters_of_another_place_give_another_answer():
    rules = book(
        {"aid": ("True", "param.standard")}, parameters={**PARAMETERS, "standard": parameter("standard", 135_000)}
    )
    assert decide({}, rules=rules)["aid"].amount_fen == 135_000


@pytest.mark.parametrize("kept", [0, 1_000_000])
def test_what_would_decide_for_a_child_does_not_depend_on_who_was_asked_before(monkeypatch, kept):
    monkeypatch.setattr(atoms, "MOST_KEPT", kept)
    told = {**BORN, **parent("father", dead=True), **parent("mother", imprisoned=True), "child.aid_fen": 0}
    shared = replace(UNATTENDED)
    for left_out in (set(), *({name} for name in told), set(told), {"father.dead", "mother.dead"}, {"mother.lost"}):
        facts = {name: value for name, value in told.items() if name not in left_out}
        assert decide(facts, rules=shared) == decide(facts, rules=replace(UNATTENDED))
