"""A run that is killed while it is put in place: the folder holds the run before, or the new one, and never a mixture."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from pathlib import Path

from ciyou.batch.run_folder import finish_publishing, open_run_folder

BEFORE = {"people": b"before", "facts": b"before", "standing_roster_police_hukou": b"before"}
AFTER = {"people": b"after", "leads": b"after", "standing_roster_health_births": b"after"}
CHANGES_A_FOLDER = ("os.rename", "os.remove")


def publish(out: Path, tables: dict[str, bytes], name: str) -> None:
    with open_run_folder(out) as folder:
        for table, content in tables.items():
            (folder.final / f"{table}.parquet").write_bytes(content)
        folder.publish({"name": name})


def publish_and_be_killed(out: Path, moment: int) -> bool:
    """Publish in a process that is killed before it changes the folder for the `moment`-th time; whether it was."""
    process = os.fork()
    if process == 0:
        changes = itertools.count(1)

        def kill(event: str, _arguments: object) -> None:
            if event in CHANGES_A_FOLDER and next(changes) == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill)
        publish(out, AFTER, "after")
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(process, 0)[1])


def held(out: Path) -> tuple[str, dict[str, bytes]]:
    name = json.loads((out / "run.json").read_text())["name"]
    return name, {path.stem: path.read_bytes() for path in out.glob("*.parquet")}


def test_killed_at_any_moment_a_folder_holds_one_whole_run_and_takes_the_next(tmp_path):
    found = []
    for moment in itertools.count(1):
        out = tmp_path / str(moment)
        publish(out, BEFORE, "before")
        killed = publish_and_be_killed(out, moment)
        finish_publishing(out)
        found.append(held(out)[0])
        assert held(out) in (("before", BEFORE), ("after", AFTER))
        publish(out, BEFORE, "again")
        assert held(out) == ("again", BEFORE)
        assert {path.name for path in out.iterdir()} == {"run.json", *(f"{table}.parquet" for table in BEFORE)}
        if not killed:
            break
    assert len(found) > len(AFTER) + len(BEFORE)
    assert found == sorted(found, reverse=True)
    assert found[0] == "before"
