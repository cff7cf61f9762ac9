"""The second wall around trials of policy: each is its maker's own (docs/decisions/0017-two-databases.md, 0023-policy-lab.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import of_user, wall_statements

WALLED = {"planning_policytrial": of_user("actor_id")}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0009_wall_of_lines"), ("planning", "0001_initial")]
    operations = [OnSchema(build_wall)]
