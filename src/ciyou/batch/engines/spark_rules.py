"""The rules of a book in Spark: the same steps as every engine takes, as SQL. Needs PySpark and Java; nothing else imports this.

Frames go in and answers come out as Parquet files in the work folder, which every executor must reach: one machine, or a
folder that all machines of a cluster share. Nothing is computed in Python there, so executors need none of our code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import polars as pl
from pyspark.sql import SparkSession

from ciyou.batch.engines.polars_rules import RuleProgram
from ciyou.batch.engines.rule_runners import split_rows
from ciyou.batch.engines.sql_rules import SPARK, write_query

MASTER_VARIABLE = "CIYOU_SPARK_MASTER"
"""The cluster to use, as Spark writes it (`spark://host:7077`); without it, Spark runs in this machine's processors."""
_LOCAL = "local[*]"
_ROW, _FRAME = "ciyou__row", "ciyou__frame"
_SETTINGS = {
    "spark.app.name": "ciyou",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    # A wrong cast or an overflow is an error, as in the other engines, never a silent null.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    # The plan is long and the rules are columns of one table: telling the plan costs more than any change of it gains.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.maxPlanStringLength": "1000",
}


@contextmanager
def spark_session(work: Path, *, master: str | None = None) -> Iterator[SparkSession]:
    """A session of Spark that keeps what it spills in `work`, stopped at the end; one that this process has open is used as it is."""
    running = SparkSession.getActiveSession()
    if running is not None:
        yield running
        return
    chosen = master or os.environ.get(MASTER_VARIABLE, _LOCAL)
    builder = SparkSession.builder.master(chosen)
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    builder = builder.config("spark.local.dir", str(work / "spill")).config(
        "spark.sql.warehouse.dir", str(work / "none")
    )
    if chosen.startswith("local"):
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def open_spark_runner(work: Path) -> Iterator[SparkRunner]:
    """A runner with a session of its own."""
    folder = work / "spark"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with spark_session(folder) as session:
        yield SparkRunner(session, folder)


class SparkRunner:
    """Applies compiled rules in Spark: all frames of a call are one job, for a job costs more than its rows."""

    def __init__(self, session: SparkSession, folder: Path) -> None:
        self._session = session
        self._folder = folder

    def run(self, compiled: RuleProgram, frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """For each frame the program's outputs, row for row."""
        given, made = self._folder / "given.parquet", self._folder / "made"
        pl.concat(_numbered(compiled, frames)).write_parquet(given, compression="zstd")
        try:
            self._decide(compiled, given, made)
            answers = pl.read_parquet(made / "*.parquet").sort(_FRAME, _ROW)
        finally:
            given.unlink(missing_ok=True)
            rmtree(made, ignore_errors=True)
        return split_rows(answers.select(compiled.outputs), frames)

    def _decide(self, compiled: RuleProgram, given: Path, made: Path) -> None:
        self._session.read.parquet(str(given)).createOrReplaceTempView("ciyou_wide")
        query = write_query(compiled.program, source="ciyou_wide", keep=(_FRAME, _ROW), dialect=SPARK)
        self._session.sql(query).write.mode("overwrite").parquet(str(made))


def _numbered(compiled: RuleProgram, frames: Sequence[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The columns that the program reads (absent ones unknown, codes as text), with the place of every row."""
    for number, frame in enumerate(frames):
        missing = [name for name in compiled.columns_needed if name not in frame.columns]
        whole = frame.with_columns(pl.lit(None, dtype=compiled.schema[name]).alias(name) for name in missing)
        facts = whole.select(compiled.columns_needed).cast({pl.Enum: pl.String, pl.Categorical: pl.String})
        yield facts.with_row_index(_ROW).with_columns(pl.lit(number, dtype=pl.Int32).alias(_FRAME))
