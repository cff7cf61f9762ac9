# Django must be set up for the state folder of this run before its models are imported
"""The lists of work in an installation with a million tasks: how many questions each asks, and how long it takes.

    CIYOU_HOME=bench/out/task_lists .venv/bin/python -m bench.task_lists --tasks 1000000

Twenty counties, the first of them with a quarter of everything; each child has one open task of some kind, and the rest of the tasks
are ended ones of the same children. Every list is asked for as a browser would, by the role whose list it is, in the first county.
Told are the questions of an answer (the frame of a transaction aside), the first answer of a process and the median and 95th percentile
of those after it. With DATABASE_URL set it measures in that database. Exit 1 where a list asks more than 12 times, or takes longer than
300 ms (95th percentile).
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import re
import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["CIYOU_HOME"] = str(Path(os.environ.get("CIYOU_HOME") or "bench/out/task_lists").absolute())

from bench import office_county  # sets Django up
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ciyou.apps.accounts.models import Division, Post, User
from ciyou.apps.accounts.sessions import begin_session
from ciyou.apps.cases.models import Lead, LeadState, Task
from ciyou.apps.entitlements.models import Determination, Outcome
from ciyou.apps.registry.models import Person, PersonPlace

COUNTIES, TOWNSHIPS, VILLAGES = 20, 10, 5
FIRST, FIRST_SHARE = "990101", 0.25
ENDED_PER_OPEN = 24
PART, ROUNDS = 5000, 30
LIMIT_MS, LIMIT_QUESTIONS = 300.0, 12
NOT_A_QUESTION = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|SELECT current_setting)")
KINDS = (
    ("visit_child", "child_director", "", 0.55),
    ("verify_lead", "child_director", "", 0.2),
    ("confirm_determination", "county_reviewer", "", 0.1),
    ("review_lead", "supervisor", "", 0.05),
    ("assign_lead", "county_drafter", "", 0.05),
    ("answer_inquiry", "partner", "education", 0.05),
)
"""Of the open tasks: kind, the role that does it, the department, and its share."""
LISTS = (
    ("today of a child director", "child_director", "/"),
    ("board of a supervisor", "supervisor", "/"),
    ("today of a drafter", "county_drafter", "/"),
    ("what came up to a reviewer", "county_reviewer", "/"),
    ("what came up to an approver", "county_approver", "/"),
    ("what came up to the committee", "committee_office", "/"),
    ("leads of a county", "county_drafter", "/leads/"),
    ("leads, new", "county_drafter", "/leads/?state=new"),
    ("leads, overdue", "county_drafter", "/leads/?overdue=1"),
    ("leads, one township", "county_drafter", f"/leads/?place={FIRST}003000"),
    ("leads, page 20", "county_drafter", "/leads/?page=20"),
    ("ledger, overdue", "county_drafter", "/ledger/?overdue=1"),
    ("open visits of a county", "county_drafter", "/figures/loops/work/?kind=visit_child"),
    ("late visits of a county", "county_drafter", "/figures/loops/work/?kind=visit_child&late=1"),
    ("workload of a township", "supervisor", "/leads/workload/"),
    ("workload of a county", "county_drafter", "/leads/workload/"),
    ("without a next action, county", "county_drafter", "/leads/without-next/"),
    ("report of loops, township", "supervisor", "/figures/loops/"),
    ("report of loops, county", "county_drafter", "/figures/loops/"),
)
"""What it is, whose, and its address."""
PLACES = {
    "child_director": f"{FIRST}001001",
    "supervisor": f"{FIRST}001000",
    **dict.fromkeys(("county_drafter", "county_reviewer", "county_approver", "committee_office"), f"{FIRST}000000"),
}


def main() -> None:
    """Make the installation and ask for the lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="measure only the lists whose name has this in it")
    chosen = parser.parse_args()
    call_command("prepare")
    if not Task.objects.exists():
        make(chosen.tasks)
    opened = Task.objects.filter(state="open").count()
    print(
        f"{Task.objects.count():,} tasks, {opened:,} open, {Person.objects.count():,} children, {connection.vendor}\n"
    )
    print("| list | questions | first ms | p50 ms | p95 ms |\n|---|---|---|---|---|", flush=True)
    clients = {role: signed_in(role) for role in PLACES}
    beyond = [
        name
        for name, role, address in LISTS
        if chosen.only in name and measured(clients[role], name, address, chosen.rounds)
    ]
    if beyond:
        sys.exit(f"Beyond a limit: {', '.join(beyond)}.")


