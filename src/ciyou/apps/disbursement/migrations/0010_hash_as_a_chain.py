"""The hash over a run's lines becomes a chain through its payments.

Runs that are still open get the new hash where the old one says that nothing was changed since they were drafted; one that was
changed keeps the old hash, and is refused by the next step as before. A run that is being computed gets the chain as far as it is.
"""

import hashlib
from itertools import groupby

from django.db import migrations

from ciyou.apps.audit.schema_operations import OnSchema

ENDED = ("closed", "cancelled")


def renew_hashes(schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT set_config('ciyou.user', 'local', true)")
        cursor.execute(
            "SELECT id, state, lines_hash FROM disbursement_monthrun WHERE state NOT IN (%s, %s)", list(ENDED)
        )
        for run_id, state, before in cursor.fetchall():
            lines = lines_of(cursor, run_id)
            if state == "computing" or (before and before == as_before(lines)):
                cursor.execute(
                    "UPDATE disbursement_monthrun SET lines_hash = %s WHERE id = %s", [as_chain(lines), run_id]
                )


def lines_of(cursor, run_id):
    """By payment in the order of the numbers: its number and a line's text."""
    cursor.execute(
        "SELECT payment.sequence, claim.award_id, claim.month, line.kind, line.amount_fen FROM disbursement_paymentline line "
        "JOIN disbursement_paidmonth claim ON claim.id = line.claim_id "
        "JOIN disbursement_payment payment ON payment.id = line.payment_id WHERE payment.run_id = %s ORDER BY payment.sequence",
        [run_id],
    )
    return [
        (sequence, f"{str(award).replace('-', '')}|{month}|{kind}|{fen}")
        for sequence, award, month, kind, fen in cursor.fetchall()
    ]


def as_before(lines):
    return hashlib.sha256("\n".join(sorted(text for _sequence, text in lines)).encode()).hexdigest()


def as_chain(lines):
    chain = ""
    for _sequence, of_one in groupby(lines, lambda line: line[0]):
        chain = hashlib.sha256("\n".join((chain, *sorted(text for _number, text in of_one))).encode()).hexdigest()
    return chain


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0009_room_beside_claims")]
    operations = [OnSchema(renew_hashes)]
