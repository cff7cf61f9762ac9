"""The second wall around referrals and the directory of providers (docs/decisions/0017-two-databases.md, 0041-referrals.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import MACHINE, SEES_PERSONS, Rows, person_seen, wall_statements, within

# The sending place's that sees the child, or the receiver's own: the post that answers for the provider.
_OWN_PROVIDER = (
    "EXISTS (SELECT 1 FROM partners_provider provider WHERE provider.id = provider_id"
    " AND provider.post_id::text = current_setting('ciyou.post', true))"
)
_OF_REFERRAL = "EXISTS (SELECT 1 FROM partners_referral referral WHERE referral.id = referral_id)"
_SENT = f"{SEES_PERSONS} AND {within('division')} AND {person_seen('child_id')}"

WALLED = {
    "partners_referral": Rows(f"({_SENT}) OR {_OWN_PROVIDER}"),
    "partners_referralstep": Rows(_OF_REFERRAL),
    # Hashes of tokens are for the machine alone: whoever opens a link has no account.
    "partners_answerlink": Rows(MACHINE),
}
OPEN = {
    "partners_provider": "SELECT, INSERT, UPDATE",
    "partners_qualityvisit": "SELECT, INSERT",
    "partners_serviceslots": "SELECT, INSERT, UPDATE",
    # Keyed hashes of addresses and numbers, and counts; nothing about anybody.
    "accounts_wrongtry": "SELECT, INSERT, UPDATE, DELETE",
}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in wall_statements(WALLED, OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0020_wall_of_fieldwork"), ("partners", "0001_initial"), ("accounts", "0002_wrong_tries")]
    operations = [OnSchema(build_wall)]
