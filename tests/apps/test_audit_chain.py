"""The chain of the log: every entry is sealed once, and whatever was done behind the database's back is found."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ciyou.apps.audit.heads import ChainHead, chain_head, read_head
from ciyou.apps.audit.keys import change_keyring, keyring
from ciyou.apps.audit.models import ChainLink, LogEntry, PersonSeen
from ciyou.apps.audit.sealing import seal_entries
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.audit.verification import check_keys_of_chain, verify_chain
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.errors import RunError
from ciyou.vault.keyring import KeyUse

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(minutes=-1)
"""Entries of this moment count as overdue."""


def note(*persons: str) -> int:
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


@pytest.fixture
def sealed():
    """Five sealed entries about persons."""
    numbers = [note(f"p{n}", f"q{n}") for n in range(5)]
    assert seal_entries() == 5
    return numbers


@pytest.fixture
def unprotected():
    """A database whose triggers somebody has dropped."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What waits to be checked at the end of the transaction keeps a table from being altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("audit_logentry", "audit_personseen", "audit_chainlink"):
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                cursor.execute(f"DROP TRIGGER {table}_no_update")
                cursor.execute(f"DROP TRIGGER {table}_no_delete")


def codes(**options) -> list[str]:
    return [found.code for found in verify_chain(**options).findings]


def test_a_log_that_nobody_touched_is_sound(sealed):
    report = verify_chain()
    assert (report.sound, report.checked, report.last_position) == (True, 5, 5)


def test_an_empty_log_is_sound():
    assert verify_chain().sound


def test_sealing_again_adds_nothing_and_new_entries_go_to_the_end(sealed):
    assert seal_entries() == 0
    record_action(LOCAL_OPERATOR, action="assign_lead", details={"leads": 3})
    assert seal_entries() == 1
    assert ChainLink.objects.latest("position").position == 6
    assert verify_chain().sound


def add_entry(number: int, at: dt.datetime) -> None:
    LogEntry.objects.create(
        id=number,
        at=at,
        **{"kind": "action", "actor_id": "u", "role": "auditor", "action": "x", "person_count": 0},
        **{"fields": "[]", "details": "{}", "highest_class": 2, "origin": ""},
    )


@pytest.mark.parametrize(("number", "everything"), [(9_990_000, False), (9_000_000, True)])
def test_an_entry_that_was_committed_late_with_a_smaller_number_is_sealed_all_the_same(sealed, number, everything):
    add_entry(10_000_000, timezone.now())
    assert seal_entries() == 1
    add_entry(number, timezone.now())
    assert seal_entries(everything=everything) == 1
    assert verify_chain().sound


def test_a_moment_without_fraction_of_a_second_is_sealed_like_any_other():
    add_entry(1_000_000, dt.datetime(2026, 11, 24, 8, 0, 0, tzinfo=dt.UTC))
    seal_entries()
    assert verify_chain().sound


@pytest.mark.parametrize(
    "change", [{"purpose": "pay"}, {"details": '{"a":1}'}, {"actor_id": "somebody"}, {"person_count": 3}]
)
def test_a_changed_entry_is_found(sealed, unprotected, change):
    LogEntry.objects.filter(id=sealed[1]).update(**change)
    (found,) = verify_chain().findings
    assert (found.code, found.position, found.entry_id) == ("entry_changed", 2, sealed[1])


def test_a_changed_moment_is_found(sealed, unprotected):
    LogEntry.objects.filter(id=sealed[1]).update(at=timezone.now() - dt.timedelta(days=3))
    assert codes() == ["entry_changed"]


def test_a_person_who_was_exchanged_removed_or_added_is_found(sealed, unprotected):
    PersonSeen.objects.filter(entry=sealed[0], person_id="p0").update(person_id="p9")
    PersonSeen.objects.filter(entry=sealed[2], person_id="p2").delete()
    PersonSeen.objects.create(entry_id=sealed[4], person_id="innocent")
    assert [(found.code, found.position) for found in verify_chain().findings] == [
        ("entry_changed", 1),
        ("entry_changed", 3),
        ("entry_changed", 5),
    ]


def test_two_persons_forged_into_one_are_found(sealed, unprotected):
    PersonSeen.objects.filter(entry=sealed[0], person_id="q0").delete()
    PersonSeen.objects.filter(entry=sealed[0]).update(person_id="p0\x1fq0")
    assert codes() == ["entry_changed"]


