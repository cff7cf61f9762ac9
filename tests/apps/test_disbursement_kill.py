"""A process killed with SIGKILL anywhere in compute, approve, export and import: nothing is lost, nothing doubled, it goes on."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
CHILDREN, KILLS = 24, 50
PROGRAM = Path(__file__).resolve().parents[1] / "killed_month.py"


def run(home: Path, what: str, *, kill_after: float | None = None, workers: int = 0) -> int:
    """Run the month's next steps in a process of their own; killed after some seconds, or to their end."""
    environment = {
        **os.environ,
        "CIYOU_HOME": str(home),
        "PYTHONPATH": str(PROGRAM.parents[1]),
        "WORKERS": str(workers),
    }
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), what], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if kill_after is not None:
        assert process.stdout is not None
        process.stdout.readline()  # "ready": from here on it works
        time.sleep(kill_after)
        process.kill()
    _said, wrong = process.communicate()
    assert process.returncode in (0, -9), wrong
    return process.returncode


def test_killed_fifty_times_the_month_is_paid_once_to_everybody(tmp_path):
    chance, home = random.Random(7), tmp_path / "home"
    home.mkdir()
    run(home, str(CHILDREN))
    killed = sum(run(home, "go", kill_after=chance.uniform(0, 0.25)) == -9 for _ in range(KILLS))
    assert run(home, "go") == 0
    assert run(home, "go") == 0
    assert killed >= KILLS // 2
    check_books(home)


@pytest.mark.parametrize("kill_after", (0.5, 4))
def test_with_workers_the_month_is_the_same_and_nobody_is_left_behind(tmp_path, kill_after):
    home = tmp_path / "home"
    home.mkdir()
    run(home, str(CHILDREN))
    run(home, "go", kill_after=kill_after, workers=2)
    assert run(home, "go", workers=2) == 0
    check_books(home)
    deadline = time.monotonic() + 30
    while left := processes_of(home):
        assert time.monotonic() < deadline, left
        time.sleep(0.5)


def processes_of(home: Path) -> list[str]:
    """The processes that work in this state folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"CIYOU_HOME={home}\0".encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
    return found


def check_books(home: Path) -> None:
    """Both months are closed, and every child was paid each month once."""
    database = sqlite3.connect(home / "ciyou.sqlite3")
    asked = {
        "claims": "SELECT COUNT(*), SUM(paid_fen) FROM disbursement_paidmonth",
        "lines": "SELECT COUNT(*), SUM(amount_fen) FROM disbursement_paymentline",
        "paid": "SELECT COUNT(*), SUM(amount_fen) FROM disbursement_payment WHERE state = 'paid'",
    }
    found = {name: database.execute(statement).fetchone() for name, statement in asked.items()}
    runs = database.execute("SELECT state FROM disbursement_monthrun ORDER BY month").fetchall()
    # 24 children, 1350 yuan a month; the first run pays January to March 2026, the second April: four months each.
    assert found["claims"] == found["lines"] == (CHILDREN * 4, CHILDREN * 4 * 135_000)
    assert found["paid"] == (CHILDREN * 2, CHILDREN * 4 * 135_000)
    assert runs == [("closed",), ("closed",)]
