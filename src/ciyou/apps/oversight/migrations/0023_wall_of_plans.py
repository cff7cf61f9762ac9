"""The second wall around cases: for whoever may see the child; what hangs on a case is there where the case is (docs/decisions/0043-case-plans.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import Rows, of_person, wall_statements

_OF_CASE = Rows("EXISTS (SELECT 1 FROM plans_childcase child_case WHERE child_case.id = case_id)")
WALLED = {
    "plans_childcase": of_person(),
    "plans_casestep": _OF_CASE,
    "plans_plangoal": _OF_CASE,
    "plans_packageline": _OF_CASE,
    "plans_caseconference": _OF_CASE,
    "plans_conferencedecision": Rows(
        "EXISTS (SELECT 1 FROM plans_caseconference conference WHERE conference.id = conference_id)"
    ),
}
OPEN = {}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0022_wall_of_tiers"), ("plans", "0001_initial")]
    operations = [OnSchema(build_wall)]