def test_a_missing_link_is_found_and_its_entry_counts_as_not_sealed(sealed, unprotected):
    ChainLink.objects.filter(position=3).delete()
    assert codes(sealed_within=LATER) == ["link_missing", "not_sealed"]


def test_an_entry_that_is_gone_with_its_link_kept_is_found(sealed, unprotected):
    PersonSeen.objects.filter(entry=sealed[1]).delete()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("DELETE FROM audit_logentry WHERE id = %s", [sealed[1]])
    assert codes() == ["entry_missing"]
    # The test's own transaction checks foreign keys at its end.
    ChainLink.objects.filter(entry_id=sealed[1]).delete()


def test_two_links_in_exchanged_order_are_found(sealed, unprotected):
    first, second = ChainLink.objects.get(position=2), ChainLink.objects.get(position=3)
    ChainLink.objects.filter(position__in=(2, 3)).delete()
    ChainLink.objects.create(position=2, entry_id=second.entry_id, key_id=second.key_id, hash=second.hash)
    ChainLink.objects.create(position=3, entry_id=first.entry_id, key_id=first.key_id, hash=first.hash)
    assert "entry_changed" in codes()


def test_a_tail_that_was_cut_off_is_found_against_an_exported_head(sealed, unprotected):
    head = read_head(chain_head().as_text())
    ChainLink.objects.filter(position__gt=3).delete()
    PersonSeen.objects.filter(entry__in=sealed[3:]).delete()
    LogEntry.objects.filter(id__in=sealed[3:]).delete()
    assert codes() == []
    assert codes(head=head) == ["tail_cut"]


def test_a_chain_that_was_written_anew_does_not_fit_the_exported_head(sealed):
    assert codes(head=ChainHead(5, "0" * 64, "2026-11-24T08:00:00+08:00")) == ["other_chain"]


def test_an_earlier_head_fits_a_chain_that_has_grown(sealed):
    head = chain_head()
    note("p7")
    seal_entries()
    assert codes(head=head) == []


def test_a_file_that_is_no_head_is_refused_with_a_sentence():
    with pytest.raises(RunError, match="no_head"):
        read_head('{"position": 5}')


def test_an_entry_that_waits_too_long_for_its_seal_is_found(sealed):
    entry_id = note("p8")
    assert codes() == []
    (found,) = verify_chain(sealed_within=LATER).findings
    assert (found.code, found.entry_id) == ("not_sealed", entry_id)


def test_the_latest_links_can_be_checked_alone(sealed, unprotected):
    LogEntry.objects.filter(id=sealed[0]).update(origin="elsewhere")
    assert verify_chain(latest=3).sound
    assert verify_chain(latest=3).checked == 3
    assert not verify_chain(latest=5).sound


def test_a_chain_goes_on_across_a_new_key_and_both_are_needed_to_check_it(sealed):
    before = keyring()
    change_keyring(lambda ring: ring.rotated(KeyUse.AUDIT))
    try:
        note("p6")
        seal_entries()
        assert verify_chain().sound
        assert len(set(ChainLink.objects.values_list("key_id", flat=True))) == 2
        assert check_keys_of_chain() == ()
    finally:
        change_keyring(lambda _ring: before)
    assert len(check_keys_of_chain()) == 1


def test_a_second_sealer_cannot_fork_the_chain(sealed):
    link = ChainLink.objects.get(position=5)
    entry_id = note("p6")
    with pytest.raises(DatabaseError), transaction.atomic():
        ChainLink.objects.create(position=5, entry_id=entry_id, key_id=link.key_id, hash="f" * 64)
    assert seal_entries() == 1


@pytest.mark.parametrize("table", ["audit_logentry", "audit_personseen", "audit_chainlink"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_remove_a_row_of_the_log(sealed, table, verb):
    column = {"audit_logentry": "kind", "audit_personseen": "person_id", "audit_chainlink": "hash"}[table]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table, column, column))
    assert verify_chain().sound


def test_every_finding_is_told_in_both_languages(sealed, unprotected):
    LogEntry.objects.filter(id=sealed[1]).update(purpose="pay")
    problem = verify_chain().findings[0].problem()
    assert "改动" in problem.zh
    assert "changed" in problem.en
