"""How time and memory of `ciyou screen` grow with the population: the same synthetic county system at several sizes.

    .venv/bin/python -m bench.screen_scale --children 400000 2000000 --folder bench/out/scale

400,000 children make about 1 M people, 2,000,000 about 5 M. Rosters are made once and kept in the folder. The peak is the
largest resident memory of the screening process itself; its readers (two processes beside it) are counted apart.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

AS_OF = "2025-09-01"
CIYOU = [sys.executable, "-c", "from ciyou.cli.main import main; main()"]


def make_rosters(folder: Path, children: int) -> Path:
    """Rosters of that many children; those made before are used again."""
    rosters = folder / f"rosters_{children}"
    if not rosters.exists():
        subprocess.run(
            [*CIYOU, "synth", "--out", str(rosters), "--children", str(children), "--format", "parquet"], check=True
        )
    return rosters


def screen(rosters: Path, out: Path) -> tuple[float, int, dict[str, object]]:
    """Wall seconds, peak resident memory in MB and the run file of one screening."""
    shutil.rmtree(out, ignore_errors=True)
    started = time.perf_counter()
    process = subprocess.Popen(
        [*CIYOU, "screen", str(rosters), "--as-of", AS_OF, "--out", str(out)], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit("The screening failed; its message stands above.")
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return time.perf_counter() - started, used.ru_maxrss // 1024, run


def main() -> None:
    """Screen every size in turn and print a table, then the ratio of the largest peak to the first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, nargs="+", default=[400_000, 2_000_000])
    parser.add_argument("--folder", type=Path, default=Path("bench/out/scale"))
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    peaks = []
    for children in chosen.children:
        seconds, peak, run = screen(make_rosters(chosen.folder, children), chosen.folder / "out")
        peaks.append(peak)
        print(f"\n{children:,} children: {sum(run['people'].values()):,} people, {seconds:.0f} s, peak {peak:,} MB\n")
        print("| stage | s | rows | rows/s | peak so far MB |\n|---|---|---|---|---|")
        for stage in run["stages"]:
            rate = stage["rows"] / stage["seconds"] if stage["seconds"] else 0
            print(
                f"| {stage['name']} | {stage['seconds']:.1f} | {stage['rows']:,} | {rate:,.0f} | {stage['peak_memory_mb']:,} |"
            )
    print(f"\nlargest peak / first: {max(peaks) / peaks[0]:.2f}")


if __name__ == "__main__":
    main()
