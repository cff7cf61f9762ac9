"""On PostgreSQL: the changes of a month (增减变动表) are checked together, as its lines are (0007).

A back-dated standard writes two changes for each child, and each had three foreign keys asked for by itself: six of the ten questions
that the database asked for a child when a part of a run was committed.

- No change is written without its run, award and person; they are locked against removal until the change is there for everybody.
- No run, award or person goes while it has a change. Their ids are held by the keys of other tables that a change never stands without.
"""

from django.db import migrations

from ciyou.apps.disbursement.statement_checks import machine_function, refusal

CHANGES = "disbursement_monthchange"
PARENTS = {"run_id": "disbursement_monthrun", "award_id": "awards_award", "person_id": "registry_person"}


def check_changes_together(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    change = apps.get_model("disbursement", "MonthChange")
    for column in PARENTS:
        for name in schema_editor._constraint_names(change, [column], foreign_key=True):
            schema_editor.execute(f'ALTER TABLE {CHANGES} DROP CONSTRAINT "{name}"')
    for statement in statements():
        schema_editor.execute(statement, params=None)


def statements():
    """The functions and triggers."""
    checks = " ".join(_check(column, parent) for column, parent in PARENTS.items())
    yield machine_function(f"{CHANGES}_belong", checks, "there bigint;")
    for verb in ("INSERT", "UPDATE"):
        yield (
            f"CREATE TRIGGER {CHANGES}_belong_{verb.lower()} AFTER {verb} ON {CHANGES} "
            f"REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION {CHANGES}_belong()"
        )
    for column, parent in PARENTS.items():
        name = f"{parent}_kept_for_changes"
        has_changes = f"EXISTS (SELECT FROM gone JOIN {CHANGES} change ON change.{column} = gone.id)"
        refused = refusal("delete on", parent, "it has changes")
        yield machine_function(name, f"IF {has_changes} THEN {refused} END IF;")
        yield (
            f"CREATE TRIGGER {name} AFTER DELETE ON {parent} "
            f"REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def _check(column, parent):
    """Lock what is there, and count it."""
    wanted = f"(SELECT DISTINCT {column} AS id FROM written) wanted"
    refused = refusal("insert or update on", CHANGES, f"a {column} is not there")
    return f"""
        SELECT count(*) INTO there FROM (
            SELECT FROM {wanted} JOIN {parent} parent ON parent.id = wanted.id FOR KEY SHARE OF parent
        ) locked;
        IF there < (SELECT count(*) FROM {wanted}) THEN {refused} END IF;
    """


class Migration(migrations.Migration):
    dependencies = [
        ("disbursement", "0010_hash_as_a_chain"),
        ("awards", "__first__"),
        ("registry", "__first__"),
    ]
    operations = [migrations.RunPython(check_changes_together, migrations.RunPython.noop)]
