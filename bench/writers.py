"""Fifty child directors who each record forty visits at the same time: how many fail, and how long one takes.

    CIYOU_HOME=bench/out/office .venv/bin/python -m bench.office_county --children 100000
    CIYOU_HOME=bench/out/office .venv/bin/python -m bench.writers

Target: 0 failed of 2,000. A visit is the heaviest write there is: facts, a new determination, a log entry, in one transaction.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

from bench.office_server import Browser, office, quantile, served


def main() -> int:
    """Serve, write, print what came of it; ends with 1 when a write failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writers", type=int, default=50)
    parser.add_argument("--writes", type=int, default=40)
    chosen = parser.parse_args()
    home = Path(os.environ.get("CIYOU_HOME") or "bench/out/office")
    writers = office(home)["writers"][: chosen.writers]
    statuses: Counter[str] = Counter()
    taken: list[float] = []
    with served(home) as port:
        begin = threading.Barrier(len(writers) + 1)
        threads = [
            threading.Thread(target=_write, args=(port, one, chosen.writes, begin, statuses, taken)) for one in writers
        ]
        for thread in threads:
            thread.start()
        begin.wait()
        started = time.perf_counter()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - started
    wanted = len(writers) * chosen.writes
    failed = wanted - statuses["302"]
    print(
        f"{len(writers)} writers × {chosen.writes}: {failed} failed of {wanted:,} in {seconds:.1f} s ({wanted / seconds:.0f}/s)"
    )
    if taken:
        print(
            f"one write: p50 {quantile(taken, 0.5) * 1000:.0f} ms, p95 {quantile(taken, 0.95) * 1000:.0f} ms, max {max(taken) * 1000:.0f} ms"
        )
    if failed:
        print(dict(statuses))
    return 1 if failed else 0


def _write(
    port: int,
    writer: dict[str, object],
    writes: int,
    begin: threading.Barrier,
    statuses: Counter[str],
    taken: list[float],
) -> None:
    browser = Browser(port, str(writer["cookie"]))
    begin.wait()
    for child in list(writer["children"])[:writes]:  # type: ignore[call-overload]
        started = time.perf_counter()
        try:
            answer = browser.post(f"/visits/child/{child}/no-change/", {"visit_id": str(uuid.uuid4())})
            statuses[str(answer.status)] += 1
        except OSError as error:
            statuses[type(error).__name__] += 1
        taken.append(time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
