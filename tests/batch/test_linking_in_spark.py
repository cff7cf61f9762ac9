"""Spark finds and compares the same candidates as DuckDB: a linking by either leaves the same files."""

from __future__ import annotations

import pytest

from ciyou.batch.engines.rule_runners import engine_problems
from ciyou.batch.reading import link_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import Settings
from ciyou.batch.synth import synthesize
from ciyou.batch.synth.delivery import DEFAULT_AS_OF

WEIGHED_LEVELS = {"weighed", "name_birth_guardian_name", "birth_guardian_id", "same_id_and_name"}


# Some seventy statements over a few hundred rows: what they cost is compiling, so nothing is compiled that is used once.
QUICK = "--conf spark.sql.codegen.wholeStage=false --conf spark.sql.codegen.factoryMode=NO_CODEGEN --conf spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1"


def test_spark_and_duckdb_put_the_same_records_together_and_ask_the_same(tmp_path, monkeypatch):
    lacking = engine_problems("spark")
    if lacking:
        pytest.skip(" ".join(problem.text("en") for problem in lacking))
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", f"{QUICK} pyspark-shell")
    synthesize(out=tmp_path / "rosters", children=150, noise=2.5, seed=83)
    runs = {
        engine: link_folder(
            tmp_path / "rosters",
            out=tmp_path / engine,
            settings=Settings(as_of=DEFAULT_AS_OF, link_engine=engine),
            record=RunRecord(watch_nothing),
        )
        for engine in ("duckdb", "spark")
    }
    assert runs["spark"]["settings"]["link_engine"] == "spark"
    assert set(runs["duckdb"]["links"]) >= WEIGHED_LEVELS  # otherwise there was too little to agree on
    files = sorted(path.name for path in (tmp_path / "duckdb").glob("*.parquet"))
    assert {"links.parquet", "people.parquet", "review.parquet", "standing_judged.parquet"} <= set(files)
    for name in files:
        assert (tmp_path / "spark" / name).read_bytes() == (tmp_path / "duckdb" / name).read_bytes(), name
