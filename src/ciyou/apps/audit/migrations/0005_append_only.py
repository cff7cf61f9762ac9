"""The first form of the log goes; the database refuses to change or remove a row of the new one."""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema

TABLES = ("audit_logentry", "audit_personseen", "audit_chainlink")
MESSAGE = "The log is append-only."


def add_triggers(schema_editor):
    for table in TABLES:
        for statement in statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement)


def statements(vendor, table):
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    ]


def remove_first_form(schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_disclosurerecord_refuse() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_carry_over")]
    operations = [
        OnSchema(remove_first_form),
        # On SQLite the table takes its triggers with it.
        migrations.DeleteModel("DisclosureRecord"),
        OnSchema(add_triggers),
    ]
