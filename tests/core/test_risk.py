"""Risk: what answers propose, that an unknown is no zero, and which interval holds for whom."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from ciyou.core.risk import (
    NOT_ASSESSED,
    UNKNOWN,
    Indicator,
    IndicatorSet,
    RiskAnswer,
    Tier,
    VisitInterval,
    due_day,
    propose,
    shortest_interval,
)

D = dt.date


def answers(*points, at_least=""):
    made = [RiskAnswer(f"a{number}", "答", "an answer", number) for number in points]
    return (*made[:-1], RiskAnswer(f"a{points[-1]}", "答", "an answer", points[-1], at_least))


TIERS = (
    Tier("low", "低", "Low", "green", 0),
    Tier("middle", "中", "Middle", "yellow", 3),
    Tier("high", "高", "High", "red", 6),
)
SET = IndicatorSet(
    tiers=TIERS,
    indicators=(
        Indicator("health", "child", "身体", "Health", answers(0, 2, 3)),
        Indicator("alone", "guardianship", "独居", "Alone", answers(0, 1, at_least="high"), to_age=16),
        Indicator("home", "surroundings", "住处", "Home", answers(0, 1, 3)),
    ),
    unknown_points=1,
)
BEST = {"health": "a0", "alone": "a0", "home": "a0"}


def proposed(age=10, **said):
    return propose(SET, BEST | said, age=age)


def test_a_threshold_belongs_to_the_higher_tier():
    assert (proposed(health="a2").tier, proposed(health="a2").points) == ("low", 2)
    assert (proposed(health="a3").tier, proposed(health="a3").points) == ("middle", 3)
    assert proposed(health="a3", home="a3").tier == "high"


def test_an_answer_of_danger_proposes_its_tier_whatever_the_total():
    found = proposed(alone="a1")
    assert (found.tier, found.points, found.raised_by) == ("high", 1, ("alone",))


def test_unknown_counts_points_and_leaves_the_tier_open_between_the_two_ends():
    found = proposed(health=UNKNOWN)
    assert (found.points, found.tier, found.lowest, found.highest) == (1, "low", "low", "middle")
    assert (found.unknown, found.is_certain) == (("health",), False)


def test_nothing_known_is_never_as_good_as_everything_well():
    nothing, well = propose(SET, {}, age=10), proposed()
    assert nothing.points > well.points
    assert (nothing.tier, nothing.highest) == ("middle", "high")
    assert (well.tier, well.highest, well.unknown) == ("low", "low", ())


def test_what_does_not_concern_an_age_is_neither_asked_nor_counted():
    assert [one.code for one in SET.asked_of(16)] == ["health", "home"]
    assert [one.code for one in SET.asked_of(None)] == ["health", "alone", "home"]
    assert propose(SET, {"alone": "a1", "health": "a0", "home": "a0"}, age=16).tier == "low"


said = st.fixed_dictionaries(
    {one.code: st.sampled_from([UNKNOWN, *(answer.code for answer in one.answers)]) for one in SET.indicators}
)


@given(said=said, age=st.integers(0, 17), data=st.data())
def test_finding_out_an_unknown_never_leads_outside_the_two_ends(said, age, data):
    before = propose(SET, said, age=age)
    learned = said | {
        one.code: data.draw(st.sampled_from([answer.code for answer in one.answers]))
        for one in SET.indicators
        if one.code in before.unknown
    }
    after = propose(SET, learned, age=age)
    assert after.is_certain
    assert SET.rank(before.lowest) <= SET.rank(after.tier) <= SET.rank(before.highest)
    assert SET.rank(before.lowest) <= SET.rank(before.tier) <= SET.rank(before.highest)


def row(code, days, *tiers, of=()):
    return VisitInterval(code, "走访", "Visit", days, tiers, of, policy_default=True, verified=False)


ROWS = (row("high", 7, "high"), row("low", 90, "low"), row("orphan", 30, of=("orphan",)), row("none", 60, NOT_ASSESSED))


def test_of_all_rows_that_concern_a_child_the_shortest_holds():
    assert shortest_interval(ROWS, tier="high", rules=frozenset({"orphan"})).code == "high"
    assert shortest_interval(ROWS, tier="low", rules=frozenset({"orphan"})).code == "orphan"
    assert shortest_interval(ROWS, tier="low", rules=frozenset({"left_behind"})).code == "low"
    assert shortest_interval(ROWS, tier=NOT_ASSESSED, rules=frozenset()).code == "none"
    assert shortest_interval(ROWS, tier="middle", rules=frozenset()) is None


def test_a_visit_that_should_have_been_is_due_today_and_not_in_the_past():
    assert due_day(ROWS[0], since=D(2026, 11, 20), today=D(2026, 11, 21)) == D(2026, 11, 27)
    assert due_day(ROWS[0], since=D(2026, 11, 1), today=D(2026, 11, 21)) == D(2026, 11, 21)
