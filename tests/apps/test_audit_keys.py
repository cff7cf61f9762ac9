"""New keys: what was encrypted stays readable, is written anew, and no key goes while anything needs it."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BinaryField
from django.utils import timezone

from ciyou.apps.accounts.models import User
from ciyou.apps.accounts.sealing import open_phone, seal_phone
from ciyou.apps.audit.keys import change_keyring, keyring
from ciyou.apps.audit.resealing import destroy_key, put_indexes, reseal, rotate_index, uses_of_keys
from ciyou.apps.audit.sealed_columns import sealed_here
from ciyou.apps.audit.sealing import seal_entries
from ciyou.apps.audit.services import record_action
from ciyou.apps.awards.models import Award
from ciyou.apps.disbursement.models import PaidMonth
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.registry.identities import identities_of
from ciyou.apps.registry.models import Fact, Identifier
from ciyou.apps.registry.sealing import blind_identifier, open_fact, open_identifier, seal_fact, seal_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import VaultError
from ciyou.vault.fields import encrypt_bytes, key_id_of
from ciyou.vault.keyring import KeyUse
from tests.award_builders import entitled_child
from tests.office import make_person, make_post

pytestmark = pytest.mark.django_db
NUMBER = "110101201605010000"
FIRST = dt.date(2025, 1, 1)
READABLE = {"PackArchive.content"}
"""Binary columns that hold nothing about anybody."""


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    """Keys and a store of evidence of this test's own."""
    settings.KEY_FILE = tmp_path / "keys.json"
    settings.EVIDENCE = tmp_path / "evidence"
    settings.EVIDENCE.mkdir()


@pytest.fixture
def child():
    """A child with a fact, an ID number and an evidence file; and an officer with a telephone."""
    person = make_person()
    now = timezone.now()
    Fact.objects.create(
        person=person,
        name="dead",
        value=seal_fact(person.id, "dead", True),
        **{"sensitivity": 4, "basis": "verified", "source": "visit", "recorded_at": now, "recorded_by": "x"},
    )
    Identifier.objects.create(
        person=person,
        kind="id_card",
        cipher=seal_identifier(person.id, "id_card", NUMBER),
        blind=blind_identifier("id_card", NUMBER),
        **{"source": "police_hukou", "recorded_at": now},
    )
    user = make_post().user
    User.objects.filter(id=user.id).update(phone=seal_phone(user.id, "13800000000"))
    return person


def store_file(content: bytes) -> Path:
    key = uuid.uuid4()
    path = Path(settings.EVIDENCE) / str(key)
    path.write_bytes(encrypt_bytes(keyring(), content, context=f"registry.evidence:{key}"))
    return path


def rotate_field() -> str:
    """A new key for values; the id of the old one."""
    old = keyring().current(KeyUse.FIELD).id
    change_keyring(lambda ring: ring.rotated(KeyUse.FIELD))
    return old


def test_every_column_of_ciphertexts_stands_in_the_list():
    tables = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("ciyou.")
        for field in model._meta.get_fields()
        if isinstance(field, BinaryField)
    }
    listed = {f"{one.model.partition('.')[2]}.{one.column}" for one in sealed_here().columns}
    assert tables - READABLE == listed


def test_everything_stays_readable_after_rotation_and_is_then_written_with_the_new_key(child):
    rotate_field()
    assert open_fact(child.id, "dead", Fact.objects.get().value) is True
    assert reseal().written == 3
    current = keyring().current(KeyUse.FIELD).id
    row, user = Identifier.objects.get(), User.objects.exclude(phone=None).get()
    assert {key_id_of(cipher) for cipher in (Fact.objects.get().value, row.cipher, user.phone)} == {current}
    assert open_fact(child.id, "dead", Fact.objects.get().value) is True
    assert open_identifier(child.id, "id_card", row.cipher) == NUMBER
    assert open_phone(user.id, user.phone) == "13800000000"


def test_writing_anew_can_be_run_again_and_then_does_nothing(child):
    rotate_field()
    reseal()
    assert reseal().written == 0


