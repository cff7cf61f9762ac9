"""Which engine applies the rules: Polars by default, DuckDB or Spark on request; all give the same answers in the same order."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from itertools import accumulate, pairwise
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol

import polars as pl

from ciyou.batch.engines.duckdb_rules import decide_in_duckdb
from ciyou.batch.engines.polars_rules import RuleProgram
from ciyou.core.errors import Place, Problem

RULES_ENGINES = ("polars", "duckdb", "spark")


class RuleRunner(Protocol):
    """Applies compiled rules to whole frames."""

    def run(self, compiled: RuleProgram, frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """For each frame of wide facts only the program's outputs, row for row. All frames have the same columns."""
        ...


class PolarsRunner:
    """All frames of a call by one plan of the Polars engine of this process: a plan of all rules costs more than some thousand rows."""

    def run(self, compiled: RuleProgram, frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """For each frame the program's outputs, row for row."""
        whole = _stacked(compiled, frames)
        return split_rows(compiled.apply(whole.lazy()).select(*compiled.outputs).collect(), frames)


class DuckdbRunner:
    """All frames of a call by one query of a DuckDB in memory."""

    def run(self, compiled: RuleProgram, frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """For each frame the program's outputs, row for row."""
        whole = _stacked(compiled, frames)
        return split_rows(decide_in_duckdb(compiled, whole).select(*compiled.outputs), frames)


def _stacked(compiled: RuleProgram, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """What the program reads of all frames, one below the other."""
    read = [name for name in compiled.columns_needed if name in frames[0].columns]
    return pl.concat([frame.select(read) for frame in frames])


def split_rows(answers: pl.DataFrame, frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """The rows of answers that belong to each frame, where the answers of all stand one below the other."""
    ends = [0, *accumulate(len(frame) for frame in frames)]
    return [answers.slice(first, last - first) for first, last in pairwise(ends)]


@contextmanager
def _in_this_process(runner: RuleRunner) -> Iterator[RuleRunner]:
    yield runner


def _in_spark(work: Path) -> AbstractContextManager[RuleRunner]:
    # Its module imports PySpark, which only those who ask for Spark have.
    opened: AbstractContextManager[RuleRunner] = resolve_name("ciyou.batch.engines.spark_rules:open_spark_runner")(work)
    return opened


_OPEN: Mapping[str, Callable[[Path], AbstractContextManager[RuleRunner]]] = {
    "polars": lambda _: _in_this_process(PolarsRunner()),
    "duckdb": lambda _: _in_this_process(DuckdbRunner()),
    "spark": _in_spark,
}


def open_runner(engine: str, *, work: Path) -> AbstractContextManager[RuleRunner]:
    """The runner of an engine; what it keeps on disk lies in `work`, a folder that its owner alone can read."""
    return _OPEN[engine](work)


def engine_problems(engine: str, *, instead: str = "--rules-engine polars") -> list[Problem]:
    """What an engine needs and this machine lacks, with what to install or use `instead`; none for an engine that can run."""
    if engine != "spark":
        return []
    found = []
    if find_spec("pyspark") is None:
        found.append(
            Problem(
                Place(),
                "run.engine_pyspark",
                f"引擎 spark 需要 PySpark，此环境没有；请安装：pip install --require-hashes -r requirements/spark.txt，或改用 {instead}。",
                "The engine spark needs PySpark, which is not installed here; install it with "
                f"`pip install --require-hashes -r requirements/spark.txt`, or use {instead}.",
            )
        )
    if not _has_java():
        found.append(
            Problem(
                Place(),
                "run.engine_java",
                f"引擎 spark 需要 Java 17 或更新版本，此机器没有找到；请安装（例如 Debian：apt install openjdk-17-jre-headless）或设置 JAVA_HOME，或改用 {instead}。",
                "The engine spark needs Java 17 or newer, and none was found; install it (on Debian: apt install "
                f"openjdk-17-jre-headless) or set JAVA_HOME, or use {instead}.",
            )
        )
    return found


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return (Path(home) / "bin" / "java").is_file() if home else shutil.which("java") is not None
