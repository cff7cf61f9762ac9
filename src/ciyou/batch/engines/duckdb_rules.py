"""The rules of a book in DuckDB: the same steps as the Polars engine takes, written as SQL."""

from __future__ import annotations

import duckdb
import polars as pl

from ciyou.batch.engines.polars_rules import RuleProgram
from ciyou.batch.engines.sql_rules import DUCKDB, write_query


def decide_in_duckdb(program: RuleProgram, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every output of the program added, as `RuleProgram.apply` gives it, computed by DuckDB."""
    missing = [name for name in program.columns_needed if name not in frame.columns]
    whole = frame.with_columns(pl.lit(None, dtype=program.schema[name]).alias(name) for name in missing)
    query = write_query(program.program, source="wide", keep=tuple(frame.columns), dialect=DUCKDB)
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        connection.register("wide", whole.to_arrow())
        answers: pl.DataFrame = connection.sql(query).pl()
    return answers
