"""A backup file: everything comes back as it was, or nothing does."""

from __future__ import annotations

import pytest

from ciyou.core.errors import VaultError
from ciyou.vault.archive import Member, check_keys, extract_archive, read_header, write_archive
from ciyou.vault.keyring import Keyring, KeyUse, new_key


@pytest.fixture
def keyring():
    return Keyring(new_key(use) for use in KeyUse)


@pytest.fixture
def backup(tmp_path, keyring):
    """A backup of two files; one of three is gone when its turn comes."""
    (tmp_path / "one").write_bytes(b"first" * 500_000)
    (tmp_path / "two").write_bytes(b"")
    members = [Member(name, tmp_path / name.rpartition("/")[2]) for name in ("a/one", "gone", "b/c/two")]
    path = tmp_path / "x.backup"
    assert write_archive(path, keyring, header={"made_at": "2026-11-24"}, members=members) == 2
    return path


def test_every_file_comes_back_as_it_was_and_for_its_owner_only(backup, keyring, tmp_path):
    extract_archive(backup, keyring, tmp_path / "out")
    assert (tmp_path / "out/a/one").read_bytes() == b"first" * 500_000
    assert (tmp_path / "out/b/c/two").read_bytes() == b""
    assert (tmp_path / "out/a/one").stat().st_mode & 0o777 == 0o600
    assert backup.stat().st_mode & 0o777 == 0o600


def test_the_header_can_be_read_without_a_key_and_holds_none(backup, keyring):
    header = read_header(backup)
    assert header["made_at"] == "2026-11-24"
    assert header["file_key"] == keyring.current(KeyUse.FILE).id
    for key in keyring.keys:
        assert key.secret not in backup.read_bytes()


@pytest.mark.parametrize("where", ["header", "middle", "end", "cut"])
def test_a_backup_that_was_changed_or_cut_is_refused(backup, keyring, tmp_path, where):
    content = bytearray(backup.read_bytes())
    if where == "cut":
        del content[-20:]
    elif where == "header":
        at = content.index(b"2026-11-24")
        content[at] = ord("1")
    else:
        content[{"middle": len(content) // 2, "end": -1}[where]] ^= 1
    backup.write_bytes(content)
    with pytest.raises(VaultError):
        extract_archive(backup, keyring, tmp_path / "out")


def test_a_keyring_older_than_the_backup_is_refused_and_the_missing_key_named(backup, keyring, tmp_path):
    newer = keyring.rotated(KeyUse.FIELD)
    path = tmp_path / "y.backup"
    write_archive(path, newer, header={"made_at": "2026-11-24"}, members=[])
    with pytest.raises(VaultError, match=newer.current(KeyUse.FIELD).id):
        check_keys(read_header(path), keyring)
    check_keys(read_header(path), newer.rotated(KeyUse.FIELD))


def test_what_is_no_backup_is_refused(tmp_path, keyring):
    (tmp_path / "note.txt").write_text("hello", encoding="utf-8")
    with pytest.raises(VaultError, match="no_backup"):
        read_header(tmp_path / "note.txt")


def test_a_backup_that_fails_leaves_nothing_behind(tmp_path, keyring):
    with pytest.raises(IsADirectoryError):
        write_archive(tmp_path / "z.backup", keyring, header={}, members=[Member("a", tmp_path)])
    assert list(tmp_path.iterdir()) == []
