"""The second wall around training (docs/decisions/0017-two-databases.md, 0047-training.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, of_user, wall_statements, within

# The area's in which somebody worked when it attended, and its own wherever it works now.
_OWN = of_user("user_id::text").seen
WALLED = {
    "training_attendance": Rows(f"{within('division')} OR {_OWN}", within("division")),
    "training_certificate": Rows(f"{within('division')} OR {_OWN}", within("division")),
}
OPEN = {
    # Courses, their days and publicity name nobody.
    "training_course": "SELECT, INSERT, UPDATE",
    "training_coursesession": "SELECT, INSERT, UPDATE",
    "training_publicityactivity": "SELECT, INSERT, UPDATE",
}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0025_wall_of_messages"), ("training", "0001_initial")]
    operations = [OnSchema(build_wall)]
