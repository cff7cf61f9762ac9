"""Whose a case is: whoever may see the child and looks after it. A case is no more than its child is there for an actor."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import F, QuerySet

from ciyou.apps.accounts.selectors import user_id_of, user_name_of
from ciyou.apps.plans.models import CaseStage, ChildCase
from ciyou.apps.plans.refusals import case_not_found, moved_on
from ciyou.apps.registry.scoping import only_visible
from ciyou.core.access.actor import Actor, Purpose

PURPOSE = Purpose.SERVE


def visible_cases(actor: Actor) -> QuerySet[ChildCase]:
    """The cases of the children whom the actor may see, protected ones of its own named cases among them: not for lists."""
    return only_visible(ChildCase.objects.all(), actor, purpose=PURPOSE)


def listed_cases(actor: Actor) -> QuerySet[ChildCase]:
    """For lists and counts: never a protected child's."""
    return visible_cases(actor).filter(person__restricted=False)


def find_case(actor: Actor, case_id: uuid.UUID, *, version: int) -> ChildCase:
    """One case locked for a step, still as the actor saw it. Inside a transaction. Raises CaseNotFound, or RecordError where it moved on."""
    rows = visible_cases(actor).select_for_update(of=("self",))
    row = rows.filter(id=case_id).first()
    if row is None:
        raise case_not_found()
    if row.version != version:
        raise moved_on()
    return row


def case_of(child_id: uuid.UUID) -> ChildCase | None:
    """The open case of a child that the caller may show, else the one closed last; None where there never was one."""
    rows = ChildCase.objects.filter(person_id=child_id).select_related("person")
    found = rows.exclude(stage=CaseStage.CLOSED).first()
    return found or rows.order_by(F("closed_at").desc(), "id").first()


@dataclass(frozen=True)
class ToldStep:
    """One step of a case as it is kept: `by` is the name of whoever took it, "" the machine; `words` are sealed for the step."""

    id: uuid.UUID
    step: str
    stage: str
    note: str
    by: str
    at: dt.datetime
    words: bytes | None


def case_with_story(child_id: uuid.UUID) -> tuple[ChildCase | None, tuple[ToldStep, ...]]:
    """The same case with its steps, the latest first (one query)."""
    told = {f"told_{name}": F(f"steps__{name}") for name in ("id", "step", "stage", "note", "at", "words")}
    rows = ChildCase.objects.filter(person_id=child_id).select_related("person")
    rows = rows.alias(taker=user_id_of("steps__by")).annotate(**told, told_by=user_name_of("taker"))
    found = list(rows.order_by(F("closed_at").desc(nulls_first=True), "id", "-told_at", "-told_id"))
    row = next((one for one in found if one.stage != CaseStage.CLOSED), found[0] if found else None)
    steps = [one for one in found if row is not None and one.id == row.id and one.told_id]
    return row, tuple(
        ToldStep(one.told_id, one.told_step, one.told_stage, one.told_note, one.told_by or "", one.told_at, one.told_words)
        for one in steps
    )  # fmt: skip
