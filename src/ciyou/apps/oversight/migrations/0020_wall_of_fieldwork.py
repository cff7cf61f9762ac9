"""The second wall around work from phones: a phone is its user's; what it handed in belongs to the place where it was done (0040)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import SEES_PERSONS, Rows, of_user, wall_statements, within

_DONE_HERE = Rows(f"{SEES_PERSONS} AND {within('division')}")
WALLED = {
    "fieldwork_fieldphone": of_user("user_id::text"),
    "fieldwork_fieldevent": _DONE_HERE,
    "fieldwork_fieldclash": _DONE_HERE,
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0019_wall_of_match_keys"), ("fieldwork", "0001_initial")]
    operations = [OnSchema(build_wall)]