def measured(client: Client, name: str, address: str, rounds: int) -> bool:
    """Ask for a list again and again and print how it was; whether it is beyond a limit."""
    first = timed(client, address)
    took = sorted(timed(client, address) for _ in range(rounds))
    questions = min(asked(client, address) for _ in range(2))  # once a minute a session notes that it is in use
    ninety_fifth = took[int(0.95 * (len(took) - 1))]
    print(f"| {name} | {questions} | {first:.0f} | {statistics.median(took):.0f} | {ninety_fifth:.0f} |", flush=True)
    return ninety_fifth > LIMIT_MS or questions > LIMIT_QUESTIONS


def asked(client: Client, address: str) -> int:
    """How many questions an answer asked of the database."""
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return sum(1 for one in captured if not NOT_A_QUESTION.match(one["sql"]))


def timed(client: Client, address: str) -> float:
    """How many milliseconds an answer took."""
    began = time.perf_counter()
    answer = client.get(address)
    took = 1000 * (time.perf_counter() - began)
    assert answer.status_code == 200, (address, answer.status_code)
    return took


def signed_in(role: str) -> Client:
    """A browser of whoever holds this role where it is measured."""
    post = Post.objects.filter(role=role, division=PLACES[role]).first()
    client = Client(headers={"host": "127.0.0.1"})
    session = client.session
    begin_session(session, user=post.user, post=post, method="password", origin="127.0.0.1")
    session.save()
    client.cookies["sessionid"] = session.session_key
    return client


def make(tasks: int) -> None:
    """The installation: places, officers, children with their open work, and the work that has ended."""
    began, chance = time.perf_counter(), random.Random(7)
    counties = [f"9901{number:02d}" for number in range(1, COUNTIES + 1)]
    directors = make_officers(counties)
    villages = {county: [one for one in directors if one.startswith(county)] for county in counties}
    children = tasks // (ENDED_PER_OPEN + 1)
    for first in range(0, children, PART):
        size = min(PART, children - first)
        rows: dict[type, list[Any]] = {}
        for number in range(first, first + size):
            county = FIRST if chance.random() < FIRST_SHARE else chance.choice(counties)
            village = chance.choice(villages[county])
            for row in child_with_work(number, village, directors[village], chance):
                rows.setdefault(type(row), []).append(row)
        for model in (Person, PersonPlace, Determination, Outcome, Lead, Task):
            model.objects.bulk_create(rows.get(model, []), batch_size=PART)
        print(f"  {first + size:>7,} children, {time.perf_counter() - began:5.0f} s", flush=True)
    end_earlier_work()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"  made in {time.perf_counter() - began:.0f} s", flush=True)


def make_officers(counties: list[str]) -> dict[str, Post]:
    """A child director in every village, and in the first county's first township and offices one for each role; the directors by village."""
    places = [("990000000000", "试验省", "province"), ("990100000000", "试验市", "city")]
    wanted = [(role, place) for role, place in PLACES.items() if role != "child_director"]
    for county in counties:
        places.append((f"{county}000000", f"{county[4:]}县", "county"))
        for town in range(1, TOWNSHIPS + 1):
            places.append((f"{county}{town:03d}000", f"{town}镇", "township"))
            homes = [f"{county}{town:03d}{village:03d}" for village in range(1, VILLAGES + 1)]
            places += [(home, f"{home[9:]}村", "village") for home in homes]
            wanted += [("child_director", home) for home in homes]
    Division.objects.bulk_create((Division(code=code, name=name, level=level) for code, name, level in places), PART)
    password, now = make_password(office_county.PASSWORD), timezone.now()
    users = [
        User(username=f"u{number:05d}", full_name=f"试用{number}", password=password, created_at=now)
        for number in range(len(wanted))
    ]
    User.objects.bulk_create(users, batch_size=PART)
    posts = [
        Post(user=user, role=role, division=division, valid_from=dt.date(2020, 1, 1))
        for user, (role, division) in zip(users, wanted, strict=True)
    ]
    Post.objects.bulk_create(posts, batch_size=PART)
    return {post.division: post for post in posts if post.role == "child_director"}


