"""An office for tests: users in posts, children on file. Everything irrelevant has a default; nobody exists."""

from __future__ import annotations

import datetime as dt
import itertools
from functools import cache

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from ciyou.apps.accounts.models import Post, User
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.accounts.sessions import begin_session
from ciyou.apps.registry.models import Person, PersonPlace
from ciyou.apps.registry.services import (
    IncomingPerson,
    IncomingRelation,
    NewStatement,
    record_roster_facts,
    register_people,
    relate_people,
)
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor

COUNTY = "990101000000"
OTHER_COUNTY = "990102000000"
TOWNSHIP = "990101001000"
VILLAGE = "990101001001"
OTHER_VILLAGE = "990101001002"
LEVELS = {
    "child_director": VILLAGE,
    "supervisor": TOWNSHIP,
    "city_viewer": "990100000000",
    "province_viewer": "990000000000",
}
_numbers = itertools.count(1)


@cache
def _kept_password() -> str:
    """Hashed once for everybody: a real hash takes as long as a whole test."""
    return make_password("correct-horse-battery")


def make_post(role: str = "county_drafter", *, division: str | None = None, **fields) -> Post:
    """A post with a user of its own (password: `correct-horse-battery`)."""
    number = next(_numbers)
    user = User(
        username=f"user{number}", full_name=f"试用{number}", created_at=timezone.now(), password=_kept_password()
    )
    user.save()
    return Post.objects.create(
        user=user,
        role=role,
        division=division or LEVELS.get(role, COUNTY),
        **{"valid_from": dt.date(2020, 1, 1), **fields},
    )


def make_actor(role: str = "county_drafter", *, division: str | None = None, **fields) -> Actor:
    """Somebody acting in a post of this role."""
    actor = actor_of(make_post(role, division=division, **fields))
    assert actor is not None
    return actor


def sign_in(client, post: Post):
    """Sign a test client in as the holder of a post; returns the client."""
    session = client.session
    begin_session(session, user=post.user, post=post, method="password", origin="127.0.0.1")
    session.save()
    client.cookies["sessionid"] = session.session_key
    return client


def make_person(*, kind: str = "child", division: str = VILLAGE, places: tuple[str, ...] = (), **fields) -> Person:
    """A child (or adult) on file in a village."""
    now = timezone.now()
    person = Person.objects.create(
        kind=kind,
        division=division,
        **{
            "name": f"孩子{next(_numbers)}",
            "sex": "female",
            "birth_date": dt.date(2016, 5, 1) if kind == "child" else dt.date(1985, 3, 2),
            "created_at": now,
            "updated_at": now,
            **fields,
        },
    )
    for place in (division, *places):
        PersonPlace.objects.create(person=person, division=place, why="hukou" if place == division else "family")
    return person


BORN = dt.date(2016, 5, 1)
SILENT_CHILD = {"dead": False, "adopted": False, "parents_untraceable": False}
SILENT_PARENT = {"dead": False, "declared_dead": False, "declared_missing": False}


def file_child(
    key: str = "",
    *,
    division: str = VILLAGE,
    born: dt.date = BORN,
    child=None,
    father=None,
    mother=None,
    household=None,
):
    """A child with both parents on file, as a screening leaves them; returns its id.

    The dictionaries hold what rosters say (fact → value, or (value, basis, source, valid_from, valid_to)); that nobody of the family
    is dead or missing is presumed unless they say so.
    """
    key = key or f"c{next(_numbers):07d}"
    members = {
        key: ("child", born),
        f"{key}f": ("adult", dt.date(1985, 3, 2)),
        f"{key}m": ("adult", dt.date(1987, 6, 5)),
    }
    people = [
        IncomingPerson(member, kind, f"{'孩' if kind == 'child' else '亲'}{member}", "female", birth, division)
        for member, (kind, birth) in members.items()
    ]
    found = register_people(LOCAL_OPERATOR, people=people, source="police_hukou")
    ties = [IncomingRelation(key, kind, f"{key}{kind[0]}", "police_hukou", 0.9) for kind in ("father", "mother")]
    relate_people(LOCAL_OPERATOR, relations=ties)
    own = {"birth_date": born, "sex": "female", "hukou_division": division, **(child or {})}
    own |= {f"household.{name}": value for name, value in (household or {}).items()}
    facts = [
        *_roster_facts(key, own, SILENT_CHILD),
        *_roster_facts(f"{key}f", father or {}, SILENT_PARENT),
        *_roster_facts(f"{key}m", mother or {}, SILENT_PARENT),
    ]
    record_roster_facts(LOCAL_OPERATOR, facts=facts, run_id="r1")
    return found[key]


def _roster_facts(key: str, said: dict, silent: dict):
    for name, value in {**silent, **said}.items():
        told = value if isinstance(value, tuple) else (value,)
        basis, source, *period = (*told[1:], *(None,) * (5 - len(told)))
        basis = basis or ("rostered" if name in said else "presumed")
        yield key, NewStatement(name, told[0], basis, *period), source or "health_deaths"
