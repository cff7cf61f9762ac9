"""The second wall around schooling (docs/decisions/0017-two-databases.md, 0044-schooling.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import MACHINE, SEES_PERSONS, Rows, person_seen, wall_statements, within

# The place's that sees the child, or the county's education department, as far as it may be told of it.
_TOLD = f"(told_school AND {within('division')} AND current_setting('ciyou.department', true) = 'education')"
_ABOUT = Rows(f"({SEES_PERSONS} AND {within('division')} AND {person_seen('child_id')}) OR {_TOLD}")


def _with(table, column):
    return Rows(f"EXISTS (SELECT 1 FROM {table} above WHERE above.id = {column})")


WALLED = {
    "schooling_schoolcase": _ABOUT,
    "schooling_placerequest": _ABOUT,
    "schooling_specialplacement": _ABOUT,
    "schooling_schoolstep": _with("schooling_schoolcase", "case_id"),
    "schooling_homeplan": _with("schooling_specialplacement", "placement_id"),
    "schooling_homesession": _with("schooling_homeplan", "plan_id"),
    # Hashes of tokens are for the machine alone: whoever opens a link has no account.
    "schooling_schoollink": Rows(MACHINE),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0023_wall_of_plans"), ("schooling", "0001_initial")]
    operations = [OnSchema(build_wall)]
