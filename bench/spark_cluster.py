"""All rules on a standalone Spark cluster of two workers on this machine, beside Polars on the same children: equal figures, time told.

    .venv/bin/python -m bench.spark_cluster --rows 1000000 --folder bench/out/spark

The master and the workers are processes of the PySpark package (`make spark`; Java 17). Each worker has one processor. The job is
`agg` of rules_population.py: read, look up each division's parameters, decide every rule, sum and count the unknown of every
output. Told apart: starting (cluster and session), the first run (Java still compiles itself) and a second one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.rules_population import agg_in_polars, compiled, prepare

from ciyou.batch.engines.rule_runners import engine_problems
from ciyou.batch.engines.sql_rules import SPARK, write_query

HOST = "127.0.0.1"
WORKERS = 2
Figures = dict[str, tuple[int, int]]


@contextmanager
def cluster(work: Path) -> Iterator[str]:
    """A master and its workers, ended with what they started; gives the master's address."""
    port = free_port()
    with ExitStack() as ending:
        master = ["master.Master", "--host", HOST, "--port", str(port), "--webui-port", str(free_port())]
        ending.enter_context(part(master, work))
        wait_for(port)
        for number in range(WORKERS):
            worker = [
                "worker.Worker",
                "--host",
                HOST,
                "--cores",
                "1",
                "--memory",
                "2g",
                "--webui-port",
                str(free_port()),
            ]
            ending.enter_context(
                part([*worker, "--work-dir", str(work / f"worker{number}"), f"spark://{HOST}:{port}"], work)
            )
        yield f"spark://{HOST}:{port}"


@contextmanager
def part(command: list[str], work: Path) -> Iterator[None]:
    """One process of the cluster, in a group of its own, so that it ends with its children."""
    found = find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    home = Path(found.origin).parent
    name, *arguments = command
    settings = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST, "SPARK_WORKER_OPTS": "", "SPARK_LOG_DIR": str(work)}  # fmt: skip
    with (work / "cluster.log").open("ab") as log:
        process = subprocess.Popen(
            [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{name}", *arguments],
            env=settings, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until somebody listens, a minute at most."""
    for _ in range(240):
        with socket.socket() as asked:
            if asked.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.25)
    sys.exit("The master did not start; see cluster.log.")


def agg_in_spark(session: Any, folder: Path, work: Path) -> Figures:
    """Sum and number of unknowns of every output."""
    program, parameters = compiled(folder, with_intervals=False)
    parameters.write_parquet(work / "parameters.parquet")
    session.read.parquet(*map(str, sorted(folder.glob("part-*.parquet")))).createOrReplaceTempView("children")
    session.read.parquet(str(work / "parameters.parquet")).createOrReplaceTempView("places")
    joined = "(SELECT /*+ BROADCAST(places) */ * FROM children LEFT JOIN places USING (division)) AS wide"
    decided = write_query(program.program, source=joined, keep=(), dialect=SPARK)
    tallies = ", ".join(f"sum(CAST(`{name}` AS BIGINT)), count_if(`{name}` IS NULL)" for name in program.outputs)
    row = session.sql(f"SELECT {tallies} FROM ({decided})").collect()[0]
    return {name: (row[2 * number], row[2 * number + 1]) for number, name in enumerate(program.outputs)}


def checksum(figures: Figures) -> str:
    """Eight digits that rules_population.py gives for the same figures."""
    return hashlib.sha256((json.dumps(figures, sort_keys=True) + "\n").encode()).hexdigest()[:8]


def main() -> None:
    """Measure and print a table; fails when the figures differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "out" / "spark")
    chosen = parser.parse_args()
    lacking = engine_problems("spark")
    if lacking:
        print("Not measured. " + " ".join(problem.text("en") for problem in lacking))
        return
    from ciyou.batch.engines.spark_rules import spark_session  # noqa: PLC0415  # needs PySpark

    os.environ.setdefault("SPARK_LOCAL_IP", HOST)
    prepare(chosen.folder, chosen.rows)
    times = {}
    with tempfile.TemporaryDirectory(prefix="ciyou-spark-") as made:
        work, began = Path(made), time.perf_counter()
        with cluster(work) as master, spark_session(work, master=master) as session:
            times["start of cluster and session"] = time.perf_counter() - began
            for run in ("Spark, first run", "Spark, second run"):
                began = time.perf_counter()
                in_spark = agg_in_spark(session, chosen.folder, work)
                times[run] = time.perf_counter() - began
    began = time.perf_counter()
    in_polars = agg_in_polars(chosen.folder)
    times["Polars in this process"] = time.perf_counter() - began
    print(
        f"{chosen.rows:,} children, cluster of {WORKERS} workers with one processor each\n\n| what | wall s |\n|---|---|"
    )
    for what, seconds in times.items():
        print(f"| {what} | {seconds:.1f} |")
    print(f"\nchecksums: Spark {checksum(in_spark)}, Polars {checksum(in_polars)}")
    if in_spark != in_polars:
        raise SystemExit("The engines do not agree.")


if __name__ == "__main__":
    main()
