"""The second wall around applications on their way between two places (docs/decisions/0017-two-databases.md, 0027-crossing.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, SEES_PERSONS, wall_statements, within

_OF_CROSSING = "EXISTS (SELECT 1 FROM crossing_crossing crossing WHERE crossing.id = crossing_id)"

WALLED = {
    # The counter that took it in, and the place that has it now; not the child's county where it was sent on or not sent yet.
    "crossing_crossing": Rows(f"{SEES_PERSONS} AND ({within('received_in')} OR {within('handled_in')})"),
    "crossing_crossingstep": Rows(f"{SEES_PERSONS} AND {_OF_CROSSING}"),
    "crossing_crossingpaper": Rows(f"{SEES_PERSONS} AND {_OF_CROSSING}"),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0010_wall_of_planning"), ("crossing", "0001_initial")]
    operations = [OnSchema(build_wall)]
