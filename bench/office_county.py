# ruff: noqa: E402  # Django must be set up for the state folder of this run before its models are imported
"""A synthetic county of any size in a state folder, for the measurements of the pages: children, parents, facts, work, officers.

    CIYOU_HOME=bench/out/office .venv/bin/python -m bench.office_county --children 100000

Rows are written in bulk. `SAMPLE` children of every `writer` village get real determinations, so that their pages can be opened; the
others have outcomes and an empty determination. What the measuring programs need (cookies, ids, secrets of second factors) goes to
`office.json` in the state folder. With DATABASE_URL set the county is made in that database.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import itertools
import json
import os
import random
import sys
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciyou.config.settings")
os.environ["CIYOU_HOME"] = str(Path(os.environ.get("CIYOU_HOME") or "bench/out/office").absolute())

import django

django.setup()

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from ciyou.apps.accounts.models import Division, Post, SecondFactor, User
from ciyou.apps.accounts.sealing import seal_factor
from ciyou.apps.accounts.sessions import begin_session
from ciyou.apps.cases.models import Lead, LeadState, Task, Visit, VisitedChild
from ciyou.apps.entitlements.models import Determination, Outcome
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import Fact, Identifier, Person, PersonPlace, Relationship
from ciyou.apps.registry.readings import name_fields
from ciyou.apps.registry.sealing import blind_identifier, seal_fact, seal_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR

COUNTY = "990101000000"
VILLAGES_PER_TOWNSHIP = 25
CHILDREN_PER_VILLAGE = 200
SAMPLE = 40
"""Children of each writer's village with a real determination; as many as one writer writes about."""
WRITERS, OFFICERS, SIGN_INS = 50, 8, 150
PASSWORD = "correct-horse-battery"
SURNAMES, GIVEN = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许",
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志云",
)
UNOPENED = b"\x01" * 60
"""In place of a ciphertext that no page of the measurement opens: as long as a real one, and not made a million times."""
RULES = ("de_facto_unattended", "orphan", "dibao_member", "left_behind")
PART = 5000


