"""The second wall around the kept sums of months: whole numbers of a county, for the machine alone (docs/decisions/0017-two-databases.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import MACHINE, Rows, wall_statements

WALLED = {"disbursement_keptsums": Rows(MACHINE)}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0007_wall_of_exchange"), ("disbursement", "0003_kept_sums")]
    operations = [OnSchema(build_wall)]
