"""Reading rosters: rows per second and peak memory of `normalize`, over synthetic deliveries of growing size.

    python -m bench.roster_reading [CHILDREN …]      (20000 and 100000 unless told)

Each size runs in a process of its own, so that its peak is its own; workers' peaks are added. CPU seconds are the steadier figure
on a machine with other work.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from ciyou.batch.rosters import find_rosters, normalize
from ciyou.batch.synth import FileFormat, synthesize
from ciyou.packs.rosters_loader import load_roster_packs

SIZES = (20_000, 100_000)


def main(arguments: list[str]) -> int:
    """Print a line for each size, alone and with the workers that the machine has room for."""
    context = multiprocessing.get_context("spawn")
    for children in map(int, arguments or SIZES):
        with tempfile.TemporaryDirectory() as folder:
            rosters = Path(folder, "rosters")
            synthesize(out=rosters, children=children, file_format=FileFormat.CSV)
            for workers in (0, 2):
                process = context.Process(target=_measure, args=(rosters, Path(folder, "work"), children, workers))
                process.start()
                process.join()
    return 0


def _measure(rosters: Path, work: Path, children: int, workers: int) -> None:
    delivery = find_rosters(rosters, load_roster_packs(division=""))
    begun, used = time.perf_counter(), _cpu()
    summaries = normalize(delivery, work_folder=work, workers=workers)
    wall, cpu = time.perf_counter() - begun, _cpu() - used
    rows = sum(one.read for one in summaries)
    own, theirs = (
        resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"{children:>9,} children  {rows:>10,} rows  workers {workers}  wall {wall:6.1f} s  {rows / wall:>9,.0f} rows/s  "
        f"CPU {cpu:6.1f} s  {rows / cpu:>9,.0f} rows/CPU-s  peak {own + workers * theirs:>5,} MB",
        flush=True,
    )


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
