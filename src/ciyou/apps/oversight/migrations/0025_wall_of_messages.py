"""The second wall around messages (docs/decisions/0017-two-databases.md, 0046-alerts.md): a user's own rows, and the machine's."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import of_user, wall_statements

WALLED = {
    "messages_messagechoice": of_user("user_id::text"),
    "messages_outgoingmessage": of_user("user_id::text"),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0024_wall_of_schooling"), ("messages", "0001_initial")]
    operations = [OnSchema(build_wall)]
