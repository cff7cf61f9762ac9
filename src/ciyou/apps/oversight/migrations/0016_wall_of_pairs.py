"""The second wall around pairs of records that people compare: each county's, for whoever sees persons there (docs/decisions/0033-clerk-decides.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import SEES_PERSONS, Rows, wall_statements, within

_PAIRS = Rows(f"{SEES_PERSONS} AND {within('division')}")
WALLED = {"rosters_reviewpair": _PAIRS, "rosters_pairlook": _PAIRS}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0015_wall_of_emergency_aid"), ("rosters", "0002_pairs")]
    operations = [OnSchema(build_wall)]
