"""Decisions of people about pairs of records: how many looks settle one, what clusters become, and what the sample says of a roster."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ciyou.core.linkage.decided_clusters import (
    OTHER_DECISION,
    SAME_NUMBER,
    TWO_NUMBERS,
    TWO_RECORDS,
    Held,
    Said,
    apply_said,
)
from ciyou.core.linkage.marked_differences import marked, marked_numbers
from ciyou.core.linkage.roster_quality import Judged, roster_quality
from ciyou.core.linkage.verdicts import Stand, Verdict, settle

SAME, DIFFERENT, CANNOT = Verdict.SAME, Verdict.DIFFERENT, Verdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("looks", "linked", "money", "stand", "verdict"),
    [
        ((), False, True, Stand.OPEN, None),
        ((SAME,), False, False, Stand.SETTLED, SAME),
        ((SAME,), False, True, Stand.SECOND, None),
        ((DIFFERENT,), False, True, Stand.SETTLED, DIFFERENT),
        ((DIFFERENT,), True, True, Stand.SECOND, None),
        ((SAME,), True, True, Stand.SETTLED, SAME),
        ((CANNOT,), False, True, Stand.SETTLED, CANNOT),
        ((SAME, SAME), False, True, Stand.SETTLED, SAME),
        ((SAME, DIFFERENT), False, True, Stand.DISPUTED, None),
        ((SAME, CANNOT), False, True, Stand.DISPUTED, None),
        ((SAME, DIFFERENT, DIFFERENT), False, True, Stand.SETTLED, DIFFERENT),
        ((SAME, DIFFERENT, CANNOT), False, True, Stand.SETTLED, CANNOT),
    ],
)
def test_what_would_move_money_needs_two_who_agree(looks, linked, money, stand, verdict):
    found = settle(looks, linked=linked, moves_money=money)
    assert (found.stand, found.verdict) == (stand, verdict)


def held(record, cluster, *, firmness=80, by_number=False, sole=""):
    return Held(record, cluster, firmness, by_number, sole)


def test_two_loose_clusters_become_the_smaller_ones_and_a_numbers_cluster_keeps_its_number():
    found = apply_said([held(1, -1), held(4, -4), held(5, -4)], [Said(1, 5, True)])
    assert (found.moves, found.joined) == ({4: -1, 5: -1}, {1, 5})
    found = apply_said([held(1, -1), held(2, 77, by_number=True)], [Said(1, 2, True)])
    assert (found.moves, found.joined) == ({1: 77}, {1})


def test_the_weaker_record_leaves_and_never_the_one_that_names_the_cluster():
    records = [held(1, 77, by_number=True, firmness=100), held(2, 77, firmness=65), held(3, 77, firmness=85)]
    assert apply_said(records, [Said(2, 3, False)]).moves == {2: -2}
    assert apply_said([held(1, -1, firmness=60), held(2, -1)], [Said(1, 2, False)]).moves == {2: -2}


@pytest.mark.parametrize(
    ("records", "said", "why"),
    [
        ([held(1, 7, by_number=True), held(2, 7, by_number=True)], [Said(1, 2, False)], SAME_NUMBER),
        ([held(1, 7, by_number=True), held(2, 8, by_number=True)], [Said(1, 2, True)], TWO_NUMBERS),
        ([held(1, -1), held(2, 8)], [Said(1, 2, True, guardian=9), Said(1, 2, True)], TWO_NUMBERS),
        ([held(1, -1, sole="x"), held(2, -2, sole="x"), held(3, -2)], [Said(1, 3, True)], TWO_RECORDS),
        (
            [held(1, -1), held(2, -2), held(3, -3)],
            [Said(1, 2, True), Said(2, 3, True), Said(1, 3, False)],
            OTHER_DECISION,
        ),
    ],
)
def test_what_evidence_forbids_is_told_and_not_done(records, said, why):
    found = apply_said(records, said)
    assert [one.why for one in found.against] == [why]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_in_any_order_decisions_give_the_same_and_break_nothing(data):
    count = data.draw(st.integers(2, 9))
    # Clusters of neighbors; every third bears a number, and records of it are its own or not.
    records = [
        held(
            n,
            100 + n // 3 if (n // 3) % 2 else -(3 * (n // 3) or 3 * count),
            by_number=data.draw(st.booleans()) and (n // 3) % 2 == 1,
        )
        for n in range(count)
    ]
    said = data.draw(
        st.lists(st.builds(Said, st.integers(0, count - 1), st.integers(0, count - 1), st.booleans()), max_size=8)
    )
    said = [one for one in said if one.a != one.b]
    found, again = apply_said(records, said), apply_said(records[::-1], said[::-1])
    assert found == again
    cluster = {one.record: found.moves.get(one.record, one.cluster) for one in records}
    for one in records:
        assert not one.by_number or cluster[one.record] == one.cluster
    told = {one.said for one in found.against}
    for one in said:
        together = cluster[one.a] == cluster[one.b]
        contrary = Said(one.a, one.b, not one.same) in said or Said(one.b, one.a, not one.same) in said
        assert one in told or contrary or together == one.same


def test_a_sample_without_a_mistake_still_leaves_room_for_some():
    found = roster_quality(
        {"number": 900, "other": 100}, {"number": Judged(20), "other": Judged(9, 1)}, missed=Judged(4, 16), waiting=0
    )
    assert found.precision.value == pytest.approx(0.99)
    assert found.precision.low == pytest.approx(0.9 * 0.8389 + 0.1 * 0.5958, abs=0.001)
    assert found.recall.value == pytest.approx(990 / 994)


def test_pairs_that_wait_widen_recall_to_both_sides_and_no_sample_is_no_value():
    found = roster_quality({"other": 100}, {"other": Judged(10)}, missed=Judged(1, 1), waiting=20)
    assert found.recall.value == pytest.approx(100 / 111)
    assert found.recall.low == pytest.approx(72.25 / (72.25 + 21), abs=0.001)
    assert found.recall.high == pytest.approx(100 / 101)
    nothing = roster_quality({"other": 100}, {}, missed=Judged(), waiting=0)
    assert (nothing.precision.value, nothing.precision.low, nothing.precision.high) == (None, 0.0, 1.0)
    assert nothing.recall.value is None


def words(pieces):
    return "".join(f"[{one.text}]" if one.differs else one.text for one in pieces)


def test_what_differs_is_marked_and_a_silent_side_contradicts_nothing():
    assert [words(one) for one in marked("王浩宇", "王皓宇")] == ["王[浩]宇", "王[皓]宇"]
    assert [words(one) for one in marked("扎西卓玛", "扎西")] == ["扎西[卓玛]", "扎西"]
    assert [words(one) for one in marked("王浩宇", "")] == ["王浩宇", ""]


def test_of_numbers_only_what_differs_can_be_read_between_both_ends():
    first, second = marked_numbers("513322201607080331", "513322201607180331")
    assert (words(first), words(second)) == ("513322******[0]*0331", "513322******[1]*0331")
    other = [words(one) for one in marked_numbers("513322201607080331", "420101198512240123")]
    assert other == ["[513322********0331]", "[420101********0123]"]
    assert words(marked_numbers("513322201607080331", "")[0]) == "513322********0331"
    assert words(marked_numbers("13800001234", "13800001234")[0]) == "138****1234"
    assert all(one.text for one in first) and not any(a.differs and b.differs for a, b in pairwise(first))
