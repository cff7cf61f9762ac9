# Django must be set up for the state folder of this run before its models are imported
"""Merges that are undone: how many random pairs of files stand again byte for byte, and what one costs.

    CIYOU_HOME=bench/out/merge_pairs .venv/bin/python -m bench.merge_pairs --pairs 1000 [--seconds 180]

Every pair is two children's files with whatever chance gives them: facts of several sources, a parent with facts, numbers, an account,
an award, a second residence. They are merged with all that follows a merge (the events are delivered), then the merge is undone, by two
people where one of the children is paid; before and after, every column of every row that a merge may touch is compared. Stops after
`--seconds`. Prints a table; exit 1 when a pair differs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import statistics
import sys
import time
from pathlib import Path
from uuid import UUID

os.environ["CIYOU_HOME"] = str(Path(os.environ.get("CIYOU_HOME") or "bench/out/merge_pairs").absolute())

from bench import office_county  # sets Django up
from django.core.management import call_command
from django.utils import timezone

from ciyou.apps.accounts.models import Division, Post, User
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.awards.models import Award
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import IdentityDecision, Person
from ciyou.apps.registry.places import refresh_places
from ciyou.apps.registry.row_images import Image, RowChange, difference, image_of
from ciyou.apps.registry.services import (
    NewStatement,
    confirm_unmerge,
    ensure_parent,
    merge_people,
    record_facts,
    record_identifier,
    record_payee,
    unmerge_people,
)
from ciyou.core.access.actor import Actor

VILLAGES = ("990101001001", "990101001002")
FACTS = ("adopted", "parents_untraceable", "chose_tekun")
SOURCES = ("visit", "police", "school")
LEFT_BEHIND = frozenset({"cases.Task"})
"""What was asked of somebody in between stands: it is about a decision of that time."""


def main() -> None:
    """Make pairs one after the other, merge and undo each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=6)
    chosen = parser.parse_args()
    call_command("prepare")
    if Person.objects.exists():
        sys.exit("This state folder or database holds people already; choose another.")
    first, second = officers()
    chance, until = random.Random(chosen.seed), time.monotonic() + chosen.seconds
    seconds, paid, wrong = [], 0, []
    while len(seconds) < chosen.pairs and time.monotonic() < until:
        people = (a_file(first, chance), a_file(first, chance))
        began = time.perf_counter()
        differing = not_as_before(first, second, people)
        seconds.append(time.perf_counter() - began)
        paid += Award.objects.filter(person_id__in=people).exists()
        wrong += [differing] if differing else []
    print("| what | value |\n|---|---|")
    print(f"| pairs merged and undone | {len(seconds):,} |\n| of them with an award, undone by two | {paid:,} |")
    print(f"| restored byte for byte | {len(seconds) - len(wrong):,} |")
    print(f"| seconds for one, median | {statistics.median(seconds):.3f} |")
    for differing in wrong:
        print(f"differs: {', '.join(differing)}")
    sys.exit(1 if wrong else 0)


def officers() -> tuple[Actor, Actor]:
    """A drafter and a reviewer of a county that does not exist."""
    for code, level in ((office_county.COUNTY, "county"), *((one, "village") for one in VILLAGES)):
        Division.objects.get_or_create(code=code, defaults={"name": code, "level": level})
    found = []
    for role in ("county_drafter", "county_reviewer"):
        user = User.objects.create(username=role, full_name=role, password="!", created_at=timezone.now())
        post = Post.objects.create(user=user, role=role, division=office_county.COUNTY, valid_from=dt.date(2020, 1, 1))
        found.append(actor_of(post))
    drafter, reviewer = found
    assert drafter is not None and reviewer is not None
    return drafter, reviewer


def a_file(officer: Actor, chance: random.Random) -> UUID:
    """A child's file with whatever chance gives it."""
    now = timezone.now()
    child = Person.objects.create(
        kind="child", division=chance.choice(VILLAGES), residence_division=chance.choice(("", *VILLAGES)),
        name=f"孩子{chance.randrange(10**6)}", sex=chance.choice(("", "male", "female")),
        birth_date=chance.choice((None, dt.date(2016, 5, 1))), created_at=now, updated_at=now,
    )  # fmt: skip
    refresh_places([child.id])
    for name in FACTS:
        if chance.random() < 0.5:
            said = [NewStatement(name, chance.random() < 0.5, "verified")]
            record_facts(officer, person_id=child.id, statements=said, source=chance.choice(SOURCES))
    if chance.random() < 0.7:
        parent = ensure_parent(officer, child_id=child.id, kind=chance.choice(("father", "mother")))
        record_facts(officer, person_id=parent, statements=[NewStatement("dead", False, "verified")], source="visit")
    if chance.random() < 0.5:
        record_identifier(officer, person_id=child.id, kind="phone", value=f"1380013{chance.randrange(10**4):04d}")
    if chance.random() < 0.3:
        record_payee(officer, person_id=child.id, holder="代领人", bank="农村信用社", number="6228480000000000018")
    if chance.random() < 0.3:
        an_award(child)
    # As whoever loads a file does: else hearing of the merge would be its first determination, and its award's first doubt.
    determine_children(officer, child_ids=[child.id], as_of=timezone.localdate(), cause="load")
    return child.id


def an_award(child: Person) -> None:
    """A monthly award that runs."""
    Award.objects.create(
        person=child, identity=f"file:{child.id.hex}", entitlement="orphan_living_allowance", series="children_living",
        division=child.division, amount_fen=135_000, first_month=dt.date(2026, 1, 1), awarded_on=dt.date(2026, 1, 1),
        awarded_by="local",
    )  # fmt: skip


def not_as_before(first: Actor, second: Actor, people: tuple[UUID, UUID]) -> list[str]:
    """Merge, let everybody hear of it, undo; tables and columns that are not as they were."""
    settle()
    before = image_of(people)
    merge_people(first, keep=people[0], drop=people[1], reason="same_family")
    settle()
    merge = IdentityDecision.objects.get(kept=people[0], decision="merge")
    if unmerge_people(first, decision_id=merge.id, reason="two_families") == "proposed":
        confirm_unmerge(second, decision_id=merge.id)
    after = without_what_was_asked(image_of(people), before)
    return sorted({name for change in difference(before, after) for name in names_of(change)})


def names_of(change: RowChange) -> list[str]:
    """The columns of a row that differ, or that it is new or gone."""
    if change.was is None or change.now is None:
        return [f"{change.model} ({'a row more' if change.was is None else 'a row less'})"]
    return [f"{change.model}.{column}: {change.was[column]} → {now}" for column, now in change.now.items()]


def settle() -> None:
    """Everybody hears of everything, also of what hearing of it brings about: nothing of before is still on its way."""
    while deliver_events():
        pass


def without_what_was_asked(after: Image, before: Image) -> Image:
    """The rows, but for tasks that were opened in between."""
    return {place: row for place, row in after.items() if place in before or place[0] not in LEFT_BEHIND}


if __name__ == "__main__":
    main()
