"""The second wall around the lines of payments, by their payment (docs/decisions/0017-two-databases.md, 0019-awards-and-months.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, SEES_PERSONS, wall_statements

_OF_PAYMENT = "EXISTS (SELECT 1 FROM disbursement_payment payment WHERE payment.id = payment_id)"

WALLED = {"disbursement_paymentline": Rows(f"{SEES_PERSONS} AND {_OF_PAYMENT}")}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0008_wall_of_figures"), ("disbursement", "0004_lines_of_payments")]
    operations = [OnSchema(build_wall)]
