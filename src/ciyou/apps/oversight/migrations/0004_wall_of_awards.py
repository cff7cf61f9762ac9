"""The second wall around applications and awards (docs/decisions/0017-two-databases.md, 0019-awards-and-months.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, SEES_PERSONS, person_seen, wall_statements, within

_OF_APPLICATION = "EXISTS (SELECT 1 FROM awards_application application WHERE application.id = application_id)"
_OF_AWARD = "EXISTS (SELECT 1 FROM awards_award award WHERE award.id = award_id)"

WALLED = {
    # The counter that received an application sees how it goes, wherever the child belongs.
    "awards_application": Rows(f"{SEES_PERSONS} AND ({within('division')} OR {within('received_in')})"),
    "awards_applicationstep": Rows(f"{SEES_PERSONS} AND {_OF_APPLICATION}"),
    "awards_publicnotice": Rows(f"{SEES_PERSONS} AND {_OF_APPLICATION}"),
    "awards_appeal": Rows(f"{SEES_PERSONS} AND {_OF_APPLICATION}"),
    "awards_paper": Rows(f"{SEES_PERSONS} AND ({_OF_APPLICATION} OR {_OF_AWARD})"),
    # The county that paid keeps its award when the child has moved on.
    "awards_award": Rows(f"{SEES_PERSONS} AND ({within('division')} OR {person_seen('person_id')})"),
    "awards_awardchange": Rows(f"{SEES_PERSONS} AND {_OF_AWARD}"),
}
OPEN: dict[str, str] = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0003_lifted_restrictions"), ("awards", "0001_initial")]
    operations = [OnSchema(build_wall)]
