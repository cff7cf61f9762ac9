"""Two entries of one day, as earlier releases let them be, become one when an installation is brought up to date."""

from __future__ import annotations

import datetime as dt
import importlib
import uuid
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from ciyou.apps.training.models import Attendance, CourseSession
from tests.training_builders import held_today, new_course, training_office

upgrade = importlib.import_module("ciyou.apps.training.migrations.0002_course_day_once")


@pytest.mark.django_db
def test_whoever_was_at_either_entry_was_there_once_and_no_hours_are_added_up():
    who = training_office()
    course, other = new_course(who.drafter), new_course(who.drafter)
    kept = held_today(who.drafter, course, who.second, hours=3)
    twin = held_today(who.drafter, other, hours=4)
    CourseSession.objects.filter(id=twin).update(recorded_at=timezone.now() + dt.timedelta(hours=1))
    alone = held_today(who.drafter, new_course(who.drafter), hours=2)
    days = list(CourseSession.objects.all())
    for day in days:  # the table refuses by now what it let be then
        day.course_id = course if day.id == twin else day.course_id
    rows = SimpleNamespace(order_by=lambda *names: sorted(days, key=lambda one: (one.recorded_at, one.id)))
    old = SimpleNamespace(objects=SimpleNamespace(using=lambda alias: rows))
    models = {"CourseSession": old, "Attendance": apps.get_model("training", "Attendance")}
    upgrade.merge_days(
        SimpleNamespace(get_model=lambda room, name: models[name]), SimpleNamespace(connection=connection, execute=id)
    )
    assert {one.id for one in CourseSession.objects.all()} == {kept, alone}
    merged = CourseSession.objects.get(id=kept)
    assert (merged.hours, merged.version) == (4, 2)
    there = Attendance.objects.filter(session=kept).values_list("user", flat=True)
    assert sorted(there) == sorted(uuid.UUID(one.id) for one in (who.first, who.second))
