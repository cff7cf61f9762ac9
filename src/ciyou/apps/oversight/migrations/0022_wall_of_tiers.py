"""The second wall around assessments of risk: for whoever may see the child (docs/decisions/0042-risk-and-visits.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import of_person, wall_statements

WALLED = {"assessments_riskassessment": of_person()}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0021_wall_of_partners"), ("assessments", "0001_initial")]
    operations = [OnSchema(build_wall)]
