"""Rosters as Parquet: every column as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ciyou.batch.rosters.layout import Layout
from ciyou.batch.rosters.rows import BATCH_ROWS, RowBatch
from ciyou.core.errors import Place, Problem, RosterError


def parquet_titles(path: Path) -> list[str]:
    """The names of a file's columns; raises RosterError when it is no Parquet file."""
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise RosterError(
            Problem(
                Place(path.name),
                "roster.damaged_parquet",
                "文件损坏或不是 Parquet；请重新导出，或另存为 UTF-8 的 .csv。",
                "The file is damaged or no Parquet; export it again, or save it as UTF-8 .csv.",
            )
        ) from error


def read_record_batches(path: Path, layout: Layout) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The file in batches, each with the number of its first row, counted from 1: there is no row of titles."""
    source = pq.ParquetFile(path)
    titles = source.schema_arrow.names
    first = 1
    for batch in source.iter_batches(BATCH_ROWS, columns=[titles[index] for _, index in layout.positions]):
        yield first, batch
        first += batch.num_rows


def rows_of_record_batch(
    batch: pa.RecordBatch, layout: Layout, titles: Sequence[str], *, first: int, file: str
) -> RowBatch:
    """A batch of a Parquet file as text; `titles` are all titles of the file."""
    columns = {name: _texts(batch.column(titles[index])) for name, index in layout.positions}
    return RowBatch(file, list(range(first, first + batch.num_rows)), columns, [])


def _texts(column: pa.Array) -> list[str]:
    try:
        text = pc.cast(column, pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return ["" if value is None else str(value) for value in column.to_pylist()]
    found: list[str] = pc.fill_null(text, "").to_pylist()
    return found
