"""Tables that are written piece by piece."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ciyou.batch.engines.parquet_writer import ROW_GROUP_ROWS, TableWriter
from ciyou.batch.engines.sorted_table import SortedTable

GROUPS, ROWS_OF_ONE = 8, 45


def test_taken_over_rows_are_written_with_the_texts_of_their_own_row_group_only(tmp_path: Path) -> None:
    people = [f"p{number // ROWS_OF_ONE:016x}" for number in range(GROUPS * ROW_GROUP_ROWS)]
    amounts = [None if number % 7 else number for number in range(len(people))]
    written = pa.table({"person_id": people, "amount_fen": pa.array(amounts, pa.int64())})
    first, again = tmp_path / "first.parquet", tmp_path / "again.parquet"
    with TableWriter(first) as writer:
        writer.write(written)
    taken = SortedTable(first, "person_id").through("q")
    assert pa.types.is_dictionary(taken.schema.field("person_id").type)

    with TableWriter(again) as writer:
        writer.write(taken)
        writer.write(taken.slice(0, 0))

    assert pq.read_table(again).equals(written)
    assert again.stat().st_size < 1.02 * first.stat().st_size


def test_a_column_of_nothing_but_unknown_texts_is_written(tmp_path: Path) -> None:
    said = pa.array([None, None], pa.string()).dictionary_encode()
    with TableWriter(tmp_path / "unknown.parquet") as writer:
        writer.write(pa.table({"person_id": ["p1", "p2"], "basis": said}))
    assert pq.read_table(tmp_path / "unknown.parquet")["basis"].to_pylist() == [None, None]


@pytest.mark.parametrize("tables", [1, 2])
def test_what_could_not_be_written_beside_other_work_is_raised(
    tables: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("The disk is full.")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", fails)
    rows = pa.table({"person_id": ["p1", "p2"]})
    with pytest.raises(OSError, match="full"), TableWriter(tmp_path / "lost.parquet") as writer:
        for _ in range(tables):
            writer.write(rows)
