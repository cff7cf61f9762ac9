"""Tables of a run made by Spark: lent, made and fetched as Parquet files. Needs PySpark and Java; nothing else imports this.

The files lie in the run's work folder, which every executor must reach, as in `spark_rules`. Nothing is computed in Python there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from shutil import rmtree

from pyspark.sql import DataFrame, SparkSession

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.engines.spark_rules import spark_session

_WORDS = ((re.compile(r"//"), "DIV"), (re.compile(r"\bhash\("), "xxhash64("))
"""What Spark says otherwise."""
_FUNCTIONS = (
    r"regexp_full_match(value STRING, pattern STRING) RETURNS BOOLEAN RETURN value RLIKE concat('^(?:', pattern, r')\z')",
)
"""What Spark has no function for."""
_SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    # Tables are of all sizes, and most are small: how many parts a step has, and which side of a join is sent to all, is told by what came.
    "spark.sql.adaptive.enabled": "true",
}
_LOCAL_PARTS = 4
"""Parts for each processor where Spark runs in this machine's own; a cluster says by its own settings how many it wants."""


@contextmanager
def open_spark_workers(store: Store) -> Iterator[SparkWorkers]:
    """Workers with a session of their own; what they keep on disk goes with it."""
    folder = store.folder / "spark"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with spark_session(folder) as running:
            yield SparkWorkers(running.newSession(), store, folder)
    finally:
        rmtree(folder, ignore_errors=True)


class SparkWorkers:
    """Every table is a folder of Parquet files of its own, and a view by the table's name."""

    def __init__(self, session: SparkSession, store: Store, folder: Path) -> None:
        self._session, self._store, self._folder = session, store, folder
        self._places: dict[str, Path] = {}
        self._numbers = count(1)
        for name, value in _SETTINGS.items():
            session.conf.set(name, value)
        context = session.sparkContext
        if context.master.startswith("local"):
            session.conf.set("spark.sql.shuffle.partitions", str(_LOCAL_PARTS * context.defaultParallelism))
        for function in _FUNCTIONS:
            session.sql(f"CREATE OR REPLACE TEMPORARY FUNCTION {function}")

    def lend(self, *names: str) -> None:
        """Write tables of the run's database where Spark reads them."""
        for name in names:
            place = self._next_place(name)
            place.mkdir(mode=0o700)
            self._store.run(f"COPY {name} TO {quoted(str(place / 'lent.parquet'))} (FORMAT parquet)")
            self._show(name, place, self._session.read.parquet(str(place)))

    def create(self, name: str, query: str) -> None:
        """Make or replace a table from a query."""
        place = self._next_place(name)
        made = self._session.sql(in_sparks_words(query))
        made.write.parquet(str(place))
        self._show(name, place, self._session.read.schema(made.schema).parquet(str(place)))

    def add(self, name: str, query: str) -> None:
        """Add the rows of a query to a table."""
        schema, place = self._session.table(name).schema, self._places[name]
        added = self._session.sql(in_sparks_words(query)).toDF(*schema.names)
        added.write.mode("append").parquet(str(place))
        self._show(name, place, self._session.read.schema(schema).parquet(str(place)))

    def fetch(self, *names: str) -> None:
        """Read what Spark wrote into the run's database."""
        for name in names:
            self._store.create(name, f"SELECT * FROM read_parquet({quoted(f'{self._places[name]}/*.parquet')})")

    def drop(self, *names: str) -> None:
        """Drop tables that are needed no more, there and in the run's database."""
        for name in names:
            self._session.catalog.dropTempView(name)
            self._remove(self._places.pop(name, None))
        self._store.drop(*names)

    def _next_place(self, name: str) -> Path:
        return self._folder / f"{next(self._numbers)}-{name}"

    def _show(self, name: str, place: Path, table: DataFrame) -> None:
        table.createOrReplaceTempView(name)
        earlier, self._places[name] = self._places.get(name), place
        if earlier != place:
            self._remove(earlier)

    @staticmethod
    def _remove(place: Path | None) -> None:
        if place is not None:
            rmtree(place, ignore_errors=True)


def in_sparks_words(query: str) -> str:
    """A query of the shared SQL (see `workers`) as Spark wants it."""
    for word, other in _WORDS:
        query = word.sub(other, query)
    return query
