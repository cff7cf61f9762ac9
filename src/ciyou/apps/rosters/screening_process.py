"""One screening in a process of its own: `python -m ciyou.apps.rosters.screening_process ORIGIN INPUT OUTPUT AS_OF DECISIONS`.

It knows no database. Each line of its output is a JSON object: {"stage", "percent"} while it works, {"people", "files"} when it
is done, {"problems"} when it could not be. It stops when its input ends: whoever started it is gone.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ciyou.apps.rosters.problem_rows import as_row
from ciyou.batch.reading import screen_folder
from ciyou.batch.run_record import RunRecord
from ciyou.batch.screen import Settings
from ciyou.batch.synth.delivery import synthesize
from ciyou.core.errors import CiyouError

DEMO_CHILDREN = 3_000
DEMO_SEED = 1
FAILED = 2
ABANDONED = 3

# How the bar moves: the share (percent) of a screening that has passed when a stage begins, as measured on a county.
BEGINS = {
    "synthesize": 0,
    "read": 10,
    "load": 40,
    "link": 45,
    "families": 50,
    "facts": 55,
    "wide": 62,
    "decide": 66,
    "leads": 90,
    "write": 94,
}
ENDS = dict(zip(BEGINS, [*list(BEGINS.values())[1:], 99], strict=True))


@dataclass(frozen=True)
class Order:
    """What to screen, into which folder, as of which day, after which decisions about pairs; `demo` rosters are made first where there are none."""

    origin: str
    input_folder: Path
    output_folder: Path
    as_of: dt.date
    decisions: Path | None = None


def main(arguments: list[str]) -> int:
    origin, given, out, day, decisions = arguments
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        run(Order(origin, Path(given), Path(out), dt.date.fromisoformat(day), Path(decisions)))
    except CiyouError as error:
        say({"problems": [as_row(problem) for problem in error.problems]})
        return FAILED
    return 0


def run(order: Order) -> None:
    """Screen, telling progress on the way."""
    if order.origin == "demo" and not order.input_folder.exists():
        make_demo(order)
    settings = Settings(as_of=order.as_of, decisions=order.decisions)
    result = screen_folder(order.input_folder, out=order.output_folder, settings=settings, record=RunRecord(tell))
    say({"people": sum(result["people"].values()), "files": sorted({row["file"] for row in result["rosters"]})})


def make_demo(order: Order) -> None:
    """The synthetic county's rosters."""
    say({"stage": "synthesize", "percent": 0})
    synthesize(
        out=order.input_folder,
        children=DEMO_CHILDREN,
        seed=DEMO_SEED,
        as_of=order.as_of,
        progress=lambda made, wanted: tell("synthesize", made, wanted),
    )


def tell(stage: str, done: int, total: int) -> None:
    """Progress of one stage as progress of the whole; `total` 0: not known."""
    begin, end = BEGINS.get(stage, 0), ENDS.get(stage, 99)
    passed = (end - begin) * min(done, total) // total if total else 0
    say({"stage": stage, "percent": begin + passed})


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    # Not through sys.stdin: its lock, held by a thread that waits, stops the interpreter from ending.
    while os.read(0, 1):
        pass
    # Nothing to tidy up: an output folder holds a whole run or none, and a half-made delivery is not under its final name.
    os._exit(ABANDONED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
