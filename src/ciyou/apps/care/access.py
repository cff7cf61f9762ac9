"""Who may read what was filled: whoever asked, and the named workers of the case; a township learns only that a child must be seen."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from ciyou.apps.audit.wall import walled
from ciyou.apps.care.models import FilledQuestionnaire
from ciyou.apps.care.refusals import filled_not_found
from ciyou.apps.cases.worklist import late_below, tasks_of
from ciyou.apps.registry.scoping import by_named_worker, is_named, only_visible
from ciyou.apps.registry.selectors import get_person
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose

PURPOSE = Purpose.SERVE


def readable_filled(actor: Actor, child_id: uuid.UUID) -> QuerySet[FilledQuestionnaire]:
    """What the actor may read of a child: everything as a named worker, else what it asked itself."""
    rows = only_visible(FilledQuestionnaire.objects.filter(person_id=child_id), actor, purpose=PURPOSE)
    return rows.filter(Q(recorded_by=actor.id) | Q(by_named_worker(actor)))


def find_filled(actor: Actor, filled_id: uuid.UUID) -> FilledQuestionnaire:
    """One that the actor may read; raises FilledNotFound."""
    row = only_visible(FilledQuestionnaire.objects.filter(id=filled_id), actor, purpose=PURPOSE).first()
    if row is None or not _reads(actor, row):
        raise filled_not_found()
    return row


def find_alerted(actor: Actor, filled_id: uuid.UUID) -> tuple[FilledQuestionnaire, bool]:
    """One that the actor has to see to, and whether it may read it: its reader, or whoever has an open task about it, of a child it may see.

    Raises FilledNotFound. The caller shows nothing of what was answered where the second is False.
    """
    # Who was told may not read the row itself: the machine finds it.
    with walled(LOCAL_OPERATOR):
        row = FilledQuestionnaire.objects.filter(id=filled_id).first()
    if row is None:
        raise filled_not_found()
    get_person(actor, person_id=row.person_id, purpose=PURPOSE)
    if _reads(actor, row):
        return row, True
    own, late = (tasks.filter(subject_id=str(filled_id)) for tasks in (tasks_of(actor), late_below(actor)))
    if not (own.exists() or late.exists()):
        raise filled_not_found()
    return row, False


def _reads(actor: Actor, row: FilledQuestionnaire) -> bool:
    return row.recorded_by == actor.id or is_named(actor, row.person_id)
