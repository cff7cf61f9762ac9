"""150 officers who sign in at the same moment, each with password and second factor: until the last of them sees "today".

    CIYOU_HOME=bench/out/office .venv/bin/python -m bench.office_county --children 100000
    CIYOU_HOME=bench/out/office .venv/bin/python -m bench.sign_ins

Target: at most 10 s. A code of an authenticator app counts once: wait half a minute before running this again.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import os
import struct
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from bench.office_server import Browser, office, quantile, served

TARGET_SECONDS = 10


def main() -> int:
    """Serve, sign in, print how long it took; ends with 1 when somebody stayed outside or the target was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=150)
    chosen = parser.parse_args()
    home = Path(os.environ.get("CIYOU_HOME") or "bench/out/office")
    people = office(home)["sign_ins"][: chosen.people]
    taken: list[float] = []
    problems: Counter[str] = Counter()
    with served(home) as port:
        begin = threading.Barrier(len(people) + 1)
        threads = [threading.Thread(target=_sign_in, args=(port, one, begin, taken, problems)) for one in people]
        for thread in threads:
            thread.start()
        begin.wait()
        started = time.perf_counter()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - started
    print(f"{len(people)} sign-ins: the last was in after {seconds:.1f} s; {sum(problems.values())} failed")
    if taken:
        print(f"one: p50 {quantile(taken, 0.5):.1f} s, p95 {quantile(taken, 0.95):.1f} s")
    if problems:
        print(dict(problems))
    return 1 if problems or seconds > TARGET_SECONDS else 0


def _sign_in(
    port: int, person: dict[str, str], begin: threading.Barrier, taken: list[float], problems: Counter[str]
) -> None:
    browser = Browser(port)
    begin.wait()
    started = time.perf_counter()
    try:
        first = browser.post("/sign-in/", {"username": person["username"], "password": person["password"]})
        second = browser.post("/sign-in/factor/", {"code": code_of(base64.b64decode(person["totp"]), time.time())})
        home = browser.get("/")
    except OSError as error:
        problems[type(error).__name__] += 1
        return
    if (first.status, second.status, home.status) != (302, 302, 200):
        problems[f"{first.status} {second.status} {home.status}"] += 1
    taken.append(time.perf_counter() - started)


def code_of(secret: bytes, now: float) -> str:
    """The six digits that an authenticator app shows (RFC 6238)."""
    digest = hmac.new(secret, struct.pack(">Q", int(now) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


if __name__ == "__main__":
    sys.exit(main())
