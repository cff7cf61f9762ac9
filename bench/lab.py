"""A proposal tried on drawn children while one watches: seconds from the command to its tables, in a process of its own.

    .venv/bin/python -m bench.lab --children 1000000

Packs are read, the proposal is bound, children are drawn and decided under both laws for twelve months, and counted. Only the rules
that the change can touch are decided, with what they refer to.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHANGES = {
    "standard": "changes:\n  - {parameter: orphan_scattered_standard, division: '51', value: 1800}\n",
    "threshold": "changes:\n  - {parameter: single_person_includes_all_minors, division: '51', value: true}\n",
    "definition": "changes:\n  - {predicate: minor, when: age(c) < 19 and not c.dead}\n",
}
"""A standard; a local reading that makes more children count; and the predicate on which nearly every rule rests."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=1_000_000)
    parser.add_argument("--division", default="5199")
    parser.add_argument("--only", choices=CHANGES, nargs="*", default=list(CHANGES))
    options = parser.parse_args()
    print(f"{options.children:,} children\n\n| change | wall s | CPU-s | peak MB | said |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only:
            path = Path(folder) / f"{name}.yaml"
            path.write_text("from: 2026-01-01\n" + CHANGES[name], encoding="utf-8")
            print(_measured(name, path, options))


def _measured(name: str, path: Path, options: argparse.Namespace) -> str:
    command = [sys.executable, "-c", "from ciyou.cli.main import main; main()", "lab", str(path), "--lang", "en"]
    command += ["--synthetic", str(options.children), "--division", options.division]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read().strip().splitlines()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"The trial of {name} failed; its messages stand above.")
    wall, cpu = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
    return f"| {name} | {wall:.1f} | {cpu:.1f} | {usage.ru_maxrss / 1024:.0f} | {said[-1].split('. ')[0]} |"


if __name__ == "__main__":
    main()
