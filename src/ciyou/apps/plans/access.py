"""Whose a case is: whoever may see the child and looks after it. A case is no more than its child is there for an actor."""

from __future__ import annotations

import uuid

from django.db.models import F, QuerySet

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
