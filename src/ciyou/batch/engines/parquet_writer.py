"""A Parquet file written piece by piece, so that no table of a whole population has to fit into memory."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 50_000


class TableWriter:
    """Appends Arrow tables of one schema, sorted by its first column, to one file; equal tables in equal order give an equal file.

    A table is written while the next one is made: two are in memory, and what fails is raised by the next call or at the end.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._hand = ThreadPoolExecutor(max_workers=1)
        self._writing: Future[None] | None = None
        self.rows = 0

    def __enter__(self) -> TableWriter:
        return self

    def write(self, table: pa.Table) -> None:
        """Append a table; the first one sets the schema, an empty one writes nothing."""
        if self._writer is None:
            self._schema = table.schema
            # The file says what its columns are, not how this process held them: rows taken over from it keep their numbered texts.
            # Of the columns by which nothing is sorted, statistics rule out no rows, and are a quarter of the cost of writing.
            self._writer = pq.ParquetWriter(
                self._path,
                self._schema,
                compression="zstd",
                store_schema=False,
                write_statistics=self._schema.names[:1],
            )
        self._wait()
        self._writing = self._hand.submit(_append, self._writer, table.cast(self._schema))
        self.rows += table.num_rows

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hand.shutdown()
        if self._writer is not None:
            self._writer.close()
        if error is None:
            self._wait()


def _append(writer: pq.ParquetWriter, table: pa.Table) -> None:
    for first in range(0, table.num_rows, ROW_GROUP_ROWS):
        rows = table.slice(first, ROW_GROUP_ROWS)
        writer.write_table(pa.table([_narrow(column) for column in rows.columns], table.schema))


def _narrow(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbered texts with only those between the first and the last that these rows name.

    A row group is written with all texts of its column: of a whole range's people, that would be most of the file.
    """
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.chunked_array([_narrowed(chunk) for chunk in column.chunks], column.type)


def _narrowed(texts: pa.DictionaryArray) -> pa.DictionaryArray:
    named = pc.min_max(texts.indices)
    first, last = named["min"], named["max"]
    if not first.is_valid:
        return texts
    between = texts.dictionary.slice(first.as_py(), last.as_py() - first.as_py() + 1)
    return pa.DictionaryArray.from_arrays(pc.subtract(texts.indices, first), between)
