"""School cases for tests: an office with a county's education department, a child that the rosters miss, and its case brought as far as wanted. Nobody exists."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.cases.models import Lead, LeadLoad, Task
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.named_access import grant_named_access
from ciyou.apps.schooling.following import on_run_loaded
from ciyou.apps.schooling.models import SchoolCase
from ciyou.apps.schooling.working import SchoolVisit, name_school, record_school_visit, say_whether_back
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from tests.office import COUNTY, make_actor, make_person

DIFFERENCE = "on_no_school_roll"
SCHOOL = "河口中心小学"


@dataclass(frozen=True)
class Schooling:
    """Who works on schooling in a county; `education` None where its department has no post."""

    director: Actor
    supervisor: Actor
    drafter: Actor
    reviewer: Actor
    education: Actor | None


def school_office(*, education: bool = True) -> Schooling:
    roles = ("child_director", "supervisor", "county_drafter", "county_reviewer")
    partner = make_actor("partner", department="education") if education else None
    return Schooling(*(make_actor(role) for role in roles), partner)


def years_ago(years: int) -> dt.date:
    today = timezone.localdate()
    return today.replace(year=today.year - years, day=min(today.day, 28))


def pupil(years: int = 9, **fields) -> Person:
    """A child of an age."""
    return make_person(birth_date=years_ago(years), **fields)


def missed_by_rosters(*children: Person, known_on: dt.date | None = None, tell: bool = True) -> str:
    """A screening whose rosters miss these children on the school rolls, loaded and told of."""
    run_id, now = uuid.uuid4().hex, timezone.now()
    LeadLoad.objects.create(
        run_id=run_id, division=COUNTY, as_of=known_on or timezone.localdate(), started_at=now, finished_at=now
    )
    for child in children:
        Lead.objects.update_or_create(
            linkage_id=f"l{child.id.hex[:16]}",
            defaults={
                "person": child, "run_id": run_id, "why": DIFFERENCE, "rules": [DIFFERENCE], "rank": 1,
                "division": child.division, "queue": "county", "opened_at": now,
            },
        )  # fmt: skip
    if tell:
        on_run_loaded(run_id=run_id)
    return run_id


def case_of(child: Person) -> SchoolCase:
    return SchoolCase.objects.get(child=child)


def found(child: Person | None = None) -> SchoolCase:
    """A case that nobody has worked on."""
    one = child or pupil()
    missed_by_rosters(one)
    return case_of(one)


def visited(who: Schooling, row: SchoolCase | None = None, **said) -> SchoolCase:
    row = row or found()
    told = SchoolVisit(**{"reason": "weary", "words": "", "plan": "下周陪孩子去学校报到。", **said})
    record_school_visit(who.director, case_id=row.id, version=row.version, found=told)
    return case_of(row.child)


def placed(who: Schooling, row: SchoolCase | None = None) -> SchoolCase:
    row = visited(who, row)
    name_school(who.drafter, case_id=row.id, version=row.version, school=SCHOOL)
    return case_of(row.child)


def said(actor: Actor, row: SchoolCase, word: str = "back") -> SchoolCase:
    say_whether_back(actor, case_id=row.id, version=case_of(row.child).version, said=word)
    return case_of(row.child)


def open_work(row) -> set[tuple[str, str, str]]:
    """The open tasks of a case, a request or a placement: kind, role, department."""
    tasks = Task.objects.filter(subject_id=str(row.id), state="open")
    return set(tasks.values_list("kind", "queue_role", "department"))


def name_worker(child: Person, actor: Actor) -> None:
    """Name somebody to work on a protected child."""
    about = {"purpose": Purpose.SERVE, "why": "case_worker", "reason": "就学", "ends_at": None}
    grant_named_access(LOCAL_OPERATOR, person_id=child.id, user_id=actor.id, **about)
