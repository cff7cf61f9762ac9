"""Rosters as Parquet: every column as text."""

from __future__ import annotations

from collections.abc import Iterator
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


def read_parquet(path: Path, layout: Layout, *, file: str) -> Iterator[RowBatch]:
    """All rows in batches; rows count from 1, for there is no row of titles."""
    source = pq.ParquetFile(path)
    titles = source.schema_arrow.names
    wanted = {titles[index]: name for name, index in layout.positions}
    size, first = path.stat().st_size, 1
    total = max(source.metadata.num_rows, 1)
    for batch in source.iter_batches(BATCH_ROWS, columns=list(wanted)):
        columns = {wanted[title]: _texts(batch.column(title)) for title in batch.schema.names}
        numbers = list(range(first, first + batch.num_rows))
        first += batch.num_rows
        yield RowBatch(file, numbers, columns, [], size * (first - 1) // total)


def _texts(column: pa.Array) -> list[str]:
    try:
        text = pc.cast(column, pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return ["" if value is None else str(value) for value in column.to_pylist()]
    return [str(value) for value in pc.fill_null(text, "").to_pylist()]