def test_where_nothing_is_stored_nothing_is_unreadable_and_no_key_is_missing():
    """A determination without causes holds no ciphertext of them."""
    entitled_child()
    assert Determination.objects.filter(causes=b"").exists()
    rotate_field()
    assert reseal().unreadable == ()
    assert set(uses_of_keys()) <= {key.id for key in keyring().keys}


def test_evidence_files_are_written_anew_too():
    path = store_file(b"a picture")
    rotate_field()
    assert reseal().written == 1
    assert key_id_of(path.read_bytes()) == keyring().current(KeyUse.FIELD).id
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_value_that_cannot_be_read_is_named_and_the_others_are_written(child):
    Fact.objects.create(
        person=child,
        name="lost_contact",
        value=os.urandom(60),
        **{"sensitivity": 4, "basis": "verified", "source": "v", "recorded_at": timezone.now(), "recorded_by": "x"},
    )
    rotate_field()
    result = reseal()
    assert result.written == 3
    assert result.unreadable == (f"registry.Fact.value {Fact.objects.latest('id').id}",)


def test_an_old_key_is_destroyed_only_when_nothing_needs_it_any_more(child):
    old = rotate_field()
    with pytest.raises(VaultError, match="key_needed"):
        destroy_key(old)
    reseal()
    destroy_key(old)
    assert old not in {key.id for key in keyring().keys}
    assert open_fact(child.id, "dead", Fact.objects.get().value) is True


def test_a_current_key_is_never_destroyed():
    with pytest.raises(VaultError, match="key_in_use"):
        destroy_key(keyring().current(KeyUse.FIELD).id)


def test_a_key_of_the_log_is_kept_as_long_as_a_link_was_sealed_with_it():
    record_action(LOCAL_OPERATOR, action="x")
    seal_entries()
    old = keyring().current(KeyUse.AUDIT).id
    change_keyring(lambda ring: ring.rotated(KeyUse.AUDIT))
    with pytest.raises(VaultError, match="key_needed"):
        destroy_key(old)


def test_a_new_index_key_changes_every_index_and_equal_values_are_still_found(child):
    old_key, old = keyring().current(KeyUse.INDEX).id, Identifier.objects.get().blind
    assert rotate_index() == 1
    assert Identifier.objects.get().blind == blind_identifier("id_card", NUMBER) != old
    destroy_key(old_key)


def test_an_index_that_was_made_with_another_key_is_mended(child):
    Identifier.objects.update(blind="0" * 64)
    assert put_indexes() == 1
    assert Identifier.objects.get().blind == blind_identifier("id_card", NUMBER)


def test_a_month_stays_claimed_once_under_a_new_index_key(child):
    """Awards and claims are keyed by a copy of the child's index: it changes with it, and what is no copy stays."""
    months = []
    for identity in (Identifier.objects.get().blind, f"file:{child.id.hex}"):
        award = Award.objects.create(
            person=child,
            identity=identity,
            entitlement=f"e{len(months)}",
            series="children_living",
            division=child.division,
            **{"amount_fen": 100, "first_month": FIRST, "awarded_on": FIRST, "awarded_by": "x"},
        )
        months.append(PaidMonth.objects.create(award=award, identity=identity, entitlement="e", month=FIRST))
    rotate_index()
    fresh = Identifier.objects.get().blind
    assert identities_of([child.id]) == {child.id: fresh}
    for rows in (Award.objects, PaidMonth.objects):
        assert set(rows.values_list("identity", flat=True)) == {fresh, f"file:{child.id.hex}"}
    with pytest.raises(IntegrityError), transaction.atomic():
        PaidMonth.objects.create(award=months[0].award, identity=fresh, entitlement="e", month=FIRST)


def test_an_identifier_without_an_index_stays_without():
    person = make_person()
    Identifier.objects.create(
        person=person,
        kind="address",
        cipher=seal_identifier(person.id, "address", "某村"),
        **{"blind": "", "source": "visit", "recorded_at": timezone.now()},
    )
    rotate_index()
    assert Identifier.objects.get().blind == ""


def test_the_uses_of_each_key_are_counted(child):
    old = rotate_field()
    uses = uses_of_keys()
    assert uses[old] == 3
    assert uses[keyring().current(KeyUse.FIELD).id] == 0
    assert uses[keyring().current(KeyUse.INDEX).id] == 1
