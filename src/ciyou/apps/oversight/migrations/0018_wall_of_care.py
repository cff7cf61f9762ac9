"""The second wall around filled questionnaires: for whoever asked and the named workers of the case (docs/decisions/0038-asking.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, SEES_PERSONS, person_seen, wall_statements

ASKED = "recorded_by = current_setting('ciyou.user', true)"
NAMED = (
    "EXISTS (SELECT 1 FROM registry_namedaccess named WHERE named.person_id = care_filledquestionnaire.person_id "
    "AND named.user_id = current_setting('ciyou.user', true) AND (named.ends_at IS NULL OR named.ends_at > now()))"
)
WALLED = {
    "care_filledquestionnaire": Rows(f"{SEES_PERSONS} AND {person_seen('person_id')} AND ({ASKED} OR {NAMED})"),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0017_wall_of_identity"), ("care", "0001_initial")]
    operations = [OnSchema(build_wall)]
