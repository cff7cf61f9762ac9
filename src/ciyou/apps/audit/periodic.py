"""Jobs that come round every few seconds or hours while the worker runs: each in its own thread with its own connection."""

from __future__ import annotations

import contextlib
import logging
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import close_old_connections, connection

STOP_SECONDS = 3.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One job: a name for the log, the pause between two runs, and what to call. It makes its own transactions."""

    name: str
    seconds: float
    run: Callable[[], object]


def run_job(job: Job) -> bool:
    """Run a job once; a failure is logged by its kind and place only (its text may hold a person's data), and not raised."""
    close_old_connections()
    try:
        job.run()
    except Exception as error:  # whatever a job does, the others go on
        log.error("Job %s failed: %s", job.name, describe_failure(error))
        return False
    return True


def describe_failure(error: BaseException) -> str:
    """The kind of an error and where it came from, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


@contextlib.contextmanager
def running(jobs: Iterable[Job]) -> Iterator[None]:
    """Have the jobs come round while the block runs; each begins at once."""
    stop = threading.Event()
    # Daemons: a job in the middle of a long transaction does not keep the worker from ending; the database rolls it back.
    threads = [threading.Thread(target=_repeat, args=(job, stop), name=job.name, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(STOP_SECONDS / max(len(threads), 1))


def _repeat(job: Job, stop: threading.Event) -> None:
    try:
        while not stop.is_set():
            run_job(job)
            stop.wait(job.seconds)
    finally:
        connection.close()
