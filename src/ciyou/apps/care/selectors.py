"""What may be read of filled questionnaires: one with its result, those of a child, and what a person who was told needs to know."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.care.access import PURPOSE, find_alerted, find_filled, readable_filled
from ciyou.apps.care.contents import (
    AnswersContent,
    Assessment,
    ResultContent,
    open_answers,
    open_assessment,
    open_result,
)
from ciyou.apps.care.models import FilledQuestionnaire, FilledState
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.core.access.actor import Actor

SHOWN = 200


@dataclass(frozen=True)
class FilledLine:
    """One filled questionnaire in the list of a child, with what it came to."""

    id: uuid.UUID
    instrument: str
    respondent: str
    asked_on: dt.date
    recorded_at: dt.datetime
    filled_at: dt.datetime | None
    asked_by: str
    state: str
    result: ResultContent

    @property
    def waits(self) -> bool:
        """Whether somebody has to see the child in person."""
        return self.state == FilledState.WAITING


@dataclass(frozen=True)
class FilledView:
    """One with everything that was said; `earlier` are the others of the same questionnaire before it that the reader may read, oldest first."""

    line: FilledLine
    child: PersonCard
    division: str
    answers: AnswersContent
    assessment: Assessment | None
    assessed_by: str
    assessed_at: dt.datetime | None
    earlier: tuple[FilledLine, ...]


@dataclass(frozen=True)
class Alerted:
    """A child that must be seen today. `reads`: the reader may also read why; else nothing of it stands here.

    `filled_at`: when it was asked on a phone without a network; it was received at `recorded_at`.
    """

    id: uuid.UUID
    child: PersonCard
    division: str
    asked_by: str
    asked_on: dt.date
    recorded_at: dt.datetime
    filled_at: dt.datetime | None
    state: str
    version: int
    reads: bool
    raised: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Whether somebody has to see the child in person."""
        return self.state == FilledState.WAITING


def filled_of_child(actor: Actor, *, child_id: uuid.UUID) -> tuple[FilledLine, ...]:
    """What the actor may read of a child's questionnaires, newest first; the caller records the disclosure. Raises PersonNotFound."""
    get_person(actor, person_id=child_id, purpose=PURPOSE)
    rows = list(readable_filled(actor, child_id).order_by("-asked_on", "-recorded_at")[:SHOWN])
    names = user_names({row.recorded_by for row in rows})
    return tuple(_line(row, names) for row in rows)


def last_results(actor: Actor, *, child_id: uuid.UUID) -> dict[str, ResultContent]:
    """By questionnaire, the last result about a child that the actor may read; the caller records the disclosure (one query)."""
    rows = readable_filled(actor, child_id).order_by("-asked_on", "-recorded_at")[:SHOWN]
    found: dict[str, ResultContent] = {}
    for row in rows:
        if row.instrument not in found:
            found[row.instrument] = open_result(row.id, row.result)
    return found


def read_filled(actor: Actor, *, filled_id: uuid.UUID) -> FilledView:
    """One with its result and what was before; raises FilledNotFound. The caller records the disclosure."""
    row = find_filled(actor, filled_id)
    before = readable_filled(actor, row.person_id).filter(instrument=row.instrument).exclude(id=row.id)
    before = before.filter(Q(asked_on__lt=row.asked_on) | Q(asked_on=row.asked_on, recorded_at__lt=row.recorded_at))
    earlier = list(before.order_by("asked_on", "recorded_at"))[-SHOWN:]
    names = user_names({one.recorded_by for one in (row, *earlier)} | {row.assessed_by} - {""})
    return FilledView(
        line=_line(row, names),
        child=get_person(actor, person_id=row.person_id, purpose=PURPOSE),
        division=row.division,
        answers=open_answers(row.id, row.content),
        assessment=open_assessment(row.id, row.assessment) if row.assessment else None,
        assessed_by=names.get(row.assessed_by, ""),
        assessed_at=row.assessed_at,
        earlier=tuple(_line(one, names) for one in earlier),
    )


def read_alerted(actor: Actor, *, filled_id: uuid.UUID) -> Alerted:
    """What the person who was told may know; raises FilledNotFound or PersonNotFound. The caller records the disclosure."""
    row, reads = find_alerted(actor, filled_id)
    return Alerted(
        id=row.id,
        child=get_person(actor, person_id=row.person_id, purpose=PURPOSE),
        division=row.division,
        asked_by=user_names([row.recorded_by]).get(row.recorded_by, ""),
        asked_on=row.asked_on,
        recorded_at=row.recorded_at,
        filled_at=row.filled_at,
        state=row.state,
        version=row.version,
        reads=reads,
        raised=open_result(row.id, row.result).raised if reads else (),
    )


def with_filled_questionnaire() -> Exists:
    """Persons about whom something was asked with a questionnaire: a condition on a queryset of persons."""
    return Exists(FilledQuestionnaire.objects.filter(person=OuterRef("pk")))


def _line(row: FilledQuestionnaire, names: Mapping[str, str]) -> FilledLine:
    return FilledLine(
        id=row.id,
        instrument=row.instrument,
        respondent=row.respondent,
        asked_on=row.asked_on,
        recorded_at=row.recorded_at,
        filled_at=row.filled_at,
        asked_by=names.get(row.recorded_by, ""),
        state=row.state,
        result=open_result(row.id, row.result),
    )
