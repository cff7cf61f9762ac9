"""A fiftieth of the records comes later: `ciyou link --since`, beside linking everybody again.

    .venv/bin/python -m bench.linking_increment --children 20000

A synthetic delivery is linked three times: without one record in fifty, with them by going on from that, and all at once. Compared
are the processor seconds of the two last, reading and writing included, and who is together with whom in both. Two linkings agree on
a record where it stands with the very same records. Exit 1 beyond a limit.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

AS_OF = "2025-09-01"
CIYOU = [sys.executable, "-c", "from ciyou.cli.main import main; main()"]
MOST_OF_FULL, LEAST_AGREEING = 0.10, 0.9999
TABLES = ("people", "relations", "review", "corrections")


def main() -> None:
    """Make, part, link and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=6203)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "out" / "linking_increment")
    chosen = parser.parse_args()
    shutil.rmtree(chosen.folder, ignore_errors=True)
    rosters = chosen.folder / "rosters"
    call("synth", "--out", rosters, "--children", chosen.children, "--seed", chosen.seed, "--format", "parquet")
    came = part(rosters, chosen.folder, chosen.share)
    base, again, full = (chosen.folder / name for name in ("base", "again", "full"))
    link(chosen.folder / "most", base)
    part_seconds = link(chosen.folder / "few", again, "--since", base, "--adding")
    full_seconds = link(rosters, full)
    report(came, part_seconds, full_seconds, again, full)


def call(*words: Any) -> float:
    """Run a command of ciyou; the processor seconds that it took."""
    began = children_seconds()
    subprocess.run([*CIYOU, *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    return children_seconds() - began


def children_seconds() -> float:
    """Processor seconds of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def link(rosters: Path, out: Path, *more: Any) -> tuple[float, float]:
    """Link; processor seconds and seconds."""
    began = time.perf_counter()
    processor = call("link", rosters, "--as-of", AS_OF, "--out", out, *more)
    return processor, time.perf_counter() - began


def part(rosters: Path, folder: Path, share: float) -> int:
    """Two deliveries of what is one: most records in one, and a drawn share of each file in the other; how many those are."""
    came = 0
    for file in sorted(rosters.glob("*.parquet")):
        if file.name.startswith("truth"):
            continue
        rows = pl.read_parquet(file)
        drawn = pl.Series(range(len(rows))).hash(seed=2) % 10_000 < int(share * 10_000)
        came += int(drawn.sum())
        for name, which in (("most", ~drawn), ("few", drawn)):
            (folder / name).mkdir(exist_ok=True)
            rows.filter(which).write_parquet(folder / name / file.name)
    return came


def report(came: int, few: tuple[float, float], all_of_them: tuple[float, float], again: Path, full: Path) -> None:
    """Times, agreement, stages; exit 1 beyond a limit."""
    database = duckdb.connect()
    for name, out in (("again", again), ("whole", full)):
        database.execute(
            f"""CREATE TABLE {name} AS SELECT rec_id, min(rec_id) OVER same AS least, count(*) OVER same AS size
            FROM read_parquet('{out}/links.parquet') WINDOW same AS (PARTITION BY person_id)"""
        )
    records, differing = database.execute(
        "SELECT count(*), count(*) FILTER ((a.least, a.size) IS DISTINCT FROM (w.least, w.size)) FROM whole w LEFT JOIN again a USING (rec_id)"
    ).fetchone() or (0, 0)
    print(f"{came:,} of {records:,} records came later\n\n| linked | processor s | s |\n|---|---|---|")
    for name, (processor, seconds) in (("what came, with all that stands", few), ("everybody", all_of_them)):
        print(f"| {name} | {processor:.1f} | {seconds:.1f} |")
    stages = {
        name: json.loads((out / "run.json").read_text())["stages"]
        for name, out in (("increment", again), ("everybody", full))
    }
    for name, told in stages.items():
        print(f"{name}: " + ", ".join(f"{one['name']} {one['seconds']:.2f}" for one in told))
    share, agreeing = few[0] / all_of_them[0], 1 - differing / records
    print(
        f"\nthe increment takes {share:.1%} of a full run; {agreeing:.4%} of records stand with the same records ({differing} do not)"
    )
    for table in TABLES:
        counts = (
            database.execute(f"SELECT count(*) FROM read_parquet('{out}/{table}.parquet')").fetchall()[0][0]
            for out in (again, full)
        )
        print(f"{table}: {' and '.join(f'{count:,}' for count in counts)} rows")
    if share > MOST_OF_FULL or agreeing < LEAST_AGREEING:
        sys.exit("Beyond a limit.")


if __name__ == "__main__":
    main()
