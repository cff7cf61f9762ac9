"""The second wall around rounds and decisions case by case (docs/decisions/0017-two-databases.md, 0025-rounds.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, SEES_PERSONS, of_person, wall_statements, within

WALLED = {
    # By the check's own place: a county keeps the count of those who left it in a round, without their file.
    "cases_childcheck": Rows(f"{SEES_PERSONS} AND {within('division')}"),
    "entitlements_casedecision": of_person(),
}
# That a county has opened a round names nobody; its villages read it.
OPEN = {"cases_round": "SELECT, INSERT, UPDATE"}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("oversight", "0011_wall_of_crossing"),
        ("cases", "0002_rounds"),
        ("entitlements", "0002_case_decisions"),
    ]
    operations = [OnSchema(build_wall)]
