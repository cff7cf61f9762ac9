# Django must be set up for the state folder of this run before its models are imported
"""Determining again in a county: everybody, the hundredth of whom something changed, nobody; and what would settle most.

    CIYOU_HOME=bench/out/redecide .venv/bin/python -m bench.redecide --children 10000

Every child has parents, facts and a real determination. Measured: everybody decided anew; one child in a hundred with a changed fact,
by the event; the nightly job with nobody due; new packs that say nothing otherwise here; adding up what would settle most, of all
places and of one; the page of the county that reads it. Prints a table; exit 1 when a limit is passed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import random
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["CIYOU_HOME"] = str(Path(os.environ.get("CIYOU_HOME") or "bench/out/redecide").absolute())

from bench import office_county  # sets Django up
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ciyou.apps.accounts.models import Division
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.entitlements.models import Determination, OpenTally, TallyPlace
from ciyou.apps.entitlements.services import determine_children, on_facts_changed, redetermine_due
from ciyou.apps.entitlements.tallies import keep_tallies
from ciyou.apps.entitlements.triage import triage_of
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import NewStatement, record_facts
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.packs import load_rule_book, pack_version
from ciyou.packs.pack_files import SHIPPED

SHARE, RATIO_LIMIT = 100, 0.05
PAGE_LIMIT_S, PAGE_QUERIES = 0.3, 12
PART, LOOKS = 1000, 20


def main() -> None:
    """Make the county, then measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=10_000)
    chosen = parser.parse_args()
    call_command("prepare")
    if Person.objects.exists():
        sys.exit("This state folder or database holds people already; choose another.")
    posts = make_county(chosen.children)
    children = list(Person.objects.filter(kind="child").order_by("id").values_list("id", flat=True))
    today = timezone.localdate()
    print("| what | seconds |\n|---|---|", flush=True)
    full = measured(f"everybody: {len(children):,} children decided", lambda: determine(children, today))
    few = children[::SHARE]
    change_a_fact(posts, few)
    part = measured(f"{len(few):,} with a changed fact, by the event", lambda: on_facts_changed(map(str, few)))
    measured("nightly job, nobody due", lambda: redetermine_due(today))
    Determination.objects.filter(current=True).update(seen_packs=other_packs())
    measured("new packs that say nothing otherwise here: noted, nobody decided", lambda: redetermine_due(today))
    measured("what would settle most: all places added up", lambda: [None for _ in iter(keep_tallies, 0)])
    TallyPlace.objects.filter(division=TallyPlace.objects.order_by("division")[0].division).update(stale=True)
    measured("… one place", keep_tallies)
    page, queries = page_of(posts, today)
    print(
        f"| … the county's list ({OpenTally.objects.count():,} rows): p95 of {LOOKS}, {queries} queries | {page:.3f} |"
    )
    print(f"\nA hundredth takes {part / full:.1%} of everybody's time (limit {RATIO_LIMIT:.0%}).")
    sys.exit(1 if part > RATIO_LIMIT * full or page > PAGE_LIMIT_S or queries > PAGE_QUERIES else 0)


def make_county(count: int) -> dict:
    """Children, parents and sealed facts in bulk; every file can be opened."""
    wanted = -(-count // office_county.CHILDREN_PER_VILLAGE)
    villages = list(itertools.islice(office_county._villages(), wanted))
    Division.objects.bulk_create(office_county._divisions(villages))
    posts = office_county.make_officers(villages)
    office_county.SAMPLE = count
    opened: dict = {village: [] for village in villages}
    for first in range(0, count, PART):
        size = min(PART, count - first)
        office_county.make_children(first, size, villages, random.Random(first), posts, opened)
    return posts


def determine(children: list, day: dt.date) -> None:
    """Decide every rule for everybody."""
    determine_children(LOCAL_OPERATOR, child_ids=children, as_of=day, cause="load")


def change_a_fact(posts: dict, children: list) -> None:
    """Somebody has found out that these children are recognized as tekun."""
    actor = actor_of(posts["sign_ins"][0])
    assert actor is not None
    for child in children:
        told = [NewStatement("recognized_tekun", True, "verified")]
        record_facts(actor, person_id=child, statements=told, source="inquiry")


def other_packs() -> str:
    """The version of packs that were shipped before: another standard in another province. They are kept as an installation keeps them."""
    kept = Path(settings.HOME) / "packs"
    before = kept / "before"
    shutil.copytree(SHIPPED, before, ignore=shutil.ignore_patterns("__pycache__"))
    rows = before / "cn_35/standards/orphan_scattered_standard.csv"
    rows.write_text(rows.read_text(encoding="utf-8").replace(",1891,", ",1850,"), encoding="utf-8")
    version = pack_version(root=before)
    assert version != pack_version()
    before.rename(kept / version)
    return version


def page_of(posts: dict, day: dt.date) -> tuple[float, int]:
    """The p95 of reading the list of the county, and how often the database is asked."""
    actor = actor_of(posts["officers"][0])
    assert actor is not None
    book = load_rule_book(division=office_county.COUNTY, as_of=day)
    taken = []
    for _ in range(LOOKS):
        started = time.perf_counter()
        triage_of(actor, book=book)
        taken.append(time.perf_counter() - started)
    with CaptureQueriesContext(connection) as queries:
        triage_of(actor, book=book)
    return sorted(taken)[int(LOOKS * 0.95) - 1], len(queries)


def measured(what: str, work: Callable[[], object]) -> float:
    """Run something and print how long it took."""
    started = time.perf_counter()
    work()
    taken = time.perf_counter() - started
    print(f"| {what} | {taken:.2f} |", flush=True)
    return taken


if __name__ == "__main__":
    main()
