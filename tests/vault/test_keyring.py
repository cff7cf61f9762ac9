"""The key file: made once, rotated without losing what is old, under a passphrase where one is wanted."""

from __future__ import annotations

import pytest

from ciyou.core.errors import VaultError
from ciyou.vault.fields import blind_index, decrypt_text, encrypt_text
from ciyou.vault.keyring import Keyring, KeyUse, new_key, open_keyring, read_keyring, write_keyring


@pytest.fixture
def keyring():
    return Keyring(new_key(use) for use in KeyUse)


def test_a_missing_key_file_is_made_once_and_read_by_its_owner_only(tmp_path):
    path = tmp_path / "keys.json"
    made = open_keyring(path)
    assert {key.id for key in open_keyring(path).keys} == {key.id for key in made.keys}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["keys.json"]


def test_a_damaged_key_file_is_never_replaced_by_a_new_one(tmp_path):
    path = tmp_path / "keys.json"
    path.write_text("{}", encoding="ascii")
    with pytest.raises(VaultError, match=r"vault\.key_file"):
        open_keyring(path)
    assert path.read_text(encoding="ascii") == "{}"


def test_what_an_old_key_wrote_is_read_after_rotation_and_new_values_use_the_new_key(keyring):
    old = encrypt_text(keyring, "13800000000", context="phone:1")
    rotated = keyring.rotated(KeyUse.FIELD)
    assert decrypt_text(rotated, old, context="phone:1") == "13800000000"
    with pytest.raises(VaultError, match="unknown_key"):
        decrypt_text(keyring, encrypt_text(rotated, "1", context="phone:1"), context="phone:1")


def test_a_value_cannot_be_read_where_it_does_not_belong(keyring):
    cipher = encrypt_text(keyring, "imprisoned", context="fact:1")
    with pytest.raises(VaultError, match="unreadable"):
        decrypt_text(keyring, cipher, context="fact:2")


@pytest.mark.parametrize("place", [0, 12, 25, -1])
def test_a_value_that_was_changed_is_refused(keyring, place):
    cipher = bytearray(encrypt_text(keyring, "imprisoned", context="fact:1"))
    cipher[place] ^= 1
    with pytest.raises(VaultError):
        decrypt_text(keyring, bytes(cipher), context="fact:1")


def test_equal_values_of_a_field_have_equal_blind_indexes_and_of_another_field_not(keyring):
    first, again, other = (
        blind_index(keyring, field=field, value="110101200001010000") for field in ("id_card", "id_card", "student_no")
    )
    assert first == again != other


def test_the_current_key_is_never_destroyed(keyring):
    with pytest.raises(VaultError, match="key_in_use"):
        keyring.without(keyring.current(KeyUse.FIELD).id)


def test_a_key_file_under_a_passphrase_opens_with_it_alone(tmp_path, keyring):
    path = tmp_path / "keys.json"
    write_keyring(keyring, path, passphrase="correct horse battery")
    assert keyring.keys[0].id not in path.read_text(encoding="ascii")
    assert read_keyring(path, passphrase="correct horse battery").keys == keyring.keys
    for wrong in ("", "correct horse batterz"):
        with pytest.raises(VaultError, match=r"vault\.passphrase"):
            read_keyring(path, passphrase=wrong)


def test_a_short_passphrase_is_refused(tmp_path, keyring):
    with pytest.raises(VaultError, match="short_passphrase"):
        write_keyring(keyring, tmp_path / "keys.json", passphrase="short")
    assert list(tmp_path.iterdir()) == []
