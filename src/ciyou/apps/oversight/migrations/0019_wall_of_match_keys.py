"""The second wall around the keys by which a person is found again: the machine looks there, and shows what the actor may see."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import MACHINE, Rows, wall_statements

WALLED = {"registry_matchkey": Rows(MACHINE)}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0018_wall_of_care"), ("registry", "0005_match_keys")]
    operations = [OnSchema(build_wall)]
