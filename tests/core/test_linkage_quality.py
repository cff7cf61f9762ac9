"""Pairwise quality, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ciyou.core.linkage.quality import PairCounts, count_mixed_clusters, count_pairs, wilson_interval

TRUTH = {"a1": "A", "a2": "A", "a3": "A", "b1": "B", "b2": "B", "c1": "C"}


def test_pairs_are_counted_over_whole_clusters():
    linked = {"a1": 1, "a2": 1, "a3": 2, "b1": 2, "b2": 3, "c1": 3}
    assert count_pairs(linked, TRUTH) == PairCounts(right=1, wrong=2, missed=3)


def test_perfect_linkage_has_no_wrong_and_no_missed_pair():
    found = count_pairs(TRUTH, TRUTH)
    assert found == PairCounts(4, 0, 0)
    assert (found.precision.value, found.recall.value, found.f1.value) == (1.0, 1.0, 1.0)


def test_a_record_linked_to_nobody_is_missed():
    assert count_pairs({"a1": 1, "a2": 1}, TRUTH) == PairCounts(1, 0, 3)


def test_hard_pairs_are_all_pairs_without_those_among_good_records():
    linked = {"a1": 1, "a2": 1, "a3": 2, "b1": 2, "b2": 3, "c1": 3}
    good = count_pairs(linked, TRUTH, among=["a1", "a2", "b1"])
    assert good == PairCounts(1, 0, 0)
    assert count_pairs(linked, TRUTH) - good == PairCounts(0, 2, 3)


def test_counts_of_several_sets_are_pooled():
    found = PairCounts(90, 10, 30) + PairCounts(10, 0, 0)
    assert found == PairCounts(100, 10, 30)
    assert found.precision.value == pytest.approx(0.9090909)
    assert found.recall.value == pytest.approx(0.7692307)
    assert found.f1.value == pytest.approx(0.8333333)


def test_the_wilson_interval_of_8_in_10_is_the_textbooks():
    found = wilson_interval(8, 10)
    assert (found.low, found.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_nothing_to_judge_has_no_value():
    found = PairCounts(0, 0, 0)
    assert (found.precision.value, found.precision.low, found.precision.high) == (None, 0.0, 1.0)
    assert found.f1.value is None


def test_clusters_of_more_than_one_person_are_mixed():
    assert count_mixed_clusters({"a1": 1, "a2": 1, "b1": 1, "b2": 2, "c1": 2}, TRUTH) == 2


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(successes, more):
    found = wilson_interval(successes, successes + more)
    assert found.value is not None
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 5)), st.integers(1, 3))
def test_right_wrong_and_missed_fit_the_brute_force_count(truth, step):
    linked = {record: len(record) % step for record in truth}
    records = sorted(truth)
    pairs = [(a, b) for i, a in enumerate(records) for b in records[i + 1 :]]
    together = [(linked[a] == linked[b], truth[a] == truth[b]) for a, b in pairs]
    assert count_pairs(linked, truth) == PairCounts(
        together.count((True, True)), together.count((True, False)), together.count((False, True))
    )
