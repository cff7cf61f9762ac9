"""Who makes the tables whose making costs the more the more records there are: the run's own database, or Spark beside it.

What is asked of workers is written once, in the SQL that DuckDB and Spark both understand: no `* REPLACE`, `EXCLUDE`, `LATERAL`, tuple `IN`,
alias in `WHERE`, `first(… ORDER BY …)` or `UPDATE`, `FILTER` with its `WHERE`; whole-number division as `//` and `hash(…)` are put into the
other's words. What only one of the two could compute (how names agree, logarithms, slips of a number) stays with the run's database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pkgutil import resolve_name
from typing import Protocol

from ciyou.batch.engines.duckdb_store import Store


class Workers(Protocol):
    """Make tables from tables that were lent to them or that they made."""

    def lend(self, *names: str) -> None:
        """Give them tables of the run's database as these stand now."""
        ...

    def create(self, name: str, query: str) -> None:
        """Make or replace a table from a query."""
        ...

    def add(self, name: str, query: str) -> None:
        """Add the rows of a query to a table that they made, in the order of its columns."""
        ...

    def fetch(self, *names: str) -> None:
        """Bring tables that they made into the run's database."""
        ...

    def drop(self, *names: str) -> None:
        """Drop tables that are needed no more, there and in the run's database."""
        ...


class OwnWorkers:
    """The run's database does it itself: nothing has to be brought anywhere."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def lend(self, *names: str) -> None:
        """Nothing: they stand there."""

    def create(self, name: str, query: str) -> None:
        """Make or replace a table from a query."""
        self._store.create(name, query)

    def add(self, name: str, query: str) -> None:
        """Add the rows of a query to a table."""
        self._store.run(f"INSERT INTO {name} {query}")

    def fetch(self, *names: str) -> None:
        """Nothing: they stand there."""

    def drop(self, *names: str) -> None:
        """Drop tables that are needed no more."""
        self._store.drop(*names)


@contextmanager
def _own(store: Store) -> Iterator[Workers]:
    yield OwnWorkers(store)


def open_workers(engine: str, store: Store) -> AbstractContextManager[Workers]:
    """The workers of an engine (`duckdb`, `spark`) for a run's database."""
    if engine == "duckdb":
        return _own(store)
    # Its module imports PySpark, which only those who ask for Spark have.
    opened: AbstractContextManager[Workers] = resolve_name("ciyou.batch.engines.spark_workers:open_spark_workers")(
        store
    )
    return opened
