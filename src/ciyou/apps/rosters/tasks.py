"""Work that a worker process does."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django_tasks import task

from ciyou.apps.rosters.following import (
    ScreeningJob,
    begin_screening,
    end_screening,
    finish_screening,
    note_screened,
    record_progress,
)
from ciyou.apps.rosters.models import ScreeningStatus
from ciyou.apps.rosters.pair_loading import load_pairs
from ciyou.apps.rosters.pairs import linking_decisions
from ciyou.apps.rosters.problem_rows import as_row
from ciyou.batch.linkage.decided_pairs import write_decisions
from ciyou.core.errors import CiyouError, Place, Problem

BEAT_SECONDS = 0.5
SCREENED_PERCENT = 70
"""How far a run is, as a whole, when its rosters are screened and its leads begin to be loaded."""
LOADING = "register"

Watch = Callable[[int, int], bool]
Loader = Callable[[ScreeningJob, Watch], str | None]
"""Loads what a screening found into the rooms above and returns the county; None when `watch` said to stop (settings.SCREENING_LOADER)."""


@task()
def run_screening(run_id: str) -> str:
    """Run one queued screening to its end; returns the status it ended in."""
    return screen_now(uuid.UUID(run_id))


def screen_now(run_id: uuid.UUID, *, tell: Callable[[str, int], None] | None = None) -> str:
    """Run one queued screening in this very process's care; `tell` hears (stage, percent) every half second."""
    job = begin_screening(run_id=run_id)
    if job is None:
        return "skipped"
    return _Screening(job, tell).run()


class _Screening:
    """A screening in a process of its own: its memory is given back afterwards, and it can be stopped at any moment."""

    def __init__(self, job: ScreeningJob, tell: Callable[[str, int], None] | None) -> None:
        self.job, self.tell = job, tell
        self.stage, self.percent = "", 0
        self.last: dict[str, Any] = {}
        self.decisions = _decisions_for(job)
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "ciyou.apps.rosters.screening_process",
                job.origin,
                str(job.input_folder),
                str(job.output_folder),
                job.as_of.isoformat(),
                str(self.decisions),
            ],
            # Held open: when this worker dies, the process reads the end of its input and stops too.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self) -> str:
        reader = threading.Thread(target=self._read, daemon=True)
        reader.start()
        try:
            cancelled = self._follow()
        except BaseException:
            # The worker is told to stop: the screening is not lost, only interrupted.
            end_screening(run_id=self.job.id, status=ScreeningStatus.INTERRUPTED, problems=[])
            raise
        finally:
            self._stop()
            reader.join(timeout=5)
            self._close()
        return self._conclude(cancelled)

    def _read(self) -> None:
        """Keep what the process last said; the lines are its only output."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said = json.loads(line)
            if "stage" in said:
                self.stage, self.percent = said["stage"], said["percent"]
            else:
                self.last = said

    def _follow(self) -> bool:
        while self.process.poll() is None:
            if not self._progress(self.stage, self.percent * SCREENED_PERCENT // 100):
                return True
            time.sleep(BEAT_SECONDS)
        return False

    def _progress(self, stage: str, percent: int) -> bool:
        if self.tell is not None:
            self.tell(stage, percent)
        return record_progress(run_id=self.job.id, stage=stage, percent=percent)

    def _stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.decisions.unlink(missing_ok=True)

    def _conclude(self, cancelled: bool) -> str:
        if cancelled:
            end_screening(run_id=self.job.id, status=ScreeningStatus.CANCELLED, problems=[])
            return "cancelled"
        if self.process.returncode == 0 and "people" in self.last:
            note_screened(run_id=self.job.id, people=self.last["people"], file_names=self.last["files"])
            return self._load()
        problems = self.last.get("problems") or [as_row(_died())]
        end_screening(run_id=self.job.id, status=ScreeningStatus.FAILED, problems=problems)
        return "failed"

    def _load(self) -> str:
        """The last stage: what was found goes to those who work on it. Run again after any end, it does what is left."""
        loader: Loader = import_string(settings.SCREENING_LOADER)
        try:
            county = loader(self.job, self._loading)
            if county is not None:
                load_pairs(run_id=self.job.id, folder=self.job.output_folder, division=county or self.job.division)
        except CiyouError as error:
            problems = [as_row(problem) for problem in error.problems]
            end_screening(run_id=self.job.id, status=ScreeningStatus.FAILED, problems=problems)
            return "failed"
        except BaseException:
            end_screening(run_id=self.job.id, status=ScreeningStatus.INTERRUPTED, problems=[])
            raise
        if county is None:
            end_screening(run_id=self.job.id, status=ScreeningStatus.CANCELLED, problems=[])
            return "cancelled"
        finish_screening(run_id=self.job.id, division=county)
        return "done"

    def _loading(self, done: int, total: int) -> bool:
        passed = (99 - SCREENED_PERCENT) * done // total if total else 0
        return self._progress(LOADING, SCREENED_PERCENT + passed)


def _decisions_for(job: ScreeningJob) -> Path:
    """What people decided about pairs of the place, in a file that only this machine's user can read, and only while it is needed."""
    path = job.output_folder.with_name(f".{job.id}.decisions.parquet")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    write_decisions(path, linking_decisions(division=job.division))
    return path


def _died() -> Problem:
    return Problem(
        Place(),
        "screening.died",
        "筛查进程意外结束，没有写出结果；名册仍保留着。请重新运行；若再次发生，请查看运行 ciyou serve 的窗口中的错误信息。",
        "The screening's process ended unexpectedly without a result; the rosters are kept. Run it again; if it happens again, read the errors in the window that runs `ciyou serve`.",
    )