def main() -> None:
    """Make the county and write `office.json`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--again", action="store_true", help="only sign everybody in again: a session rests for half an hour at most"
    )
    chosen = parser.parse_args()
    call_command("prepare")
    if chosen.again:
        sign_in_again()
        return
    if Person.objects.exists():
        sys.exit("This state folder or database holds people already; choose another.")
    started = time.perf_counter()
    villages = list(itertools.islice(_villages(), max(WRITERS, -(-chosen.children // CHILDREN_PER_VILLAGE))))
    Division.objects.bulk_create(_divisions(villages), batch_size=PART)
    posts = make_officers(villages)
    random_numbers = random.Random(chosen.seed)
    sampled: dict[str, list[uuid.UUID | None]] = {village: [] for village in villages[:WRITERS]}
    for first in range(0, chosen.children, PART):
        size = min(PART, chosen.children - first)
        make_children(first, size, villages, random_numbers, posts, sampled)
        print(f"  {first + size:>9,} children, {time.perf_counter() - started:6.0f} s", flush=True)
    children = [child for found in sampled.values() for child in found]
    determine_children(LOCAL_OPERATOR, child_ids=children, as_of=timezone.localdate(), cause="load")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    write_office(posts, sampled)
    print(
        f"{chosen.children:,} children, {Person.objects.count():,} people, {Fact.objects.count():,} facts: {time.perf_counter() - started:.0f} s"
    )


def _villages() -> Iterable[str]:
    for number in itertools.count():
        yield f"990101{number // VILLAGES_PER_TOWNSHIP + 1:03d}{number % VILLAGES_PER_TOWNSHIP + 1:03d}"


def _divisions(villages: list[str]) -> list[Division]:
    townships = sorted({village[:9] + "000" for village in villages})
    rows = [("990000000000", "试验省", "province"), ("990100000000", "试验市", "city"), (COUNTY, "试验县", "county")]
    rows += [(code, f"{code[6:9]}镇", "township") for code in townships]
    rows += [(code, f"{code[9:]}村", "village") for code in villages]
    return [Division(code=code, name=name, level=level) for code, name, level in rows]


def make_officers(villages: list[str]) -> dict[str, list[Post]]:
    """The county's officers, a child director for each village, and whoever signs in at eight o'clock."""
    password, now = make_password(PASSWORD), timezone.now()
    wanted = [("county_reviewer", COUNTY)] * OFFICERS
    wanted += [("child_director", village) for village in villages]
    wanted += [("county_drafter", COUNTY)] * SIGN_INS
    users = [
        User(username=f"u{number:05d}", full_name=f"试用{number}", password=password, created_at=now)
        for number in range(len(wanted))
    ]
    User.objects.bulk_create(users, batch_size=PART)
    made = [
        Post(user=user, role=role, division=division, valid_from=dt.date(2020, 1, 1))
        for user, (role, division) in zip(users, wanted, strict=True)
    ]
    Post.objects.bulk_create(made, batch_size=PART)
    return {
        "officers": made[:OFFICERS],
        "directors": made[OFFICERS : OFFICERS + len(villages)],
        "sign_ins": made[OFFICERS + len(villages) :],
    }


def make_children(
    first: int,
    size: int,
    villages: list[str],
    chance: random.Random,
    posts: dict[str, list[Post]],
    sampled: dict[str, list[uuid.UUID | None]],
) -> None:
    """One part of the children with their families, facts and work."""
    now, today = timezone.now(), timezone.localdate()
    rows: dict[type[Any], list[Any]] = {}
    put = lambda row: rows.setdefault(type(row), []).append(row)  # noqa: E731
    for number in range(first, first + size):
        place = number % len(villages)
        village, post = villages[place], posts["directors"][place]
        opened = len(sampled.get(village, [None] * SAMPLE)) < SAMPLE
        child = _person(
            put, f"b{number}", "child", village, dt.date(2009, 1, 1) + dt.timedelta(chance.randrange(6200)), chance
        )
        parents = [
            _person(put, f"b{number}{kind[0]}", "adult", village, dt.date(1985, 1, 1), chance)
            for kind in ("father", "mother")
        ]
        for kind, parent in zip(("father", "mother"), parents, strict=True):
            put(
                Relationship(
                    person=child,
                    other=parent,
                    kind=kind,
                    source="police_hukou",
                    confidence=0.9,
                    recorded_at=now,
                    recorded_by="local",
                )
            )
            dead = chance.random() < 0.03
            for name in ("dead", "declared_dead", "declared_missing", "imprisoned"):
                put(_fact(parent, name, dead and name == "dead", 4, opened=opened))
        for name, value in (("dead", False), ("adopted", False), ("parents_untraceable", False)):
            put(_fact(child, name, value, 4, opened=opened))
        put(_fact(child, "hukou_division", village, 3, opened=opened))
        put(_fact(child, "birth_date", child.birth_date.isoformat(), 3, opened=opened))
        put(_fact(child, "household.dibao", chance.random() < 0.1, 3, opened=opened))
        put(_identifier(child, number, opened=opened))
        if opened:
            sampled[village].append(child.id)
        else:
            _decided(put, child, chance)
        if chance.random() < 0.2:
            lead = Lead(
                linkage_id=f"lead{number}",
                person=child,
                why="entitled",
                rules=["orphan"],
                deciding=["household.dibao"],
                rank=number,
                division=village,
                queue="village",
                state=LeadState.ASSIGNED,
                post=post,
                assigned_at=now,
                opened_at=now,
            )
            put(lead)
            due = today + dt.timedelta(chance.randrange(-5, 20))
            put(
                Task(
                    kind="verify_lead",
                    person=child,
                    subject_id=str(lead.id),
                    division=village,
                    post=post,
                    started_on=today,
                    due_on=due,
                    half_on=today,
                    escalate_on=due,
                    created_at=now,
                )
            )
        if chance.random() < 0.3:
            visit = Visit(
                id=uuid.uuid4(),
                post=post,
                division=village,
                visited_on=today - dt.timedelta(chance.randrange(90)),
                content=b"",
                recorded_at=now,
            )
            put(visit)
            put(VisitedChild(visit=visit, person=child))
    for model in (
        Person,
        PersonPlace,
        Identifier,
        Relationship,
        Fact,
        Determination,
        Outcome,
        Lead,
        Task,
        Visit,
        VisitedChild,
    ):
        model.objects.bulk_create(rows.get(model, []), batch_size=PART)


def _person(put: Any, key: str, kind: str, village: str, born: dt.date, chance: random.Random) -> Person:
    name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2))
    now = timezone.now()
    person = Person(
        linkage_id=key,
        kind=kind,
        **name_fields(name),
        sex=chance.choice(("male", "female")),
        birth_date=born,
        division=village,
        created_at=now,
        updated_at=now,
    )
    put(person)
    put(PersonPlace(person=person, division=village, why="hukou"))
    if kind == "adult":
        put(PersonPlace(person=person, division=village, why="family"))
    return person


def _fact(person: Person, name: str, value: object, sensitivity: int, *, opened: bool) -> Fact:
    return Fact(
        person=person,
        name=name,
        value=seal_fact(person.id, name, value) if opened else UNOPENED,  # type: ignore[arg-type]
        sensitivity=sensitivity,
        basis="rostered",
        source="police_hukou",
        recorded_at=timezone.now(),
        recorded_by="local",
    )


def _identifier(person: Person, number: int, *, opened: bool) -> Identifier:
    value = f"990101{person.birth_date:%Y%m%d}{number % 1000:03d}X"
    return Identifier(
        person=person,
        kind="id_card",
        cipher=seal_identifier(person.id, "id_card", value) if opened else UNOPENED,
        blind=blind_identifier("id_card", value) if opened else f"{number:064x}",
        source="police_hukou",
        recorded_at=timezone.now(),
    )


def _decided(put: Any, child: Person, chance: random.Random) -> None:
    now = timezone.now()
    made = Determination(
        person=child,
        as_of=now.date(),
        division=child.division,
        pack_version="0",
        facts_hash="0",
        hash="0",
        content=b"",
        cause="load",
        known_at=now,
        made_at=now,
    )
    put(made)
    for rule in chance.sample(RULES, chance.choice((0, 1, 1, 2))):
        outcome = chance.choice(("yes", "undetermined"))
        put(Outcome(determination=made, person=child, rule=rule, kind="category", outcome=outcome, basis="rostered"))


def write_office(posts: dict[str, list[Post]], sampled: dict[str, list[uuid.UUID | None]]) -> None:
    """Sessions for those who read and write, second factors for those who sign in; all of it in `office.json`."""
    secrets = [os.urandom(20) for _ in posts["sign_ins"]]
    now = timezone.now()
    SecondFactor.objects.bulk_create(
        SecondFactor(
            user=post.user, kind="totp", label="", secret=seal_factor(post.user_id, "totp", secret), created_at=now
        )
        for post, secret in zip(posts["sign_ins"], secrets, strict=True)
    )
    office = {
        "officers": [_cookie(post) for post in posts["officers"]],
        "writers": [
            {"cookie": _cookie(post), "children": [str(child) for child in sampled[post.division]]}
            for post in posts["directors"][:WRITERS]
        ],
        "sign_ins": [
            {"username": post.user.username, "password": PASSWORD, "totp": base64.b64encode(secret).decode()}
            for post, secret in zip(posts["sign_ins"], secrets, strict=True)
        ],
    }
    Path(os.environ["CIYOU_HOME"], "office.json").write_text(json.dumps(office), encoding="utf-8")


def sign_in_again() -> None:
    """Fresh sessions for the same people in `office.json`."""
    path = Path(os.environ["CIYOU_HOME"], "office.json")
    office = json.loads(path.read_text(encoding="utf-8"))
    posts = Post.objects.select_related("user").order_by("user__username")
    office["officers"] = [_cookie(post) for post in posts.filter(role="county_reviewer")]
    for writer, post in zip(office["writers"], posts.filter(role="child_director"), strict=False):
        writer["cookie"] = _cookie(post)
    path.write_text(json.dumps(office), encoding="utf-8")


def _cookie(post: Post) -> str:
    session = SessionStore()
    begin_session(session, user=post.user, post=post, method="totp", origin="127.0.0.1")
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main()
