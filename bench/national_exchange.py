# Django must be set up for the state folder of this run before its models are imported
"""A county's list for the national system at size: export, import and compare, settle nothing, and the pages' queries.

    CIYOU_HOME=bench/out/exchange .venv/bin/python -m bench.national_exchange --children 100000

Every child is an orphan with parents, facts, an ID number, a confirmed category and an award. Measured: the encrypted list of all of
them; the same list compared (nothing differs); the list without any of them, every child only on one side (the worst first
comparison); the list with a tenth of the rows changed. With DATABASE_URL set it measures in that database. Prints a table; exit 1
when a limit is passed.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import os
import random
import resource
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["CIYOU_HOME"] = str(Path(os.environ.get("CIYOU_HOME") or "bench/out/exchange").absolute())

from bench import office_county  # sets Django up
from django.core.management import call_command
from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.awards.models import Award
from ciyou.apps.entitlements.models import Determination, Outcome
from ciyou.apps.exchange.export_rows import ExportedChildren, exchange_sheet
from ciyou.apps.exchange.importing import compare_file, receive_exchange_file
from ciyou.apps.exchange.lists import ItemQuery, counts_of, list_items
from ciyou.apps.exchange.models import ExchangeFile
from ciyou.apps.oversight.national_exports import NationalWish, begin_national_export, make_export_now
from ciyou.apps.registry.models import Fact, Identifier, Person, PersonPlace, Relationship
from ciyou.apps.registry.sealing import blind_identifier, seal_identifier
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.linkage.identity import checksum_char

COUNTY = "511304000000"
LIMIT_S = 60.0
PART = 5000


def main() -> None:
    """Make the county, export it, and compare three lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument(
        "--rows", type=int, default=0, help="rows of the lists; strangers fill them up (default: one a child)"
    )
    parser.add_argument("--again", action="store_true", help="use the county that is in the state folder")
    chosen = parser.parse_args()
    call_command("prepare")
    if Person.objects.exists() and not chosen.again:
        sys.exit("This state folder or database holds people already; choose another.")
    post = Post.objects.order_by("id").last() if chosen.again else office_county.make_officers([])["sign_ins"][0]
    post.role, post.division = "county_drafter", COUNTY
    post.save()
    actor = actor_of(post)
    assert actor is not None
    if not chosen.again:
        make_children(chosen.children)
    print(f"{Award.objects.count():,} children\n\n| what | clock s | CPU s |\n|---|---|---|", flush=True)
    times = [measured("export of all, encrypted, with the record in the log", lambda: export(actor))]
    rows = measured_rows(actor)
    rows += [filled(rows, count) for count in range(chosen.rows - len(rows) + 1)]
    print(f"| … rows of each list | {len(rows) - 1:,} | |")
    times.append(measured("compare: nothing differs", lambda: compare(actor, rows)))
    times.append(measured("compare: every child on one side only", lambda: compare(actor, strangers(rows))))
    times.append(measured("compare: a tenth differs, all others found again", lambda: compare(actor, altered(rows))))
    for kind in ("differs", "only_here", "only_there"):
        measured(f"page of {kind}, first", lambda kind=kind: list_items(actor, query=ItemQuery(kind=kind)))
    measured("page of gone items, the 1,000th", lambda: list_items(actor, query=ItemQuery(state="gone"), page=1000))
    measured("counts", lambda: counts_of(actor))
    print(f"\n{ExchangeFile.objects.latest('at').counts}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB.")
    if max(times) > LIMIT_S:
        sys.exit("Slower than the limit.")


def measured(what: str, do: Callable[[], object]) -> float:
    """Do it and print how long it took."""
    began, cpu = time.perf_counter(), time.process_time()
    do()
    took = time.perf_counter() - began
    print(f"| {what} | {took:.2f} | {time.process_time() - cpu:.2f} |", flush=True)
    return took


def export(actor: Actor) -> None:
    """The list of all children as the worker makes it."""
    wish = NationalWish(uuid.uuid4(), "national_children", "everybody", Purpose.SERVE, "测量：录入全国系统用时")
    begin_national_export(actor, wish=wish, proved=True)
    assert make_export_now(wish.export_id)


