"""The database itself refuses to change or remove a row of the log."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema

TABLE = "audit_disclosurerecord"
MESSAGE = "The log of disclosures is append-only."


def add_triggers(schema_editor):
    for statement in statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def statements(vendor):
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    if vendor == "postgresql":
        return [
            f"CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$",
            f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
            f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()",
            f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()",
        ]
    raise NotImplementedError(f"The log of disclosures cannot be protected on {vendor}.")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [OnSchema(add_triggers)]
