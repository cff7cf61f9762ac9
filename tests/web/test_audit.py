"""The log of disclosures: every row follows from the one before, and the database refuses to change any."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from ciyou.apps.audit.models import DisclosureRecord
from ciyou.apps.audit.selectors import find_broken_link, list_disclosures
from ciyou.apps.audit.services import record_disclosure
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose

pytestmark = pytest.mark.django_db


def note(*persons):
    return record_disclosure(
        LOCAL_OPERATOR,
        purpose=Purpose.VERIFY,
        action="child",
        persons=persons,
        fields=("name",),
        highest_class=4,
        origin="127.0.0.1",
        subject="run",
    )


def test_a_record_says_who_saw_whom_why_and_from_where():
    note("p2", "p1", "p1")
    (record,) = list_disclosures(subject="run")
    assert (record.actor_id, record.purpose, record.person_ids, record.highest_class) == (
        "local",
        "verify",
        ("p1", "p2"),
        4,
    )


def test_a_batch_run_is_recorded_by_its_count_only():
    record_disclosure(
        LOCAL_OPERATOR,
        purpose=Purpose.IDENTIFY,
        action="run",
        persons=24_736,
        fields=("rosters",),
        highest_class=5,
        origin="worker",
    )
    (record,) = list_disclosures()
    assert (record.person_ids, record.person_count) == ((), 24_736)


@pytest.mark.parametrize(
    "change", ["UPDATE audit_disclosurerecord SET purpose = 'pay'", "DELETE FROM audit_disclosurerecord"]
)
def test_the_database_refuses_to_change_or_remove_a_record(change):
    note("p1")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert len(list_disclosures()) == 1


def test_an_untouched_log_has_no_broken_link():
    for person in ("p1", "p2", "p3"):
        note(person)
    assert find_broken_link() is None


def test_a_row_changed_behind_the_databases_back_is_found():
    numbers = [note(person) for person in ("p1", "p2", "p3")]
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_disclosurerecord_no_update")
    DisclosureRecord.objects.filter(id=numbers[1]).update(person_ids=["p9"])
    assert find_broken_link() == numbers[1]
