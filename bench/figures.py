# Django must be set up for the state folder of this run before its models are imported
"""The page of figures at size: a county of 100,000 awards that were paid for thirteen months, each applied for at some time of them.

    CIYOU_HOME=bench/out/figures .venv/bin/python -m bench.figures --awards 100000

The page is asked for as a browser would: of the latest month, of a quarter and of a year; the statistics too. Told are how long the
worker needs to add the months up, the first answer of a process (nothing in memory yet) and the median and 95th percentile of those after it. With DATABASE_URL set it measures
in that database. Exit 1 when the latest month takes longer than the limit.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import random
import statistics
import sys
import time
import uuid
from pathlib import Path

os.environ["CIYOU_HOME"] = str(Path(os.environ.get("CIYOU_HOME") or "bench/out/figures").absolute())

from bench import office_county  # sets Django up
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.accounts.sessions import begin_session
from ciyou.apps.awards.models import Application, ApplicationStep, Award
from ciyou.apps.disbursement.figures import keep_sums
from ciyou.apps.disbursement.models import MonthRun, PaidMonth, PaymentLine
from ciyou.apps.disbursement.storing import CHANGES, HOLDS, PAYMENTS, put
from ciyou.apps.registry.models import Person, PersonPlace
from ciyou.core.awards.month import Month, months_from

COUNTY, SERIES, ORPHAN = "990101000000", "children_living", "orphan_living_allowance"
FIRST, LAST = Month(2025, 11), Month(2026, 11)
FEN = 135_000
PART, ROUNDS = 5000, 40
LIMIT_MS = 300.0
PAGES = (
    ("latest month", "/figures/payments/"),
    ("a quarter", "/figures/payments/?period=2026-Q3"),
    ("a year", "/figures/payments/?period=2026"),
    ("statistics of a month", "/statistics/?form=civil_affairs_monthly&month=2026-10"),
    ("workbook of a month", "/figures/payments/file/?period=2026-11"),
)


def main() -> None:
    """Make the county and ask for its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--awards", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    call_command("prepare")
    if not Person.objects.exists():
        make(chosen.awards)
    began = time.perf_counter()
    print(f"{keep_sums()} months added up by the worker: {time.perf_counter() - began:.1f} s")
    client = signed_in()
    print(f"{Award.objects.count():,} awards, {MonthRun.objects.count()} months, {connection.vendor}\n")
    print("| page | first ms | p50 ms | p95 ms | questions |\n|---|---|---|---|---|", flush=True)
    slow = [name for name, address in PAGES if measured(client, name, address, chosen.rounds) > LIMIT_MS]
    if "latest month" in slow:
        sys.exit("Slower than the limit.")


def measured(client: Client, name: str, address: str, rounds: int) -> float:
    """Ask for a page again and again, print how long it took, and give the 95th percentile in milliseconds."""
    first = timed(client, address)
    took = sorted(timed(client, address) for _ in range(rounds))
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    ninety_fifth = took[int(0.95 * (len(took) - 1))]
    print(f"| {name} | {first:.0f} | {statistics.median(took):.0f} | {ninety_fifth:.0f} | {len(asked)} |", flush=True)
    return ninety_fifth


def timed(client: Client, address: str) -> float:
    """How many milliseconds an answer took."""
    began = time.perf_counter()
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return 1000 * (time.perf_counter() - began)


def signed_in() -> Client:
    """A browser of the county's approver."""
    post = Post.objects.get(role="county_approver")
    client = Client(headers={"host": "127.0.0.1"})
    session = client.session
    begin_session(session, user=post.user, post=post, method="password", origin="127.0.0.1")
    session.save()
    client.cookies["sessionid"] = session.session_key
    return client


