"""The second wall around aid where an emergency is (docs/decisions/0017-two-databases.md, 0032-place-of-the-event.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, SEES_PERSONS, wall_statements, within

WALLED = {
    # The place of the event; and the place of registration, once it was told.
    "crossing_emergencyaid": Rows(
        f"{SEES_PERSONS} AND ({within('received_in')} OR (informed_on IS NOT NULL AND {within('bound_for')}))"
    ),
    "crossing_emergencystep": Rows(
        f"{SEES_PERSONS} AND EXISTS (SELECT 1 FROM crossing_emergencyaid aid WHERE aid.id = aid_id)"
    ),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0014_wall_of_identity_lists"), ("crossing", "0002_emergency_aid")]
    operations = [OnSchema(build_wall)]
