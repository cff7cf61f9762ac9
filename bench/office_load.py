# ruff: noqa: PLC0415  # Django must be set up for the folder of this run before anything of it is imported
"""How long the pages of a large county take with eight officers at work, and how many queries each needs.

    CIYOU_HOME=bench/out/office .venv/bin/python -m bench.office_county --children 100000
    CIYOU_HOME=bench/out/office .venv/bin/python -m bench.office_load

The same on PostgreSQL: put `.venv/bin/python scripts/with_postgresql.py --durable sh -c '…; …'` around both. Every officer asks page
after page without a pause. Targets: p95 of list, search and child's page at most 300 ms, at most 12 queries each.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from bench.office_server import Answer, Browser, office, quantile, served

SURNAMES = "赵钱孙李周吴郑王冯陈"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳"
TARGET_MS, TARGET_QUERIES = 300, 12


def main() -> int:
    """Serve, ask, print a table; ends with 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument(
        "--pause", type=float, default=0.0, help="seconds between two pages of an officer (default: none)"
    )
    chosen = parser.parse_args()
    home = Path(os.environ.get("CIYOU_HOME") or "bench/out/office")
    found = office(home)
    children = [child for writer in found["writers"] for child in writer["children"]]
    taken: dict[str, list[float]] = defaultdict(list)
    failed: list[str] = []
    queries = count_queries(home, found["officers"][0], children[0])
    with served(home) as port:
        cookies = found["officers"][: chosen.users]
        for cookie in cookies * 2:
            for page in pages_of(Browser(port, cookie), random.Random(1), children).values():
                page()  # every process has read its packs and templates before anybody measures
        threads = [
            threading.Thread(target=_work, args=(port, cookie, number, chosen, children, taken, failed))
            for number, cookie in enumerate(cookies)
        ]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - started
    print("| page | queries | requests | p50 ms | p95 ms | max ms |\n|---|---|---|---|---|---|")
    missed = any(count > TARGET_QUERIES for count in queries.values())
    for page, times in sorted(taken.items()):
        p95 = quantile(times, 0.95) * 1000
        missed |= p95 > TARGET_MS
        print(
            f"| {page} | {queries[page]} | {len(times)} | {quantile(times, 0.5) * 1000:.0f} | {p95:.0f} | {max(times) * 1000:.0f} |"
        )
    total = sum(map(len, taken.values()))
    print(
        f"\n{len(cookies)} users, {total} requests in {seconds:.1f} s ({total / seconds:.0f}/s), {len(failed)} failed"
    )
    for line in sorted(set(failed))[:10]:
        print("  ", line)
    return 1 if missed or failed else 0


def pages_of(browser: Browser, chance: random.Random, children: list[str]) -> dict[str, Callable[[], Answer]]:
    """What an officer looks at, each time something else of its kind."""
    return {
        "list": lambda: browser.get(f"/ledger/?page={chance.randrange(1, 40)}"),
        "list, one township": lambda: browser.get(f"/ledger/?place=990101{chance.randrange(1, 20):03d}000"),
        "list, one category": lambda: browser.get(
            f"/ledger/?rule=de_facto_unattended&outcome=yes&page={chance.randrange(1, 20)}"
        ),
        "search by name": lambda: browser.post(
            "/search/found/", {"text": chance.choice(SURNAMES) + chance.choice(GIVEN)}
        ),
        "search by pinyin": lambda: browser.post("/search/found/", {"text": chance.choice(("zhaowei", "lijing"))}),
        "child": lambda: browser.get(f"/children/{chance.choice(children)}/"),
        "today": lambda: browser.get("/"),
    }


def count_queries(home: Path, cookie: str, child: str) -> dict[str, int]:
    """How many statements each page sends to the database, in this process; those that open and close transactions are not counted."""
    os.environ["CIYOU_HOME"] = str(home.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "ciyou.config.settings"
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    client.cookies["sessionid"] = cookie
    counts: dict[str, int] = {}
    for _ in range(2):  # what is read once per process is there the second time
        for name, page in pages_of(client, random.Random(0), [child]).items():  # type: ignore[arg-type]
            with CaptureQueriesContext(connection) as seen:
                page()
            counts[name] = sum(one["sql"].startswith(("SELECT", "INSERT", "UPDATE", "(", "WITH")) for one in seen)
    connection.close()
    return counts


def _work(
    port: int,
    cookie: str,
    number: int,
    chosen: argparse.Namespace,
    children: list[str],
    taken: dict[str, list[float]],
    failed: list[str],
) -> None:
    chance = random.Random(number)
    browser = Browser(port, cookie)
    pages = pages_of(browser, chance, children)
    for name, page in pages.items():
        for _ in range(chosen.rounds):
            started = time.perf_counter()
            answer = page()
            taken[name].append(time.perf_counter() - started)
            time.sleep(chosen.pause * chance.uniform(0.5, 1.5))
            if answer.status != 200:
                failed.append(f"{name}: {answer.status}")


if __name__ == "__main__":
    sys.exit(main())