def make(awards: int) -> None:
    """The county: children with an application and an award, and a run of every month that paid them."""
    posts = office_county.make_officers([])
    post = posts["sign_ins"][0]
    post.role, post.division = "county_approver", COUNTY
    post.save()
    chance = random.Random(20_261_126)
    villages = [
        f"{COUNTY[:6]}{town:03d}{village:03d}" for town, village in itertools.product(range(1, 21), range(1, 26))
    ]
    made: list[tuple[uuid.UUID, uuid.UUID, str]] = []
    for first in range(0, awards, PART):
        made += make_part(first, min(PART, awards - first), villages, chance)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for month in months_from(FIRST, LAST):
        make_month(month, made, chance)
        print(f"  {month}", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_part(
    first: int, size: int, villages: list[str], chance: random.Random
) -> list[tuple[uuid.UUID, uuid.UUID, str]]:
    """Children with an application that was checked, decided and told, and with an award."""
    now, made = timezone.now(), []
    rows: dict[type, list] = {Person: [], PersonPlace: [], Application: [], ApplicationStep: [], Award: []}
    for number in range(first, first + size):
        village = villages[number % len(villages)]
        child = Person(
            kind="child", name=f"孩{number}", sex="female", birth_date=dt.date(2015, 1, 1), division=village,
            restricted=number % 500 == 0, created_at=now, updated_at=now,
        )  # fmt: skip
        received = FIRST.first_day + dt.timedelta(chance.randrange(380))
        checked = received + dt.timedelta(chance.randrange(1, 25))
        decided = checked + dt.timedelta(chance.randrange(1, 20))
        refused = number % 10 == 0
        form = Application(
            number=f"n{number}", county=COUNTY, year=2026, sequence=number, code_hash="", person=child, entitlement=ORPHAN,
            division=village, received_in=village, channel="guardian", state="refused" if refused else "approved",
            content=office_county.UNOPENED * 8, received_on=received, received_by="a", decided_on=decided, created_at=now,
        )  # fmt: skip
        rows[Person].append(child)
        rows[PersonPlace].append(PersonPlace(person=child, division=village, why="hukou"))
        rows[Application].append(form)
        days = (
            ("receive", "", received, received),
            ("check", "agree", received, checked),
            ("draft", "", checked, decided),
        )
        days += (("decide", "refuse" if refused else "approve", decided, decided), ("tell", "", decided, decided + dt.timedelta(2)))  # fmt: skip
        for step, outcome, began, day in days:
            at = timezone.make_aware(dt.datetime.combine(day, dt.time(9 + number % 8, number % 60)))
            rows[ApplicationStep].append(
                ApplicationStep(application=form, step=step, outcome=outcome, by="a", at=at, began_on=began)
            )
        award = Award(
            person=child, identity=f"file:{child.id.hex}", entitlement=ORPHAN, series=SERIES, division=village,
            amount_fen=FEN, first_month=FIRST.first_day, awarded_on=FIRST.first_day, awarded_by="local",
        )  # fmt: skip
        rows[Award].append(award)
        made.append((child.id, award.id, village))
    for model, listed in rows.items():
        model.objects.bulk_create(listed, batch_size=PART)
    return made


def make_month(month: Month, made: list[tuple[uuid.UUID, uuid.UUID, str]], chance: random.Random) -> None:
    """A month that paid everybody but a few; the last one is still open."""
    run = MonthRun.objects.create(
        county=COUNTY, series=SERIES, month=month.first_day, cutoff_on=month.first_day,
        state="handed" if month == LAST else "closed", drafted_by="a", reviewed_by="b", approved_by="c", begun_at=timezone.now(),
    )  # fmt: skip
    hexed = run.id.hex
    for first in range(0, len(made), PART):
        part = made[first : first + PART]
        paid = {"entitlement": ORPHAN, "month": month.first_day, "paid_fen": FEN}
        claims = PaidMonth.objects.bulk_create(
            PaidMonth(award_id=award, identity=f"file:{child.hex}", **paid) for child, award, _village in part
        )
        claim_of = {claim.award_id: claim for claim in claims}
        payments, lines, holds, changes = [], [], [], []
        for place, (child, award, village) in enumerate(part, start=first):
            if chance.random() < 0.01:
                holds.append((hexed, award.hex, child.hex, "account_missing", "draft", FEN))
                continue
            payment, state = uuid.uuid4().hex, chance.choices(("paid", "failed", "sent"), (97, 1, 2))[0]
            state = state if month == LAST or state != "sent" else "paid"
            payments.append(
                (payment, hexed, child.hex, place, f"{month}-{place}", village, FEN, b"", None, False, state, "")
            )
            kind = "arrears" if chance.random() < 0.05 else "current"
            lines.append(PaymentLine(payment_id=payment, claim=claim_of[award], kind=kind, amount_fen=FEN))
            if month == FIRST:
                changes.append((hexed, award.hex, child.hex, "new", "decision", 0, FEN))
        for table, listed in ((PAYMENTS, payments), (HOLDS, holds), (CHANGES, changes)):
            put(table, listed)
        PaymentLine.objects.bulk_create(lines)
    settled = (month.first_day + dt.timedelta(19)).isoformat()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE disbursement_payment SET settled_on = %s WHERE run_id = %s AND state IN ('paid', 'failed')",
            [settled, hexed],
        )


if __name__ == "__main__":
    main()
