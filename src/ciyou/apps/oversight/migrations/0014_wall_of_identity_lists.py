"""The second wall around monthly lists of identities (docs/decisions/0017-two-databases.md, 0031-identity-lists.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, SEES_PERSONS, wall_statements, within

SENT_TO_MY_DEPARTMENT = (
    "(sent_at IS NOT NULL AND department <> '' AND department = current_setting('ciyou.department', true))"
)
WALLED = {
    "exchange_identitylist": Rows(f"{within('county')} AND ({SEES_PERSONS} OR {SENT_TO_MY_DEPARTMENT})"),
    # What was told of a child is there for whoever sees the list: the department never sees the file.
    "exchange_listedchild": Rows("EXISTS (SELECT 1 FROM exchange_identitylist told WHERE told.id = list_id)"),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0013_wall_of_tallies"), ("exchange", "0002_identity_lists")]
    operations = [OnSchema(build_wall)]
