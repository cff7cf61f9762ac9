"""A course has one entry for each day; where it had two, they become one, and whoever was at either was there.

Their hours are not added up, for they may be the same hours entered twice: the larger number stands, and so it does of how many came.
"""

from django.db import migrations, models

from ciyou.apps.audit.wall import walled
from ciyou.core.access.actor import LOCAL_OPERATOR


def merge_days(apps, schema_editor):
    alias = schema_editor.connection.alias
    with walled(LOCAL_OPERATOR):
        first = {}
        rows = apps.get_model("training", "CourseSession").objects.using(alias)
        for one in rows.order_by("recorded_at", "id"):
            kept = first.setdefault((one.course_id, one.held_on), one)
            if kept is not one:
                _merge(apps.get_model("training", "Attendance").objects.using(alias), kept, one)
        if schema_editor.connection.vendor == "postgresql":  # a table that waits for checks is not altered
            schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _merge(attendances, kept, other):
    there = attendances.filter(session=kept).values_list("user_id", flat=True)
    attendances.filter(session=other).exclude(user__in=list(there)).update(session=kept)
    attendances.filter(session=other).delete()
    kept.hours = max(kept.hours, other.hours)
    kept.heads = max((one for one in (kept.heads, other.heads) if one is not None), default=None)
    kept.version = max(kept.version, other.version) + 1
    kept.save()
    other.delete()


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial")]

    operations = [
        migrations.RunPython(merge_days, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="coursesession", name="course_sessions"),
        migrations.AddConstraint(
            model_name="coursesession",
            constraint=models.UniqueConstraint(fields=("course", "held_on"), name="course_day_once"),
        ),
    ]
