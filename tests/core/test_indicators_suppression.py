"""Small cells are withheld, and nothing that is published gives them away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ciyou.core.indicators.suppression import suppress_column, suppress_table, withhold, withhold_over


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


def test_parts_of_one_sum_are_withheld_in_the_same_rows_so_that_no_part_is_the_difference():
    pattern = withhold([{"a": 40, "b": 30, "c": 50}, {"a": 2, "b": 9, "c": 0}], threshold=5)
    assert pattern.withheld == {"a", "b"}
    assert not pattern.total
    money = pattern.apply({"a": 5400, "b": 4050, "c": 6750})
    assert _shown(money) == {"a": None, "b": None, "c": 6750}
    assert money.total.count == 16_200


def test_a_small_total_of_one_part_withholds_the_totals_of_all():
    pattern = withhold([{"a": 40, "b": 30}, {"a": 2, "b": 0}], threshold=5)
    assert pattern.total


def test_over_several_months_whatever_one_of_them_withholds_is_withheld():
    """Else the quarter less two months would tell the third."""
    january, february = {"a": 3, "b": 8, "c": 40}, {"a": 20, "b": 20, "c": 20}
    assert withhold_over([[january], [february]], threshold=5).withheld == {"a", "b"}
    assert withhold_over([[february]], threshold=5).withheld == set()


_ROWS = "abcdefgh"


@given(st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=8), min_size=1, max_size=4))
def test_in_no_column_that_is_told_together_can_a_small_count_be_derived(numbers):
    length = min(map(len, numbers))
    columns = [dict(zip(_ROWS, counts[:length], strict=False)) for counts in numbers]
    pattern = withhold(columns, threshold=5)
    for counts in columns:
        assert not any(0 < counts[key] < 5 for key in counts if key not in pattern.withheld)
        hidden = sum(counts[key] for key in pattern.withheld)
        if pattern.withheld and not pattern.total:
            assert len(pattern.withheld) > 1
            assert hidden == 0 or hidden >= 5
            assert sum(counts.values()) == 0 or sum(counts.values()) >= 5
