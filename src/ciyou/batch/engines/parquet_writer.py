"""A Parquet file written piece by piece, so that no table of a whole population has to fit into memory."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 50_000


class TableWriter:
    """Appends Arrow tables of one schema to one file; equal tables in equal order give an equal file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def __enter__(self) -> TableWriter:
        return self

    def write(self, table: pa.Table) -> None:
        """Append a table; the first one sets the schema, an empty one writes nothing."""
        if self._writer is None:
            self._schema = table.schema
            # The file says what its columns are, not how this process held them: rows taken over from it keep their numbered texts.
            self._writer = pq.ParquetWriter(self._path, self._schema, compression="zstd", store_schema=False)
        if table.num_rows:
            self._writer.write_table(table.cast(self._schema), row_group_size=ROW_GROUP_ROWS)
            self.rows += table.num_rows

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()
