"""A day of a course that was entered by mistake may be taken out."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import wall_statements

OPEN = {"training_coursesession": "SELECT, INSERT, UPDATE, DELETE"}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements({}, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0027_wall_of_campaigns"), ("training", "0002_course_day_once")]
    operations = [OnSchema(build_wall)]