def child_with_work(number: int, village: str, director: Post, chance: random.Random) -> Iterator[Any]:
    """A child with a category, a lead and one open task."""
    now, today = timezone.now(), timezone.localdate()
    name = chance.choice(office_county.SURNAMES) + "".join(chance.choices(office_county.GIVEN, k=2))
    child = Person(
        linkage_id=f"t{number}", kind="child", name=name, sex="female", birth_date=dt.date(2015, 1, 1),
        division=village, restricted=number % 1000 == 0, created_at=now, updated_at=now,
    )  # fmt: skip
    yield child
    yield PersonPlace(person=child, division=village, why="hukou")
    made = Determination(
        person=child, as_of=today, division=village, pack_version="0", facts_hash="0", hash="0", content=b"",
        cause="load", known_at=now, made_at=now,
    )  # fmt: skip
    yield made
    yield Outcome(
        determination=made, person=child, rule="left_behind", kind="category", outcome="yes", basis="rostered"
    )
    kind, role, department, _share = chance.choices(KINDS, [one[3] for one in KINDS])[0]
    state = {"assign_lead": LeadState.NEW, "verify_lead": LeadState.ASSIGNED, "review_lead": LeadState.REPORTED}
    lead = Lead(
        linkage_id=f"lead{number}", person=child, why="entitled", rules=["orphan"], deciding=["household.dibao"],
        rank=number, division=village, queue="village", state=state.get(kind, LeadState.CLOSED),
        post=None if kind == "assign_lead" else director, assigned_at=now, opened_at=now,
        result="" if kind in state else "confirmed", closed_at=None if kind in state else now,
    )  # fmt: skip
    yield lead
    started = today - dt.timedelta(chance.randrange(30))
    days = chance.choice((3, 10, 30, 30, 60, 90))
    due, escalates = started + dt.timedelta(days), started + dt.timedelta(days * 3 // 2)
    told = 0 if due >= today else 100 if escalates > today else 150
    place = f"{village[:6]}000000" if role.startswith(("county", "partner")) else village
    yield Task(
        kind=kind, person=child, subject_id=str(lead.id if kind in state else uuid.uuid4()), department=department,
        division=f"{village[:9]}000" if role == "supervisor" else place,
        post=director if role == "child_director" else None, queue_role=role, started_on=started, due_on=due,
        half_on=started + dt.timedelta(days // 2), escalate_on=escalates, stage_told=told, created_at=now,
    )  # fmt: skip


def end_earlier_work() -> None:
    """Of every open task so many ended ones before it, made by the database itself."""
    sqlite = connection.vendor == "sqlite"
    new = "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()"
    day = "date({0}, '-' || (n.n * 90) || ' days')" if sqlite else "{0} - n.n * 90"
    given = {
        **{name: day.format(name) for name in ("started_on", "due_on", "half_on", "escalate_on")},
        "id": new,
        "state": "CASE WHEN n.n % 6 = 0 THEN 'withdrawn' ELSE 'done' END",
        "ended_at": "created_at",
        "ended_by": "'local'",
    }
    columns = [column.column for column in Task._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {ENDED_PER_OPEN})
            INSERT INTO cases_task ({", ".join(columns)}) SELECT {", ".join(given.get(one, one) for one in columns)}
            FROM cases_task CROSS JOIN n WHERE state = 'open'"""
        )


if __name__ == "__main__":
    main()
