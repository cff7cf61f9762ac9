"""The same rosters linked by DuckDB and by Spark: the same files, and what each takes.

    .venv/bin/python -m bench.linking_engines ROSTERS                    (or --children 10000 for synthetic ones)
    .venv/bin/python -m bench.linking_engines ROSTERS --cluster          (a master and two workers as processes of their own)

Needs PySpark and Java 17 (`make spark`). Compared are the bytes of every file of a linking, and the seconds of its stages. Exit 1 where
a file differs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from bench.spark_cluster import HOST
from bench.spark_cluster import cluster as machines

from ciyou.batch.engines.rule_runners import engine_problems
from ciyou.batch.reading import link_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import LINK_ENGINES, Settings
from ciyou.batch.synth import synthesize
from ciyou.batch.synth.delivery import DEFAULT_AS_OF

MASTER = "CIYOU_SPARK_MASTER"


def main() -> None:
    """Link by each engine and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rosters", type=Path, nargs="?")
    parser.add_argument("--children", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=6301)
    parser.add_argument("--cluster", action="store_true")
    chosen = parser.parse_args()
    lacking = engine_problems("spark", instead="another machine")
    if lacking:
        sys.exit("\n".join(problem.text("en") for problem in lacking))
    with tempfile.TemporaryDirectory(prefix="ciyou-engines-") as made:
        folder = Path(made)
        rosters = chosen.rosters or folder / "rosters"
        if chosen.rosters is None:
            synthesize(out=rosters, children=chosen.children, seed=chosen.seed)
        runs = {engine: link(engine, rosters, folder, cluster=chosen.cluster) for engine in LINK_ENGINES}
        report(runs)
        differing = [path.name for path in sorted((folder / "duckdb").glob("*.parquet")) if differs(path, folder)]
    if differing:
        sys.exit(f"Not the same: {', '.join(differing)}")
    print("Every file is the same, byte for byte.")


def link(engine: str, rosters: Path, folder: Path, *, cluster: bool) -> Mapping[str, Any]:
    """Link by one engine; the content of its run file."""
    os.environ.setdefault("SPARK_LOCAL_IP", HOST)
    with machines(folder) if cluster and engine == "spark" else nullcontext() as master:
        if master:
            os.environ[MASTER] = master
        settings = Settings(as_of=DEFAULT_AS_OF, link_engine=engine)
        return link_folder(rosters, out=folder / engine, settings=settings, record=RunRecord(watch_nothing))


def report(runs: Mapping[str, Mapping[str, Any]]) -> None:
    """The seconds of each stage, side by side."""
    first = runs[LINK_ENGINES[0]]
    print(f"{sum(first['links'].values()):,} records, {sum(first['people'].values()):,} people\n")
    print("| stage | " + " | ".join(f"{engine}, s" for engine in runs) + " |")
    print("|---" * (len(runs) + 1) + "|")
    for number, stage in enumerate(first["stages"]):
        seconds = " | ".join(f"{run['stages'][number]['seconds']:.1f}" for run in runs.values())
        print(f"| {stage['name']} | {seconds} |")


def differs(path: Path, folder: Path) -> bool:
    """Whether Spark left another file of this name."""
    return path.read_bytes() != (folder / "spark" / path.name).read_bytes()


if __name__ == "__main__":
    main()
