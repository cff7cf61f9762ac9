"""On PostgreSQL: the lines of a statement are checked together, and a claim is written over in its own page.

A month draws more than a million lines. A foreign key asks for each line by itself whether its claim and its payment are there, once
more when the transaction ends: that was a third of the time of drawing them. Here the same is asked once for all lines of a statement:

- No line is written without its claim and its payment; both are locked against removal until the line is there for everybody. What
  this transaction itself has made or changed is locked already: nobody else can remove it before the transaction ends.
- No claim and no payment goes while it has a line; their ids never change.

The functions look at every row, whoever asks: a wall that hides a line must not let its payment go.
"""

from django.db import migrations

from ciyou.apps.disbursement.statement_checks import machine_function, refusal

LINES = "disbursement_paymentline"
PARENTS = {"claim_id": "disbursement_paidmonth", "payment_id": "disbursement_payment"}
WANTED = {
    # Nearly every line has a claim of its own, and a payment in common with others.
    "claim_id": "(SELECT claim_id AS id FROM written) wanted",
    "payment_id": "(SELECT DISTINCT payment_id AS id FROM written) wanted",
}


def check_lines_together(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    line = apps.get_model("disbursement", "PaymentLine")
    for column in PARENTS:
        for name in schema_editor._constraint_names(line, [column], foreign_key=True):
            schema_editor.execute(f'ALTER TABLE {LINES} DROP CONSTRAINT "{name}"')
    for statement in statements():
        schema_editor.execute(statement, params=None)


def statements():
    """The functions and triggers, and the space in the pages of claims."""
    checks = " ".join(_check(column, parent) for column, parent in PARENTS.items())
    yield machine_function(f"{LINES}_belong", checks, "own xid := pg_current_xact_id()::xid; there bigint; held bigint;")
    for verb in ("INSERT", "UPDATE"):
        yield (
            f"CREATE TRIGGER {LINES}_belong_{verb.lower()} AFTER {verb} ON {LINES} "
            f"REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION {LINES}_belong()"
        )
    for column, parent in PARENTS.items():
        yield from _kept(column, parent)
    # Half of a page stays free: what is paid of its claims is written there, and none of the indexes is touched.
    yield "ALTER TABLE disbursement_paidmonth SET (fillfactor = 50)"


def _check(column, parent):
    """Count what is there; what others may still remove is locked, and counted again."""
    wanted = WANTED[column]
    refused = refusal("insert or update on", LINES, f"a {column} is not there")
    return f"""
        SELECT count(*), count(*) FILTER (WHERE parent.xmin <> own) INTO there, held
            FROM {wanted} JOIN {parent} parent ON parent.id = wanted.id;
        IF there < (SELECT count(*) FROM {wanted}) THEN {refused} END IF;
        IF held > 0 THEN
            SELECT count(*) INTO there FROM (
                SELECT FROM {wanted} JOIN {parent} parent ON parent.id = wanted.id FOR KEY SHARE OF parent
            ) locked;
            IF there < (SELECT count(*) FROM {wanted}) THEN {refused} END IF;
        END IF;
    """


def _kept(column, parent):
    has_lines = f"EXISTS (SELECT FROM gone JOIN {LINES} line ON line.{column} = gone.id)"
    yield machine_function(f"{parent}_kept", f"IF {has_lines} THEN {refusal('delete on', parent, 'it has lines')} END IF;")
    yield (
        f"CREATE TRIGGER {parent}_kept AFTER DELETE ON {parent} "
        f"REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION {parent}_kept()"
    )
    yield machine_function(f"{parent}_id_stays", refusal("update on", parent, "ids never change"))
    yield (
        f"CREATE TRIGGER {parent}_id_stays AFTER UPDATE OF id ON {parent} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {parent}_id_stays()"
    )
    # With the lines in the same statement it may be emptied, as tests do.
    refused = refusal("truncate of", parent, "it has lines")
    yield machine_function(f"{parent}_not_emptied", f"IF EXISTS (SELECT FROM {LINES}) THEN {refused} END IF;")
    yield (
        f"CREATE TRIGGER {parent}_not_emptied AFTER TRUNCATE ON {parent} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {parent}_not_emptied()"
    )


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0006_hand_over_asked")]
    operations = [migrations.RunPython(check_lines_together, migrations.RunPython.noop)]
