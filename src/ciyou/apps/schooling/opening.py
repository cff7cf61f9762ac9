"""How a school case begins: by itself, from the news of a screening or a determination; once per child and school year, and again when it is gone again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.registry.round_children import ChildInRound, children_in_care
from ciyou.apps.schooling.models import SchoolCase, SchoolState
from ciyou.apps.schooling.steps import due_day, move, note_step, open_work, worker_of
from ciyou.apps.schooling.transitions import ABOVE_AGE, DIED, EXEMPTED, MACHINE, MERGED, OPEN, POSTPONED, REOPENS
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.packs import load_schooling

ROSTER, FACTS = "roster", "facts"
_NAMES = uuid.UUID("6f0c2e9a-3a55-5a60-9d3a-2f1f1f0b7c11")
_BATCH = 400


@dataclass(frozen=True)
class Missed:
    """A child that is on no roll, as known on a day (of the rosters, or of what was stated)."""

    child_id: uuid.UUID
    known_on: dt.date


def case_id_of(child_id: uuid.UUID, school_year: int) -> uuid.UUID:
    """The id of a child's case of a school year: told twice it is one."""
    return uuid.uuid5(_NAMES, f"{child_id}:{school_year}")


def open_cases(missed: Iterable[Missed], *, cause: str) -> int:
    """Open cases about these children where there is none, or open an ended one again; how many. Read and written as the machine.

    Left out: who is not of age, whose case is open, of whom a document or an end says why, and a protected child without a named worker.
    """
    wanted = {one.child_id: one for one in missed}
    return sum(_open_batch(part, wanted, cause) for part in _parts(sorted(wanted)))


def _parts(ids: list[uuid.UUID]) -> Iterable[list[uuid.UUID]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))


def _open_batch(ids: Collection[uuid.UUID], wanted: dict[uuid.UUID, Missed], cause: str) -> int:
    today, opened = timezone.localdate(), 0
    with transaction.atomic():
        children = children_in_care(ids)
        cases = _cases_of(ids)
        for child_id, child in children.items():
            opened += _open_one(child, wanted[child_id], cases.get(child_id, []), cause, today)
    return opened


def _cases_of(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[SchoolCase]]:
    found: dict[uuid.UUID, list[SchoolCase]] = {}
    rows = SchoolCase.objects.select_for_update(of=("self",)).filter(child_id__in=list(ids))
    for row in rows.order_by("school_year", "opened_at"):
        found.setdefault(row.child_id, []).append(row)
    return found


def _open_one(child: ChildInRound, missed: Missed, cases: list[SchoolCase], cause: str, today: dt.date) -> bool:
    pack = load_schooling(division=child.division).compulsory
    if not pack.is_of_age(child.birth_date, today) or any(one.state in OPEN for one in cases):
        return False
    if not all(may_open_after(one, missed.known_on) for one in cases):
        return False
    owner = worker_of(child.id, child.division)
    if owner is None:
        return False
    year = pack.school_year(today)
    of_year = [one for one in cases if one.school_year == year]
    if of_year:
        same = min(of_year, key=lambda one: one.end_reason == MERGED)
        reopen(same, post=owner[0], division=child.division, cause=cause, school_year=year)
        return True
    row, made = SchoolCase.objects.get_or_create(
        id=case_id_of(child.id, year),
        defaults={
            "child_id": child.id,
            "division": child.division,
            "school_year": year,
            "cause": cause,
            "post_id": owner[0],
            "since_on": today,
            "due_on": due_day(SchoolState.FOUND, child.division),
            "opened_at": timezone.now(),
        },
    )
    if made:
        note_step(LOCAL_OPERATOR, row, "found")
        open_work(LOCAL_OPERATOR, row)
        record_action(
            LOCAL_OPERATOR,
            action="open_school_case",
            subject=str(row.id),
            persons=[str(child.id)],
            details={"cause": cause},
            highest_class=3,
            origin="worker",
        )
    return made


def reopen(row: SchoolCase, *, post: uuid.UUID | None, division: str, cause: str, school_year: int) -> None:
    """Open an ended case again: found, with its story, in the school year of today; who went before stands there."""
    move(
        LOCAL_OPERATOR,
        row,
        step="reopen",
        end=MACHINE,
        post_id=post,
        division=division,
        cause=cause,
        school_year=school_year,
        end_reason="",
        closed_at=None,
        postponed_until=None,
        told_school=False,
        reopened=row.reopened + 1,
    )


def may_open_after(ended: SchoolCase, known_on: dt.date) -> bool:
    """Whether what was known on a day says more than how an earlier case ended: a roster older than the end says nothing new."""
    if ended.end_reason == MERGED:
        return True
    if ended.end_reason in (EXEMPTED, ABOVE_AGE, DIED) or ended.end_reason not in REOPENS:
        return False
    if ended.end_reason == POSTPONED and ended.postponed_until is not None:
        return ended.postponed_until < timezone.localdate()
    return ended.closed_at is not None and timezone.localdate(ended.closed_at) < known_on
