"""The second wall around the comparison with the national system (docs/decisions/0017-two-databases.md, 0020-exchange.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, SEES_PERSONS, of_user, wall_statements, within

WALLED = {
    "exchange_exchangefile": Rows(f"{SEES_PERSONS} AND {within('county')}"),
    # What a county's own file said is the county's; the page asks besides whether the child is still there for its reader.
    "exchange_exchangeitem": Rows(f"{SEES_PERSONS} AND {within('county')}"),
    "oversight_nationalexport": of_user("actor_id"),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0006_national_exports"), ("exchange", "0001_initial")]
    operations = [OnSchema(build_wall)]
