"""What a fact would settle alone, and what only with others. Every number is worked out by hand."""

from __future__ import annotations

import pytest

from ciyou.core.rules.triage import OpenRule, Worth, add_up, span_of, worth_of_child

DEAD, TERM, DIBAO = "father.dead", "mother.imprisoned", "household.dibao"


def rule(*deciding, fen=0, category=False):
    return OpenRule(category, fen, frozenset(deciding))


def worth(rules, sources=None):
    return dict(worth_of_child(rules, sources or {}))


def test_a_fact_that_is_the_only_unknown_settles_category_and_money_alone():
    found = worth([rule(DEAD, category=True), rule(DEAD, fen=135_000)])
    assert found == {DEAD: Worth(1, 1, 1, 135_000, 0, 0, 0)}


def test_of_two_unknowns_neither_settles_anything_alone():
    found = worth([rule(DEAD, TERM, fen=135_000)])
    assert found == {DEAD: Worth(1, 0, 0, 0, 0, 1, 135_000), TERM: Worth(1, 0, 0, 0, 0, 1, 135_000)}


def test_a_roster_that_tells_both_settles_what_neither_fact_does():
    found = worth([rule(DEAD, TERM, fen=135_000)], {"roster:civil": frozenset({DEAD, TERM, DIBAO})})
    assert found["roster:civil"] == Worth(1, 1, 0, 135_000, 0, 0, 0)


def test_a_roster_that_tells_one_of_two_settles_it_only_with_others():
    found = worth([rule(DEAD, TERM, fen=135_000)], {"roster:health": frozenset({DEAD})})
    assert found["roster:health"] == Worth(1, 0, 0, 0, 0, 1, 135_000)


def test_a_roster_that_tells_nothing_open_is_not_named():
    assert "roster:x" not in worth([rule(DEAD)], {"roster:x": frozenset({DIBAO})})


def test_amounts_that_exclude_each_other_are_not_added_the_largest_counts():
    found = worth([rule(DIBAO, fen=70_000), rule(DIBAO, fen=135_000), rule(DIBAO, TERM, fen=200_000)])
    assert (found[DIBAO].alone_fen, found[DIBAO].shared_fen) == (135_000, 200_000)


def test_an_amount_without_a_ceiling_is_counted_as_such_and_as_no_money():
    assert worth([rule(DEAD, fen=None)])[DEAD] == Worth(1, 1, 0, 0, 1, 0, 0)


def test_children_alike_are_counted_together():
    alike, other = frozenset({rule(DEAD, fen=100)}), frozenset({rule(DEAD, TERM, category=True)})
    assert add_up({alike: 3, other: 2}, {}) == {
        DEAD: Worth(5, 3, 0, 300, 0, 2, 0),
        TERM: Worth(2, 0, 0, 0, 0, 2, 0),
    }


@pytest.mark.parametrize(
    ("amounts", "months", "span"),
    [
        ((None, 0, 135_000), 1, 135_000),
        ((None, 35_000, 135_000), 1, 100_000),
        ((None, 0, 150_000), 12, 12_500),
        ((None, 0, None), 1, None),
        ((None, 0, 500_000), 0, 0),
        ((135_000, 135_000, 135_000), 1, 0),
    ],
)
def test_what_is_open_a_month_lies_between_floor_and_ceiling(amounts, months, span):
    amount, floor, ceiling = amounts
    assert span_of(amount_fen=amount, floor_fen=floor, ceiling_fen=ceiling, pays=True, months=months) == span
