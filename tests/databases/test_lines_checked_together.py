"""The lines of a statement are checked together on PostgreSQL: what a foreign key of each line would refuse is refused."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import closing

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.models import Award
from ciyou.apps.disbursement.models import MonthChange, MonthRun, PaidMonth, Payment, PaymentLine
from ciyou.apps.registry.models import Person, PersonPlace
from tests.month_builders import Desk, orphan
from tests.office import COUNTY, OTHER_COUNTY, VILLAGE, make_actor, make_person

PARENTS = ("disbursement_payment", "disbursement_paidmonth")
MONTH = dt.date(2026, 3, 1)
OTHER_VILLAGE_FAR = OTHER_COUNTY[:6] + "001001"

SOON = "SET LOCAL lock_timeout = '100ms'"
ADD = "INSERT INTO disbursement_paymentline (payment_id, claim_id, kind, amount_fen) VALUES (%s, %s, 'current', 1)"
NEW_RUN = (
    "INSERT INTO disbursement_payment SELECT (jsonb_populate_record(old, jsonb_build_object("
    "'id', %s::text, 'sequence', old.sequence + 1, 'number', old.number || 'b', 'reissue_of_id', old.id))).* "
    "FROM disbursement_payment old LIMIT 1"
)


def execute(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def a_paid_month() -> tuple[uuid.UUID, int]:
    """A payment with one line; (payment, claim)."""
    orphan(first="2026-03")
    Desk().draft("2026-03")
    line = PaymentLine.objects.get()
    return line.payment_id, line.claim_id


def an_empty_payment():
    """A payment without lines, as one that is sent again."""
    made = uuid.uuid4()
    execute(NEW_RUN, str(made))
    return made


@pytest.mark.django_db
def test_no_line_is_written_without_its_claim_and_its_payment():
    payment, claim = a_paid_month()
    for missing in ((payment, 0), (uuid.uuid4(), claim)):
        with pytest.raises(IntegrityError, match="is not there"):
            execute(ADD, *missing)
    several = ADD + ", (%s, %s, 'current', 1)"
    with pytest.raises(IntegrityError, match="claim_id is not there"):
        execute(several, an_empty_payment(), claim, payment, claim + 1)
    for change in ("claim_id = 0", f"payment_id = '{uuid.uuid4()}'"):
        with pytest.raises(IntegrityError, match="is not there"):
            execute(f"UPDATE disbursement_paymentline SET {change}")
    assert PaymentLine.objects.count() == 1


@pytest.mark.django_db
def test_no_claim_and_no_payment_goes_or_is_renamed_while_it_has_a_line():
    payment, claim = a_paid_month()
    for table, one in (("disbursement_payment", payment), ("disbursement_paidmonth", claim)):
        with pytest.raises(IntegrityError, match="it has lines"):
            execute(f"DELETE FROM {table} WHERE id = %s", one)
    with pytest.raises(IntegrityError, match="ids never change"):
        execute("UPDATE disbursement_paidmonth SET id = id + 1")
    with pytest.raises(IntegrityError, match="ids never change"):
        execute("UPDATE disbursement_payment SET id = %s", uuid.uuid4())
    PaymentLine.objects.all().delete()
    Payment.objects.filter(id=payment).delete()
    PaidMonth.objects.filter(id=claim).delete()
    assert not Payment.objects.exists()
    assert not PaidMonth.objects.exists()


@pytest.mark.django_db
def test_a_wall_that_hides_a_line_does_not_let_its_claim_go():
    _payment, claim = a_paid_month()
    # The child has moved: its new county sees what was claimed for it, and not the book of the county that paid.
    for model in (Award, Person, PersonPlace):
        model.objects.update(division=OTHER_VILLAGE_FAR)
    with walled(make_actor("county_drafter", division=OTHER_COUNTY)):
        assert PaidMonth.objects.count() == 1
        assert not PaymentLine.objects.exists()
        with pytest.raises(IntegrityError, match="it has lines"):
            execute("DELETE FROM disbursement_paidmonth WHERE id = %s", claim)


@pytest.mark.django_db
def test_nothing_is_emptied_away_from_under_its_lines():
    a_paid_month()
    connection.check_constraints()
    for table in PARENTS:
        with pytest.raises(IntegrityError, match="it has lines"):
            execute(f"TRUNCATE {table}")
    execute("TRUNCATE disbursement_paymentline, disbursement_payment, disbursement_paidmonth")
    assert not Payment.objects.exists()


@pytest.mark.django_db
def test_no_change_is_written_without_what_it_is_about_and_nothing_goes_that_it_is_about():
    orphan(first="2026-03")
    Desk().draft("2026-03")
    change = MonthChange.objects.get()
    for column in ("run_id", "award_id", "person_id"):
        with pytest.raises(IntegrityError, match=f"a {column} is not there"):
            execute(f"UPDATE disbursement_monthchange SET {column} = %s", uuid.uuid4())
    parents = (
        ("disbursement_monthrun", change.run_id),
        ("awards_award", change.award_id),
        ("registry_person", change.person_id),
    )
    for table, one in parents:
        with pytest.raises(IntegrityError, match="it has changes"):
            execute(f"DELETE FROM {table} WHERE id = %s", one)
    assert MonthChange.objects.get() == change


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A claim and a payment that every connection sees, without the log of how they came to be; (payment, claim)."""
    with django_db_blocker.unblock():
        person = make_person()
        award = Award.objects.create(
            person=person, identity="file:x", entitlement="x", series="x", division=VILLAGE, amount_fen=1,
            first_month=MONTH, awarded_on=MONTH, awarded_by="local",
        )  # fmt: skip
        claim = PaidMonth.objects.create(award=award, identity="file:x", entitlement="x", month=MONTH)
        run = MonthRun.objects.create(
            county=COUNTY, series="x", month=MONTH, cutoff_on=MONTH, drafted_by="local", begun_at=timezone.now()
        )
        payment = Payment.objects.create(
            run=run, person=person, sequence=1, number="x", division=VILLAGE, amount_fen=1, account=b"x"
        )
        try:
            yield payment.id, claim.id
        finally:
            for model in (PaymentLine, Payment, PaidMonth, MonthRun, Award, PersonPlace, Person):
                model.objects.all().delete()


def test_what_a_line_that_is_being_written_needs_is_removed_by_nobody_else(committed):
    with closing(connection.get_new_connection(connection.get_connection_params())) as other:
        with transaction.atomic():
            execute(ADD, *committed)
            for table, one in zip(PARENTS, committed, strict=True):
                other.execute(SOON)
                with pytest.raises(LockNotAvailable):
                    other.execute(f"DELETE FROM {table} WHERE id = %s", [one])
                other.rollback()
            transaction.set_rollback(True)
        for table, one in zip(PARENTS, committed, strict=True):
            other.execute(f"DELETE FROM {table} WHERE id = %s", [one])
            with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
                execute(SOON)
                execute(ADD, *committed)
            other.rollback()
    assert not PaymentLine.objects.exists()
