"""The second wall around the month's money (docs/decisions/0017-two-databases.md, 0019-awards-and-months.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, SEES_PERSONS, wall_statements, within

_OF_AWARD = "EXISTS (SELECT 1 FROM awards_award award WHERE award.id = award_id)"
_OF_RUN = "EXISTS (SELECT 1 FROM disbursement_monthrun run WHERE run.id = run_id)"
_OF_FILE = "EXISTS (SELECT 1 FROM disbursement_resultfile file WHERE file.id = file_id)"
_OF_ACCOUNT = "EXISTS (SELECT 1 FROM disbursement_collectiveaccount account WHERE account.id = account_id)"

WALLED = {
    "disbursement_dueschedule": Rows(f"{SEES_PERSONS} AND {_OF_AWARD}"),
    "disbursement_paidmonth": Rows(f"{SEES_PERSONS} AND {_OF_AWARD}"),
    "disbursement_monthrun": Rows(f"{SEES_PERSONS} AND {within('county')}"),
    # The county that paid keeps its book when the child has moved on.
    "disbursement_payment": Rows(f"{SEES_PERSONS} AND {_OF_RUN}"),
    "disbursement_paymentline": Rows(f"{SEES_PERSONS} AND {_OF_RUN}"),
    "disbursement_hold": Rows(f"{SEES_PERSONS} AND {_OF_RUN}"),
    "disbursement_monthchange": Rows(f"{SEES_PERSONS} AND {_OF_RUN}"),
    "disbursement_handover": Rows(f"{SEES_PERSONS} AND {_OF_RUN}"),
    "disbursement_resultfile": Rows(f"{SEES_PERSONS} AND {_OF_RUN}"),
    "disbursement_resultproblem": Rows(f"{SEES_PERSONS} AND {_OF_FILE}"),
    "disbursement_recovery": Rows(f"{SEES_PERSONS} AND {_OF_AWARD}"),
    "disbursement_collectiveaccount": Rows(f"{SEES_PERSONS} AND {within('county')}"),
    "disbursement_collectivepayee": Rows(f"{SEES_PERSONS} AND {_OF_ACCOUNT}"),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0004_wall_of_awards"), ("disbursement", "0001_initial")]
    operations = [OnSchema(build_wall)]
