"""The second wall around screening campaigns (docs/decisions/0017-two-databases.md, 0049-screening-campaigns.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, SEES_PERSONS, wall_statements, within

WALLED = {
    # By the place where it was to be asked, as with rounds: a county keeps the count of who left. What was answered is behind its own wall.
    "care_campaignchild": Rows(f"{SEES_PERSONS} AND {within('division')}"),
}
# That a county asks a place names nobody; its villages read it, and of results only what may be published.
OPEN = {"care_campaign": "SELECT, INSERT, UPDATE"}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0026_wall_of_training"), ("care", "0003_campaigns")]
    operations = [OnSchema(build_wall)]
