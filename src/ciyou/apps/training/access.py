"""Whose courses and publicity are: those of the area in which they were held."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from ciyou.apps.training.models import Course, CourseSession, PublicityActivity
from ciyou.apps.training.refusals import check_may, not_found
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

Held = TypeVar("Held", bound=Model)


def visible(rows: QuerySet[Held], actor: Actor) -> QuerySet[Held]:
    """The rows of a table with a division that lie in the actor's area; only for who keeps training there."""
    check_may(actor, Action.KEEP_TRAINING)
    return rows.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)


def find_course(actor: Actor, course_id: object, *, lock: bool = False) -> Course:
    """One course of the actor's area; raises TrainingNotFound. `lock`: of two who write the second waits."""
    return _find(visible(Course.objects.all(), actor), course_id, lock=lock)


def find_session(actor: Actor, session_id: object, *, lock: bool = False) -> CourseSession:
    """One session of a course of the actor's area; raises TrainingNotFound."""
    rows = CourseSession.objects.select_related("course")
    courses = visible(Course.objects.all(), actor)
    return _find(rows.filter(course__in=courses.values("pk")), session_id, lock=lock)


def find_publicity(actor: Actor, publicity_id: object, *, lock: bool = False) -> PublicityActivity:
    """One activity of publicity of the actor's area; raises TrainingNotFound."""
    return _find(visible(PublicityActivity.objects.all(), actor), publicity_id, lock=lock)


def _find(rows: QuerySet[Held], row_id: object, *, lock: bool) -> Held:
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=row_id).first()
    if found is None:
        raise not_found()
    return found
