"""The second wall around guidance for families (docs/decisions/0017-two-databases.md, 0051-family-guidance.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import SEES_PERSONS, Rows, person_seen, wall_statements, within

WALLED = {
    "training_guidance": Rows(f"{SEES_PERSONS} AND {within('division')} AND {person_seen('child_id')}"),
    "training_guidancesession": Rows("EXISTS (SELECT 1 FROM training_guidance above WHERE above.id = guidance_id)"),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0028_days_of_courses_are_removed"), ("training", "0003_guidance")]
    operations = [OnSchema(build_wall)]
