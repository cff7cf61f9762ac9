"""Room in PostgreSQL's pages of claims for what is paid of them later.

Measured at 1.3 million lines (100,000 children, a back-dated year): every claim was written to another page, and into each index
again; where half of a page is left free it stays in its page, and the arrears take 53 s instead of 68. Pages that were written
before stay full until they are written anew (`VACUUM FULL disbursement_paidmonth`, while nobody works).
"""

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema


def leave_room(schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE disbursement_paidmonth SET (fillfactor = 50)")


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0008_one_index_of_numbers")]
    operations = [OnSchema(leave_room)]
