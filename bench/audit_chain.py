# ruff: noqa: PLC0415  # Django must be set up for the folder of this run before its models are imported
"""The log at a million entries: how long sealing, checking and "who looked at this child" take, and what an entry costs.

    .venv/bin/python -m bench.audit_chain --entries 1000000
    scripts/with_postgresql.py --durable .venv/bin/python -m bench.audit_chain --entries 1000000

On SQLite it makes a database of its own in a temporary folder; with DATABASE_URL it uses that database, which should be empty.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")
PEOPLE, BATCH = 100_000, 20_000
ROLES = ("child_director", "supervisor", "county_drafter")
TARGETS = {"verify": 30.0, "who looked": 1.0}


def main() -> int:
    """Make, seal, check, ask; prints a table and ends with 1 when a target is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entries", type=int, default=1_000_000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="ciyou-bench-") as home:
        os.environ["CIYOU_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "ciyou.config.settings"
        import django

        django.setup()
        return measure(chosen.entries)


def measure(entries: int) -> int:
    from django.core.management import call_command
    from django.db import connection

    from ciyou.apps.audit.reading import who_looked
    from ciyou.apps.audit.sealing import seal_entries
    from ciyou.apps.audit.services import record_disclosure
    from ciyou.apps.audit.verification import verify_chain
    from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope, Purpose

    call_command("migrate", interactive=False, verbosity=0)
    chance = random.Random(20261124)
    took = {"make (bulk)": timed(lambda: fill(entries, chance))[0]}
    took["seal"], sealed = timed(seal_entries)
    took["verify"], report = timed(verify_chain)
    auditor = Actor("u", "auditor", DivisionScope.below(""), frozenset({Purpose.AUDIT}))
    looks = [timed(lambda: who_looked(auditor, person_id=person(chance)))[0] for _ in range(50)]
    took["who looked"] = max(looks)
    one = [
        timed(
            lambda: record_disclosure(
                LOCAL_OPERATOR,
                purpose=Purpose.SERVE,
                action="child",
                persons=[person(chance)],
                fields=("name",),
                highest_class=3,
                origin="127.0.0.1",
            )
        )[0]
        for _ in range(200)
    ]
    took["one disclosure (median)"] = statistics.median(one)
    took["seal 200 more"], more = timed(seal_entries)
    print(f"{connection.vendor}, {entries:,} entries, {sealed + more:,} sealed, sound: {report.sound}\n")
    print("| step | seconds | target |\n|---|---|---|")
    for name, seconds in took.items():
        print(f"| {name} | {seconds:.3f} | {TARGETS.get(name, '')} |")
    missed = [name for name, target in TARGETS.items() if took[name] > target]
    return 1 if missed or not report.sound else 0


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """How long a call takes by the clock, and what it gives."""
    began = time.perf_counter()
    done = call()
    return time.perf_counter() - began, done


def person(chance: random.Random) -> str:
    number = chance.randrange(PEOPLE)
    return f"{number:08x}-0000-4000-8000-000000000000"


def fill(entries: int, chance: random.Random) -> None:
    """Mostly pages about one child, some lists of 25, some actions: 3.4 persons to an entry on average."""
    from django.db import connection, transaction

    for start in range(1, entries + 1, BATCH):
        numbers = range(start, min(start + BATCH, entries + 1))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO audit_logentry (id, at, kind, actor_id, post_id, role, purpose, action, subject, person_count,"
                " fields, details, highest_class, origin) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [entry(number, chance) for number in numbers],
            )
            cursor.executemany(
                "INSERT INTO audit_personseen (entry_id, person_id) VALUES (%s, %s)", list(seen(numbers, chance))
            )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('audit_logentry', 'id'), %s)", [entries])
            cursor.execute("ANALYZE")


def entry(number: int, chance: random.Random) -> tuple[object, ...]:
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=number * 900)
    user = f"{chance.randrange(300):08x}-0000-4000-8000-000000000000"
    shown = '["birth_date","division","name","sex"]'
    return (
        number,
        at,
        "disclosure",
        user,
        user,
        chance.choice(ROLES),
        "serve",
        "child",
        "",
        1,
        shown,
        "{}",
        3,
        "127.0.0.1",
    )


def seen(numbers: range, chance: random.Random) -> Iterator[tuple[int, str]]:
    for number in numbers:
        for _ in range(25 if number % 10 == 0 else 1):
            yield number, person(chance)


if __name__ == "__main__":
    raise SystemExit(main())
