"""The second wall around the log of who is who: a decision for whoever sees one of its files; what was moved for the machine alone."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import MACHINE, SEES_PERSONS, Rows, person_seen, wall_statements

WALLED = {
    "registry_identitydecision": Rows(f"{SEES_PERSONS} AND ({person_seen('kept_id')} OR {person_seen('dropped_id')})", MACHINE),
    "registry_identitymove": Rows(MACHINE),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0016_wall_of_pairs"), ("registry", "0003_identity_log")]
    operations = [OnSchema(build_wall)]
