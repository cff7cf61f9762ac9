"""Small cells are withheld, and nothing that is published gives them away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ciyou.core.indicators.suppression import suppress_column, suppress_table


def _shown(column):
    return {key: cell.count for key, cell in column.cells.items()}


def test_a_count_below_five_is_withheld_and_a_second_one_with_it_so_that_the_total_does_not_tell():
    column = suppress_column({"a": 3, "b": 8, "c": 40}, threshold=5)
    assert _shown(column) == {"a": None, "b": None, "c": 40}
    assert column.total.count == 51


def test_two_small_counts_that_cover_each_other_take_no_third():
    assert _shown(suppress_column({"a": 3, "b": 4, "c": 40}, threshold=5)) == {"a": None, "b": None, "c": 40}


def test_two_small_counts_whose_sum_is_small_take_a_third():
    assert _shown(suppress_column({"a": 1, "b": 2, "c": 40, "d": 50}, threshold=5)) == {
        "a": None,
        "b": None,
        "c": None,
        "d": 50,
    }


def test_a_small_total_is_withheld_too():
    column = suppress_column({"a": 3, "b": 0}, threshold=5)
    assert column.total.withheld
    assert column.cells["a"].withheld


def test_zero_and_counts_from_five_on_are_published():
    column = suppress_column({"a": 0, "b": 5, "c": 6}, threshold=5)
    assert _shown(column) == {"a": 0, "b": 5, "c": 6}
    assert column.total.count == 11


def test_a_row_that_a_column_does_not_name_counts_nothing():
    table = suppress_table(["a", "b"], {"orphan": {"a": 9}}, threshold=5)
    assert _shown(table["orphan"]) == {"a": 9, "b": 0}


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 30), min_size=1, max_size=12))
def test_no_small_count_can_be_derived_from_what_is_published(counts):
    column = suppress_column(counts, threshold=5)
    shown = [cell.count for cell in column.cells.values() if cell.count is not None]
    assert not any(0 < count < 5 for count in shown)
    hidden = len(counts) - len(shown)
    if hidden and not column.total.withheld:
        assert hidden > 1
        assert column.total.count - sum(shown) >= 5
