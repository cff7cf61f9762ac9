"""The work database of a run: one DuckDB file that joins and groups more rows than fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

FETCH_ROWS = 50_000
ROW_GROUP_ROWS = 50_000
# Beyond this DuckDB spills to the work folder. It bounds the buffers, not every allocation: the process stays below about twice this.
MEMORY_LIMIT_MB = 700
THREADS = 2
# A fingerprint means the same only in one version of what makes it.
FINGERPRINTS = f"duckdb-{duckdb.__version__}"


class Store:
    """Tables on disk, SQL over them, and Parquet in and out. Every result that leaves it carries its own ORDER BY."""

    def __init__(self, folder: Path, *, memory_limit_mb: int = MEMORY_LIMIT_MB, threads: int = THREADS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._file = folder / "work.duckdb"
        self._connection = duckdb.connect(
            str(self._file),
            config={
                "memory_limit": f"{memory_limit_mb}MB",
                "threads": threads,
                "temp_directory": str(folder / "spill"),
                "preserve_insertion_order": "false",
            },
        )
        self._connection.execute("SET enable_progress_bar = false")

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def run(self, *statements: str) -> None:
        """Run statements that return nothing."""
        for statement in statements:
            self._connection.execute(statement).fetchall()

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of a small result."""
        return self._connection.execute(query, list(parameters)).fetchall()

    def number(self, query: str) -> int:
        """The only number of a one-row result."""
        found = self.rows(query)[0][0]
        return int(found) if isinstance(found, (int, float)) else 0

    def stream(self, query: str) -> Iterator[tuple[object, ...]]:
        """The rows of a large result, a batch at a time, on a cursor of its own."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(query)
            while batch := cursor.fetchmany(FETCH_ROWS):
                yield from batch
        finally:
            cursor.close()

    def arrow(self, query: str) -> pa.Table:
        """A result that fits into memory, as an Arrow table."""
        return self._connection.sql(query).to_arrow_table()

    def create(self, name: str, query: str) -> None:
        """Make or replace a table from a query."""
        self.run(f"CREATE OR REPLACE TABLE {name} AS {query}")

    def empty(self, name: str, columns: Mapping[str, str]) -> None:
        """Make or replace an empty table with these columns and SQL types."""
        listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self.run(f"CREATE OR REPLACE TABLE {name} ({listed})")

    def append(self, name: str, rows: Sequence[Sequence[object]]) -> None:
        """Add rows to a table, in the order of its columns."""
        if not rows:
            return
        columns = [pa.array(values) for values in zip(*rows, strict=True)]
        batch = pa.table(columns, names=[f"c{number}" for number in range(len(columns))])
        cursor = self._connection.cursor()
        cursor.register("appended_rows", batch)
        cursor.execute(f"INSERT INTO {name} SELECT * FROM appended_rows").fetchall()
        cursor.close()

    def append_arrow(self, name: str, batch: pa.Table) -> None:
        """Add an Arrow table to a table, matching columns by name."""
        cursor = self._connection.cursor()
        cursor.register("appended_rows", batch)
        cursor.execute(f"INSERT INTO {name} BY NAME SELECT * FROM appended_rows").fetchall()
        cursor.close()

    def drop(self, *names: str) -> None:
        """Drop tables that are needed no more."""
        for name in names:
            self.run(f"DROP TABLE IF EXISTS {name}")

    def write_parquet(self, query: str, path: Path) -> None:
        """Write the result of a query that ends in a total ORDER BY, so that equal input gives an equal file.

        One thread writes: with several, the borders of row groups would depend on timing.
        """
        self.run(
            "SET preserve_insertion_order = true",
            "SET threads = 1",
            f"COPY ({query}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_ROWS})",
            f"SET threads = {THREADS}",
            "SET preserve_insertion_order = false",
        )

    def parquet_columns(self, path: Path) -> dict[str, str]:
        """The columns of a Parquet file and their SQL types."""
        return {
            str(row[0]): str(row[1]) for row in self.rows(f"DESCRIBE SELECT * FROM read_parquet({quoted(str(path))})")
        }


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
