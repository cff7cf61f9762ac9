"""Work that a worker process does."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from django_tasks import task

from ciyou.apps.rosters.following import ScreeningJob, begin_screening, end_screening, finish_screening, record_progress
from ciyou.apps.rosters.models import ScreeningStatus
from ciyou.apps.rosters.problem_rows import as_row
from ciyou.core.errors import Place, Problem

BEAT_SECONDS = 0.5


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
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "ciyou.apps.rosters.screening_process",
                job.origin,
                str(job.input_folder),
                str(job.output_folder),
                job.as_of.isoformat(),
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
            if not record_progress(run_id=self.job.id, stage=self.stage, percent=self.percent):
                return True
            if self.tell is not None:
                self.tell(self.stage, self.percent)
            time.sleep(BEAT_SECONDS)
        return False

    def _stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _conclude(self, cancelled: bool) -> str:
        if cancelled:
            end_screening(run_id=self.job.id, status=ScreeningStatus.CANCELLED, problems=[])
            return "cancelled"
        if self.process.returncode == 0 and "people" in self.last:
            finish_screening(run_id=self.job.id, people=self.last["people"], file_names=self.last["files"])
            return "done"
        problems = self.last.get("problems") or [as_row(_died())]
        end_screening(run_id=self.job.id, status=ScreeningStatus.FAILED, problems=problems)
        return "failed"


def _died() -> Problem:
    return Problem(
        Place(),
        "screening.died",
        "筛查进程意外结束，没有写出结果；名册仍保留着。请重新运行；若再次发生，请查看运行 ciyou serve 的窗口中的错误信息。",
        "The screening's process ended unexpectedly without a result; the rosters are kept. Run it again; if it happens again, read the errors in the window that runs `ciyou serve`.",
    )
