"""Reading school cases: the list, late ones first, and one of them with its story and what the actor can do."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.apps.schooling.access import PURPOSE, find_case, speaks_for_schools, visible
from ciyou.apps.schooling.contents import CaseContent, open_case, open_words
from ciyou.apps.schooling.models import SchoolCase, SchoolStep
from ciyou.apps.schooling.steps import needs_link
from ciyou.apps.schooling.transitions import CLOCKS, COUNTY, OPEN, SCHOOL, TRANSITIONS, VILLAGE
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do

PAGE = 25
LATE, EVERYTHING = "late", "all"


@dataclass(frozen=True)
class CaseLine:
    """One case in a list. `child_id` None for the education department, which is led to no file; `person_id` is for the record of disclosure."""

    id: uuid.UUID
    child_id: uuid.UUID | None
    person_id: uuid.UUID
    child_name: str
    division: str
    school_year: int
    state: str
    end_reason: str
    school: str
    opened_on: dt.date
    kind: str
    due_on: dt.date | None
    late: bool


@dataclass(frozen=True)
class CasePage:
    """One page of a list, and how many there are in all, and late among the open ones."""

    total: int
    late: int
    lines: tuple[CaseLine, ...]


@dataclass(frozen=True)
class CaseStep:
    """One step: what, by whom ("" by link or by itself), in which role, when, and its words."""

    step: str
    by: str
    role: str
    at: dt.datetime
    words: str


@dataclass(frozen=True)
class CaseView:
    """One case. `person_id` is for the record of disclosure; `steps_now`: what the actor can do; `needs_link`: the school has not spoken
    and may be given a link."""

    line: CaseLine
    person_id: uuid.UUID
    content: CaseContent
    cause: str
    village_said: str
    school_said: str
    postponed_until: dt.date | None
    reopened: int
    steps: tuple[CaseStep, ...]
    steps_now: frozenset[str]
    needs_link: bool
    version: int


def list_cases(actor: Actor, *, show: str = "", state: str = "", page: int = 1) -> CasePage:
    """School cases, those that are late first. `show`: "" what is open, `late`, `all`; `state`: of one state only."""
    today = timezone.localdate()
    rows = visible(SchoolCase.objects.all(), actor)
    open_rows = rows.filter(state__in=OPEN)
    late_rows = open_rows.filter(due_on__lt=today)
    wanted = {LATE: late_rows, EVERYTHING: rows}.get(show, open_rows)
    wanted = wanted.filter(state=state) if state else wanted
    first = (page - 1) * PAGE
    ordered = wanted.order_by(F("due_on").asc(nulls_last=True), "-opened_at", "id")
    return CasePage(wanted.count(), late_rows.count(), _lines(actor, ordered[first : first + PAGE], today))


def cases_of_child(actor: Actor, *, child_id: uuid.UUID) -> tuple[CaseLine, ...]:
    """The school cases of one child that the actor may see, the latest first; without the child itself, which the caller has."""
    rows = visible(SchoolCase.objects.filter(child_id=child_id), actor, named=True).order_by("-opened_at")
    return tuple(_line(row, None, timezone.localdate()) for row in rows)


def read_case(actor: Actor, *, case_id: uuid.UUID) -> CaseView:
    """One case; raises SchoolingNotFound."""
    row = find_case(actor, case_id)
    card = _cards(actor, [row]).get(row.child_id)
    protected = card is not None and card.restricted
    return CaseView(
        line=_line(row, card, timezone.localdate()),
        person_id=row.child_id,
        content=open_case(row.id, row.content),
        cause=row.cause,
        village_said=row.village_said,
        school_said=row.school_said,
        postponed_until=row.postponed_until,
        reopened=row.reopened,
        steps=_story(row.steps.order_by("at", "id")),
        steps_now=_steps_now(actor, row, protected=protected),
        needs_link=needs_link(row) and not protected and may_do(actor.role, Action.WORK_SCHOOLING),
        version=row.version,
    )


def _lines(actor: Actor, rows: Iterable[SchoolCase], today: dt.date) -> tuple[CaseLine, ...]:
    listed = list(rows)
    cards = _cards(actor, listed)
    return tuple(_line(row, cards.get(row.child_id), today) for row in listed)


def _cards(actor: Actor, rows: list[SchoolCase]) -> dict[uuid.UUID, PersonCard]:
    """The files of these cases' children; none for the education department."""
    if speaks_for_schools(actor):
        return {}
    return cards_of(actor, person_ids=[one.child_id for one in rows], purpose=PURPOSE)


def _line(row: SchoolCase, card: PersonCard | None, today: dt.date) -> CaseLine:
    content = open_case(row.id, row.content)
    return CaseLine(
        id=row.id,
        child_id=card.id if card else None,
        person_id=row.child_id,
        child_name=card.name if card else content.name,
        division=row.division,
        school_year=row.school_year,
        state=row.state,
        end_reason=row.end_reason,
        school=content.school,
        opened_on=timezone.localdate(row.opened_at),
        kind=CLOCKS.get(row.state, ""),
        due_on=row.due_on,
        late=row.due_on is not None and row.due_on < today,
    )


def _story(rows: Iterable[SchoolStep]) -> tuple[CaseStep, ...]:
    listed = list(rows)
    names = user_names({one.by for one in listed})
    return tuple(
        CaseStep(one.step, names.get(one.by, ""), one.role, one.at, open_words(one.id, one.words)) for one in listed
    )


def _steps_now(actor: Actor, row: SchoolCase, *, protected: bool) -> frozenset[str]:
    ends = set()
    if speaks_for_schools(actor):
        ends.add(SCHOOL)
    if may_do(actor.role, Action.WORK_SCHOOLING):
        ends.add(VILLAGE)
    if may_do(actor.role, Action.DECIDE_SCHOOLING):
        ends |= {COUNTY, SCHOOL} if protected else {COUNTY}
    return frozenset(step for step, one in TRANSITIONS.items() if row.state in one.before and ends & set(one.ends))
