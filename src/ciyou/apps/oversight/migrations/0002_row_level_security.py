"""The second wall, on PostgreSQL: for every table, whose rows are there for whom (docs/decisions/0017-two-databases.md)."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema
from ciyou.apps.audit.row_security import (
    SEES_PERSONS,
    Rows,
    of_division,
    of_person,
    of_user,
    person_seen,
    placed,
    precondition_statements,
    role_statements,
    wall_statements,
    within,
)

NAMED = (
    "EXISTS (SELECT 1 FROM registry_namedaccess named WHERE named.person_id = registry_person.id "
    "AND named.user_id = current_setting('ciyou.user', true) AND (named.ends_at IS NULL OR named.ends_at > now()))"
)
OF_MY_DEPARTMENT = "(department <> '' AND department = current_setting('ciyou.department', true))"
"""A department of one county is not that of the next: this goes with the division."""

MINE = "post_id::text = current_setting('ciyou.post', true)"
IN_PLACE = f"({within('division')} OR {placed('registry_person.id')})"

WALLED = {
    # A person's file: in the actor's range by its own division or one of its places; a restricted one for named workers.
    "registry_person": Rows(
        f"{SEES_PERSONS} AND {IN_PLACE} AND (NOT restricted OR {NAMED})",
        f"{SEES_PERSONS} AND {IN_PLACE}",
    ),
    # These two stand below the file itself, so they cannot ask for it (the conditions would turn in a circle).
    "registry_personplace": Rows(
        f"{SEES_PERSONS} AND {within('division')}", f"{SEES_PERSONS} AND {person_seen('person_id')}"
    ),
    "registry_namedaccess": Rows(
        f"{SEES_PERSONS} AND (user_id = current_setting('ciyou.user', true) OR {placed('person_id')})"
    ),
    "registry_identifier": of_person(),
    "registry_household": Rows(f"{SEES_PERSONS} AND {within('division')}"),
    "registry_householdmember": of_person(),
    "registry_relationship": Rows(f"{SEES_PERSONS} AND ({person_seen('person_id')} OR {person_seen('other_id')})"),
    "registry_evidence": of_person(),
    "registry_fact": of_person(),
    "registry_payeeaccount": of_person(),
    "registry_personevent": of_person(),
    "rosters_screeningrun": of_division(),
    "entitlements_determination": of_person(),
    "entitlements_outcome": of_person(),
    # An adverse record that leads to nobody has no person: its division decides.
    "cases_lead": Rows(f"{SEES_PERSONS} AND {within('division')}"),
    "cases_leadload": of_division(),
    "cases_task": Rows(f"{within('division')} OR {MINE}"),
    "cases_visit": Rows(f"{SEES_PERSONS} AND {within('division')}"),
    "cases_visitedchild": of_person(),
    "cases_inquiryletter": Rows(f"{within('division')} AND ({SEES_PERSONS} OR {OF_MY_DEPARTMENT})"),
    "registry_searchcount": of_user(),
    "oversight_savedview": of_user(),
    # The county reviews an opening and answers a request also where the file itself is protected.
    "oversight_breakglass": Rows(f"{SEES_PERSONS} AND {within('division')}"),
    "oversight_subjectrequest": Rows(f"{SEES_PERSONS} AND {within('division')}"),
}

READ, ADD, ALL = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE, DELETE"
OPEN = {
    # The log is written and read, never changed: this holds before its triggers have to speak.
    "audit_logentry": ADD,
    "audit_personseen": ADD,
    "audit_chainlink": READ,
    "audit_outboxevent": ADD,
    "accounts_division": ALL,
    "accounts_divisionchange": ADD,
    "accounts_organization": ALL,
    "accounts_user": ALL,
    "accounts_post": ALL,
    "accounts_secondfactor": ALL,
    "accounts_device": ALL,
    "accounts_signin": ALL,
    "accounts_onetimecode": ALL,
    "accounts_twopersonrequest": ALL,
    "entitlements_packarchive": ADD,
    "oversight_exportrecord": ADD,
    "oversight_purge": "SELECT, INSERT, UPDATE",
    "auth_group": READ,
    "auth_permission": READ,
    "django_content_type": READ,
    "django_session": ALL,
    "django_tasks_database_dbtaskresult": ALL,
    "axes_accessattempt": ALL,
    "axes_accessattemptexpiration": ALL,
    "axes_accessfailurelog": ALL,
    "axes_accesslog": ALL,
}


def build_wall(schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in [*precondition_statements(), *role_statements(), *wall_statements(WALLED, OPEN)]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("oversight", "0001_initial"),
        ("cases", "0001_initial"),
        ("entitlements", "0001_initial"),
        ("rosters", "0001_initial"),
        ("registry", "0001_initial"),
        ("accounts", "0001_initial"),
        ("audit", "0005_append_only"),
        ("axes", "0010_accessattemptexpiration"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
        ("django_tasks_database", "0001_initial"),
    ]
    operations = [OnSchema(build_wall)]
