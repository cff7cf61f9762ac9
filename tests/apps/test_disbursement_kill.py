"""A process killed with SIGKILL anywhere in compute, approve, export and import: nothing is lost, nothing doubled, it goes on."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.throwaway import own_installation

pytestmark = pytest.mark.slow
CHILDREN, KILLS = 24, 50
PROGRAM = Path(__file__).resolve().parents[1] / "killed_month.py"


@pytest.fixture
def county(tmp_path):
    """The environment of an installation with a county of orphans."""
    with own_installation(tmp_path / "home") as environment:
        environment["PYTHONPATH"] = str(PROGRAM.parents[1])
        said(environment, "make", str(CHILDREN))
        yield environment


def said(environment: dict[str, str], *asked: str) -> str:
    """What the program says that does this, to its end."""
    command = [sys.executable, str(PROGRAM), *asked]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_killed_fifty_times_the_month_is_paid_once_to_everybody(county):
    assert int(said(county, "killed", str(KILLS))) >= KILLS // 2
    said(county, "go")
    said(county, "go")
    check_books(county)


def test_with_workers_the_month_is_the_same_and_nobody_is_left_behind(county):
    county["WORKERS"] = "2"
    for kill_after in (0.5, 4):
        go_on_until_killed(county, kill_after)
    said(county, "go")
    check_books(county)
    deadline = time.monotonic() + 30
    while left := processes_of(county["CIYOU_HOME"]):
        assert time.monotonic() < deadline, left
        time.sleep(0.5)


def go_on_until_killed(environment: dict[str, str], kill_after: float) -> None:
    """Work in a process of its own that is killed after so many seconds, if it is still there."""
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), "go"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()  # "ready": from here on it works
    time.sleep(kill_after)
    process.kill()
    _said, wrong = process.communicate()
    assert process.returncode in (0, -9), wrong


def processes_of(home: str) -> list[str]:
    """The processes that work in this state folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"CIYOU_HOME={home}\0".encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
    return found


def check_books(environment: dict[str, str]) -> None:
    """Both months are closed, and every child was paid each month once."""
    # 24 children, 1350 yuan a month; the first run pays January to March 2026, the second April: four months each.
    assert json.loads(said(environment, "books")) == {
        "claims": [CHILDREN * 4, CHILDREN * 4 * 135_000],
        "lines": [CHILDREN * 4, CHILDREN * 4 * 135_000],
        "paid": [CHILDREN * 2, CHILDREN * 4 * 135_000],
        "months": ["closed", "closed"],
    }