def measured_rows(actor: Actor) -> list[list[Any]]:
    """The same list as rows, the titles first."""
    sheet = exchange_sheet(
        actor,
        mapping="national_children",
        which=ExportedChildren.EVERYBODY,
        purpose=Purpose.SERVE,
        today=timezone.localdate(),
    )
    return [sheet.titles, *(row for part in sheet.parts() for row in part)]


def compare(actor: Actor, rows: list[list[Any]]) -> None:
    """Receive and compare a list."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    compare_file(receive_exchange_file(actor, name="list.csv", content=text.getvalue().encode("gb18030")))


def filled(rows: list[list[Any]], count: int) -> list[Any]:
    """One more row, about a child whom nobody here knows."""
    row = list(rows[1])
    row[rows[0].index("身份证号码")], row[rows[0].index("姓名")] = number_of(count, "510106"), f"别{count}"
    return row


def strangers(rows: list[list[Any]]) -> list[list[Any]]:
    """As many children whom nobody here knows."""
    place, name = rows[0].index("身份证号码"), rows[0].index("姓名")
    made = [list(row) for row in rows]
    for count, row in enumerate(made[1:]):
        row[place], row[name] = number_of(count, "510105"), f"外{count}"
    return made


def altered(rows: list[list[Any]]) -> list[list[Any]]:
    """Every tenth with another amount."""
    place = rows[0].index("发放标准（元/月）")
    made = [list(row) for row in rows]
    for row in made[1::10]:
        row[place] = "1.00"
    return made


def number_of(count: int, region: str = "511304") -> str:
    """The count-th number of a region that is right in form."""
    born = dt.date(2010, 1, 1) + dt.timedelta(count // 999)
    first17 = f"{region}{born:%Y%m%d}{count % 999 + 1:03d}"
    return first17 + checksum_char(first17)


def make_children(children: int) -> None:
    """The children in bulk, each with what a comparison reads."""
    chance = random.Random(20_261_126)
    for first in range(0, children, PART):
        rows: dict[type, list[Any]] = defaultdict(list)
        for count in range(first, min(first + PART, children)):
            for row in _rows_of(count, chance):
                rows[type(row)].append(row)
        for model in (Person, PersonPlace, Identifier, Relationship, Fact, Determination, Outcome, Award):
            model.objects.bulk_create(rows[model], batch_size=PART)


def _rows_of(count: int, chance: random.Random) -> list[Any]:
    made: list[Any] = []
    _add(made.append, count, chance)
    return made


def _add(put: Callable[[Any], None], count: int, chance: random.Random) -> None:
    village, now, number = f"{COUNTY[:6]}{count % 20 + 1:03d}{count % 25 + 1:03d}", timezone.now(), number_of(count)
    born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    child = office_county._person(put, f"x{count}", "child", village, born, chance)
    child.sex = "male" if int(number[16]) % 2 else "female"
    put(
        Identifier(
            person=child,
            kind="id_card",
            cipher=seal_identifier(child.id, "id_card", number),
            blind=blind_identifier("id_card", number),
            source="police_hukou",
            recorded_at=now,
        )
    )
    put(office_county._fact(child, "in_institution", False, 3, opened=True))
    put(office_county._fact(child, "disability_grade", chance.choice((0, 0, 0, 2)), 4, opened=True))
    for kind in ("father", "mother"):
        parent = office_county._person(put, f"x{count}{kind}", "adult", village, dt.date(1985, 1, 1), chance)
        put(
            Relationship(
                person=child, other=parent, kind=kind, source="police_hukou", recorded_at=now, recorded_by="local"
            )
        )
        put(office_county._fact(parent, "dead", True, 4, opened=True))
    made = Determination(
        person=child, as_of=now.date(), division=village, pack_version="0", facts_hash="0", hash="0", content=b"", cause="load",
        known_at=now, made_at=now, state="confirmed", decided_by="local", decided_at=now,
    )  # fmt: skip
    put(made)
    put(Outcome(determination=made, person=child, rule="orphan", kind="category", outcome="yes", basis="rostered"))
    put(
        Award(
            person=child, identity=f"file:{child.id.hex}", entitlement="orphan_living_allowance", series="children_living",
            division=village, amount_fen=135_000, first_month=dt.date(2026, 1, 1), awarded_on=now.date(), awarded_by="local",
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
