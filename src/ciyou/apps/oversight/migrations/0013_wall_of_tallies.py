"""The second wall around what is added up of open questions: each place's numbers, for whoever works there (docs/decisions/0026-watching.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import MACHINE, SEES_PERSONS, Rows, wall_statements, within

WALLED = {
    "entitlements_tallyplace": Rows(f"{SEES_PERSONS} AND {within('division')}", MACHINE),
    "entitlements_opentally": Rows(f"{SEES_PERSONS} AND {within('place_id')}", MACHINE),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0012_wall_of_rounds"), ("entitlements", "0004_tallies")]
    operations = [OnSchema(build_wall)]
