"""An office that keeps training: a county, a township with two villages, and a course held. Nobody exists."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.training.courses import HeldDay, WrittenCourse, record_course, record_course_day
from ciyou.core.access.actor import Actor
from tests.office import COUNTY, OTHER_VILLAGE, make_actor


@dataclass(frozen=True)
class Trained:
    """Who keeps training, and the two directors whom a course of the county is for."""

    drafter: Actor
    supervisor: Actor
    first: Actor
    second: Actor


def training_office() -> Trained:
    return Trained(
        make_actor("county_drafter"),
        make_actor("supervisor"),
        make_actor("child_director"),
        make_actor("child_director", division=OTHER_VILLAGE),
    )


def new_course(actor: Actor, **changes) -> uuid.UUID:
    """A course of one day, today, for the county's child directors."""
    fields = {
        "audience": "child_directors",
        "kind": "rotation",
        "title": "儿童主任轮训",
        "organizer": "县民政局",
        "hours": 6,
        "division": COUNTY,
        "starts_on": timezone.localdate(),
        **changes,
    }
    return record_course(actor, course_id=uuid.uuid4(), written=WrittenCourse(**fields))


def held_today(actor: Actor, course_id: uuid.UUID, *away: Actor, hours: int = 6, heads: int = 0) -> uuid.UUID:
    """A day of a course; returns the session."""
    session_id = uuid.uuid4()
    held = HeldDay(timezone.localdate(), hours, frozenset(uuid.UUID(one.id) for one in away), heads)
    record_course_day(actor, course_id=course_id, session_id=session_id, held=held)
    return session_id


def yesterday() -> dt.date:
    return timezone.localdate() - dt.timedelta(days=1)
