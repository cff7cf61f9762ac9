# Django must be set up for the state folder of this run before its models are imported
"""A month's money at size: arrears for all after a standard back-dated twelve months, then an ordinary month to the finance file.

    CIYOU_HOME=bench/out/disbursement .venv/bin/python -m bench.disbursement --awards 100000

Every child is an orphan with a determination of about twenty statements, an account, an ID number and an award. Twelve months are
paid at the old standard, and lie in the books as twelve runs left them, month by month; then the law is another one, and the run owes
the difference for all of them. The next month is ordinary.
With DATABASE_URL set it measures in that database (`scripts/with_postgresql.py --sized …` makes one). Prints a table; exit 1 when a limit is passed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import random
import resource
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ["CIYOU_HOME"] = str(Path(os.environ.get("CIYOU_HOME") or "bench/out/disbursement").absolute())

from bench import office_county  # sets Django up
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from tests.month_builders import card_number

from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.awards.models import Award
from ciyou.apps.disbursement.computing import compute_run
from ciyou.apps.disbursement.handing import hand_over
from ciyou.apps.disbursement.models import DueSchedule, MonthRun, PaidMonth, PaymentLine
from ciyou.apps.disbursement.runs import MonthWish, approve_run, begin_month, review_run
from ciyou.apps.entitlements.archive import book_now
from ciyou.apps.entitlements.contents import in_order, make_content, seal_content
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.registry.models import Identifier, PayeeAccount, Person, PersonPlace
from ciyou.apps.registry.payees import seal_account
from ciyou.core.access.actor import Actor
from ciyou.core.awards.month import Month, months_from
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.core.rules.interpreter import Decision, decide_all

COUNTY, SERIES, ORPHAN = "511304000000", "children_living", "orphan_living_allowance"
FIRST, LAST_PAID = Month(2024, 1), Month(2024, 12)
OLD_FEN = 120_000
LIMIT_S = 60.0
PART = 5000
CHILD, FATHER, MOTHER, HOUSEHOLD = Entity.CHILD, Entity.FATHER, Entity.MOTHER, Entity.HOUSEHOLD


def main() -> None:
    """Make the county, pay the arrears, pay an ordinary month."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--awards", type=int, default=100_000)
    parser.add_argument("--layout", default="one_card_csv")
    chosen = parser.parse_args()
    call_command("prepare")
    if Person.objects.exists():
        sys.exit("This state folder or database holds people already; choose another.")
    desk = make_desk()
    make_children(chosen.awards)
    if connection.vendor == "postgresql":  # as autovacuum leaves any database that has stood for a while
        connection.cursor().execute("VACUUM (ANALYZE)")
    print(f"{chosen.awards:,} awards, {PaidMonth.objects.count():,} months paid at the old standard\n")
    print("| what | clock s | CPU s |\n|---|---|---|", flush=True)
    back_dated = measured("a standard back-dated twelve months: arrears for all", lambda: draft(desk, Month(2025, 1)))
    run = MonthRun.objects.get()
    print(f"| … lines drawn | {PaymentLine.objects.count():,} | |")
    MonthRun.objects.filter(id=run.id).update(state="closed")
    ordinary = measured("an ordinary month: compute", lambda: draft(desk, Month(2025, 2)))
    ordinary += measured("… review and approve", lambda: approve(desk))
    ordinary += measured("… hand over (roster, application)", lambda: hand(desk, chosen.layout))
    run = MonthRun.objects.get(state="handed")
    print(
        f"\n{run.payments_count:,} payments, {run.amount_fen // 100:,} yuan; together {ordinary:.1f} s of {LIMIT_S:.0f};"
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB.")
    if max(back_dated, ordinary) > LIMIT_S:
        sys.exit("Slower than the limit.")


def measured(what: str, do) -> float:
    """Do it and print how long it took."""
    began, cpu = time.perf_counter(), time.process_time()
    do()
    took = time.perf_counter() - began
    print(f"| {what} | {took:.1f} | {time.process_time() - cpu:.1f} |", flush=True)
    return took


def draft(desk: list[Actor], month: Month) -> None:
    """Begin and compute a month."""
    wish = MonthWish(uuid.uuid4(), SERIES, month, month.first_day)
    compute_run(begin_month(desk[0], wish=wish, today=month.first_day))


def approve(desk: list[Actor]) -> None:
    """Review and approve the drafted month."""
    run = MonthRun.objects.get(state="drafted")
    review_run(desk[1], run_id=run.id, version=run.version)
    run.refresh_from_db()
    approve_run(desk[2], run_id=run.id, version=run.version)


def hand(desk: list[Actor], layout: str) -> None:
    """Make the files of the approved month."""
    run = MonthRun.objects.get(state="approved")
    hand_over(desk[2], run_id=run.id, version=run.version, layout=layout)


def make_desk() -> list[Actor]:
    """The three people of the county."""
    posts = office_county.make_officers([])
    found = []
    for post, role in zip(posts["sign_ins"], ("county_drafter", "county_reviewer", "county_approver"), strict=False):
        post.role, post.division = role, COUNTY
        post.save()
        actor = actor_of(post)
        assert actor is not None
        found.append(actor)
    return found


def made_up(chance: random.Random, born: dt.date) -> tuple[StatedFact, ...]:
    """The statements of an orphan: about twenty."""
    told = [(CHILD, "birth_date", born), (CHILD, "in_institution", False)]
    told += [
        (CHILD, name, False) for name in ("dead", "adopted", "parents_untraceable", "recognized_tekun", "chose_tekun")
    ]
    told += [
        (CHILD, "disability_grade", 0),
        (CHILD, "school_stage", "primary"),
        (HOUSEHOLD, "dibao", chance.random() < 0.3),
    ]
    for parent in (FATHER, MOTHER):
        told += [(parent, "dead", True), (parent, "severely_ill", False), (parent, "birth_date", dt.date(1985, 1, 1))]
        told += [(parent, "declared_dead", False), (parent, "working_away", False)]
    return in_order(StatedFact(who, name, value, Basis.ROSTERED, "roster") for who, name, value in told)


def make_children(awards: int) -> None:
    """The children with everything that a run reads, in bulk; and what twelve runs paid them, as they wrote it."""
    towns = itertools.product(range(1, 21), range(1, 26))
    made = Made(random.Random(20_261_126), [f"{COUNTY[:6]}{town:03d}{village:03d}" for town, village in towns])
    for first in range(0, awards, PART):
        for number in range(first, min(first + PART, awards)):
            made.add(number)
        for model in (Person, PersonPlace, Identifier, PayeeAccount, Determination, Award, DueSchedule):
            model.objects.bulk_create(made.rows.pop(model), batch_size=PART)
    by_child = Award.objects.order_by("person_id").values_list("id", "identity")
    for month in months_from(FIRST, LAST_PAID):
        paid = {"entitlement": ORPHAN, "month": month.first_day, "paid_fen": OLD_FEN}
        PaidMonth.objects.bulk_create(
            (PaidMonth(award_id=award, identity=identity, **paid) for award, identity in by_child), batch_size=PART
        )


@dataclass
class Made:
    """The rows of the next part of the children."""

    chance: random.Random
    villages: list[str]
    rows: dict[type, list[Any]] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)

    def put(self, row: Any) -> None:
        self.rows.setdefault(type(row), []).append(row)

    def add(self, number: int) -> None:
        """One child with its account, its ID number, its determination and its award."""
        now, village = timezone.now(), self.villages[number % len(self.villages)]
        born = dt.date(2010, 1, 1) + dt.timedelta(self.chance.randrange(4000))
        child = office_county._person(self.put, f"m{number}", "child", village, born, self.chance)
        self.put(office_county._identifier(child, number, opened=True))
        card = {"holder": "代领人", "bank": "农村信用社", "number": card_number(number)}
        self.put(
            PayeeAccount(
                person=child,
                cipher=seal_account(child.id, card),
                blind=f"{number:064x}",
                recorded_at=now,
                recorded_by="local",
            )
        )
        self._award(child, self._determination(child, made_up(self.chance, born), now), now)

    def _determination(self, child: Person, told: tuple[StatedFact, ...], now: dt.datetime) -> Determination:
        as_of = dt.date(2025, 1, 1)
        if not self.decisions:  # those of one child stand for all: nobody reads them here, they only have their length
            self.decisions = decide_all(book_now(division=child.division, as_of=as_of), FactState.on(as_of, told))
        made = Determination(
            person=child, as_of=as_of, division=child.division, pack_version="0", facts_hash="0", hash="0", cause="load",
            known_at=now, made_at=now,
        )  # fmt: skip
        made.content = seal_content(made.id, make_content(told, self.decisions))
        self.put(made)
        return made

    def _award(self, child: Person, made: Determination, now: dt.datetime) -> None:
        award = Award(
            person=child, identity=f"file:{child.id.hex}", entitlement=ORPHAN, series=SERIES, division=child.division,
            amount_fen=OLD_FEN, first_month=FIRST.first_day, awarded_on=now.date(), awarded_by="local",
        )  # fmt: skip
        self.put(award)
        self.put(
            DueSchedule(
                award=award, determination_id=made.id, pack_version="old", first_month=FIRST.first_day,
                through=LAST_PAID.first_day, stretches=[],
            )
        )  # fmt: skip


if __name__ == "__main__":
    main()
