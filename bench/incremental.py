"""A hundredth of the children with changed facts: `ciyou screen --since`, beside deciding everybody again.

    .venv/bin/python -m bench.incremental --children 100000

A synthetic county system is screened; then the school roll says something else of one child in a hundred, and it is screened
again both ways. Both must give the same decisions, hints and leads. Compared are the seconds of the stage that decides, in
which the answers taken over are read and everything is written; the other stages are the same both ways and are told too.
Start-up (the rules read, compiled and planned, which costs the same for ten children as for ten millions) is what deciding a
hamlet takes; the last lines compare what is left without it, with deciding everybody and with the whole run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl

AS_OF = "2025-09-01"
CIYOU = [sys.executable, "-c", "from ciyou.cli.main import main; main()"]
CHANGED, TURNED = "school.parquet", "boarding"
HAMLET = 200
MOST_TIMES = 5
"""Birthdays and terms touch nobody on the same day; siblings and dirt may touch a few more than were changed."""
EQUAL = ("decisions", "hints", "leads", "inputs")


def make_rosters(folder: Path, children: int, share: float) -> tuple[Path, Path]:
    """Two deliveries, the second with another school for a share of the pupils."""
    first, second = folder / "rosters", folder / "rosters-changed"
    shutil.rmtree(folder, ignore_errors=True)
    draw(first, children)
    shutil.copytree(first, second)
    files = sorted(second.rglob(f"*{CHANGED}"))
    if not files:
        raise SystemExit(f"No *{CHANGED} among the rosters: nothing would change, and nothing would be measured.")
    for file in files:
        change(file, share)
    return first, second


def draw(rosters: Path, children: int) -> None:
    """A synthetic delivery."""
    subprocess.run([*CIYOU, "synth", "--out", str(rosters), "--children", str(children), "--format", "parquet"], check=True)  # fmt: skip


def start_up(folder: Path) -> float:
    """Seconds of deciding next to nobody."""
    draw(folder / "hamlet", HAMLET)
    return seconds(screen(folder / "hamlet", folder / "hamlet-screened"))[0]


def change(file: Path, share: float) -> None:
    """Boarders of a share of the rows become day pupils, and day pupils boarders; rows that slipped by a column stay as they are."""
    rows = pl.read_parquet(file)
    drawn = pl.Series(range(len(rows))).hash(seed=1) % 10_000 < int(share * 10_000)
    turned = pl.col(TURNED).replace({"是": "否", "否": "是"})
    rows.with_columns(pl.when(drawn).then(turned).otherwise(TURNED).alias(TURNED)).write_parquet(file)


def screen(rosters: Path, out: Path, *more: str) -> dict[str, Any]:
    """Screen; the run file."""
    subprocess.run([*CIYOU, "screen", str(rosters), "--as-of", AS_OF, "--out", str(out), *more], check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    found: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return found


def seconds(run: dict[str, Any]) -> tuple[float, float]:
    """Seconds of deciding, and of all stages."""
    by_name = {stage["name"]: stage["seconds"] for stage in run["stages"]}
    return by_name["decide"], sum(by_name.values())


def main() -> None:
    """Measure and print a table; fails when the two ways differ in a row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "out" / "incremental")
    chosen = parser.parse_args()
    first, second = make_rosters(chosen.folder, chosen.children, chosen.share)
    before, full, again = (chosen.folder / name for name in ("before", "full", "again"))
    screen(first, before)
    whole, part = screen(second, full), screen(second, again, "--since", str(before))
    count = pl.scan_parquet(full / "inputs.parquet").select(pl.len()).collect().item()
    touched = part["since"]["children_decided"]
    if not 0 < touched < count * chosen.share * MOST_TIMES:
        raise SystemExit(
            f"{touched:,} of {count:,} children were decided again: not the share of {chosen.share:.1%} that was changed."
        )
    print(f"{count:,} children, facts of about {chosen.share:.1%} changed\n")
    print("| decided | children | s deciding | s all stages |\n|---|---|---|---|")
    rows = (("everybody", count, whole), ("only the touched", touched, part))
    for way, decided, run in rows:
        print(f"| {way} | {decided:,} | {seconds(run)[0]:.2f} | {seconds(run)[1]:.1f} |")
    once, few, all_of_them = start_up(chosen.folder), seconds(part)[0], seconds(whole)[0]
    print(f"\nonly the touched / everybody: {few / all_of_them:.3f} of deciding")
    print(
        f"start-up aside ({once:.2f} s): {(few - once) / (all_of_them - once):.3f} of deciding, {(few - once) / (seconds(whole)[1] - once):.3f} of the whole run"
    )
    for name in EQUAL:
        if not pl.read_parquet(full / f"{name}.parquet").equals(pl.read_parquet(again / f"{name}.parquet")):
            raise SystemExit(f"{name}: the two ways differ.")


if __name__ == "__main__":
    main()
