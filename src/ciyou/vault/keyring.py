"""The keys of one installation: a file that only its owner can read, outside the database and outside its backups."""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ciyou.core.errors import Place, Problem, VaultError
from ciyou.vault.passphrase import is_wrapped, unwrap, wrap

FORMAT = "ciyou-keys/1"
KEY_BYTES = 32


class KeyUse(StrEnum):
    """What a key is for; no key serves two uses: values and evidence, blind indexes, backups, the seals of the log."""

    FIELD = "field"
    INDEX = "index"
    FILE = "file"
    AUDIT = "audit"


@dataclass(frozen=True)
class Key:
    """One key. Of each use exactly one is `current`; older ones only read what was written with them."""

    id: str
    use: KeyUse
    secret: bytes
    current: bool

    @cached_property
    def cipher(self) -> AESGCM:
        """AES-256-GCM with this key: kept, because to make one takes as long as to encrypt a short value with it."""
        return AESGCM(self.secret)


class Keyring:
    """All keys of an installation, by id and by use."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys: Mapping[str, Key] = {key.id: key for key in keys}
        self._current: Mapping[KeyUse, Key] = {key.use: key for key in reversed(self.keys) if key.current}

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every key, in the order in which they were made."""
        return tuple(self._keys.values())

    def current(self, use: KeyUse) -> Key:
        """The key to write with; raises VaultError when there is none."""
        found = self._current.get(use)
        if found is not None:
            return found
        raise VaultError(
            Problem(
                Place(),
                "vault.no_current_key",
                f"密钥文件中没有用途为 {use} 的现用密钥；请恢复完整的密钥文件。",
                f"The key file has no current key for {use}; restore the complete key file.",
            )
        )

    def by_id(self, key_id: str) -> Key:
        """The key that something was written with; raises VaultError when this installation does not have it."""
        found = self._keys.get(key_id)
        if found is None:
            raise VaultError(
                Problem(
                    Place(),
                    "vault.unknown_key",
                    f"数据是用密钥 {key_id} 写的，但密钥文件中没有它；请恢复当时的密钥文件，否则这些数据无法读出。",
                    f"The data were written with key {key_id}, which the key file does not hold; restore the key file of that time, or these data cannot be read.",
                )
            )
        return found

    def rotated(self, use: KeyUse) -> Keyring:
        """The keyring with a new current key for one use; the old one is kept for reading."""
        kept = (Key(key.id, key.use, key.secret, key.current and key.use is not use) for key in self._keys.values())
        return Keyring((*kept, new_key(use)))

    def without(self, key_id: str) -> Keyring:
        """The keyring without one old key; raises VaultError for a key that is not there, or that is still written with."""
        if self.by_id(key_id).current:
            raise VaultError(
                Problem(
                    Place(),
                    "vault.key_in_use",
                    f"密钥 {key_id} 是现用密钥，不能销毁；请先用 ciyou keys rotate 换一把新的。",
                    f"Key {key_id} is the current one and cannot be destroyed; first make a new one with `ciyou keys rotate`.",
                )
            )
        return Keyring(key for key in self._keys.values() if key.id != key_id)


def new_key(use: KeyUse) -> Key:
    """A new random key; its id tells nothing about it."""
    return Key(f"{use.value[0]}{secrets.token_hex(4)}", use, secrets.token_bytes(KEY_BYTES), True)


def open_keyring(path: Path, *, passphrase: str = "") -> Keyring:
    """The keyring of a file; a missing file is made with new keys. Raises VaultError when the file is damaged or the passphrase wrong."""
    if path.exists():
        return read_keyring(path, passphrase=passphrase)
    keyring = Keyring(new_key(use) for use in KeyUse)
    made = _write_new(path, _as_text(keyring, passphrase))
    try:
        # A link is made only where nothing is: of two processes that start at once, one makes the keys and the other reads them.
        os.link(made, path)
    except FileExistsError:
        return read_keyring(path, passphrase=passphrase)
    finally:
        made.unlink()
    return keyring


def read_keyring(path: Path, *, passphrase: str = "") -> Keyring:
    """The keyring of an existing file; raises VaultError when it cannot be read."""
    try:
        text = path.read_text(encoding="ascii")
        stored = json.loads(unwrap(text, passphrase) if is_wrapped(text) else text)
        if stored["format"] != FORMAT:
            raise ValueError(FORMAT)
        return Keyring(_key(row) for row in stored["keys"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VaultError(
            Problem(
                Place(),
                "vault.key_file",
                "密钥文件缺失或已损坏；请从密钥备份中恢复，不要新建，否则已加密的数据无法读出。",
                "The key file is missing or damaged; restore it from the backup of the keys. Do not make a new one: what is encrypted could not be read.",
            )
        ) from error


def write_keyring(keyring: Keyring, path: Path, *, passphrase: str = "") -> None:
    """Replace the key file in one step, under a passphrase where one is given; the file is never half written."""
    _write_new(path, _as_text(keyring, passphrase)).replace(path)


def _write_new(path: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _as_text(keyring: Keyring, passphrase: str) -> str:
    rows = [
        {"id": key.id, "use": key.use.value, "secret": base64.b64encode(key.secret).decode(), "current": key.current}
        for key in keyring.keys
    ]
    text = json.dumps({"format": FORMAT, "keys": rows}, indent=1) + "\n"
    return wrap(text, passphrase) if passphrase else text


def _key(row: Mapping[str, Any]) -> Key:
    secret = base64.b64decode(row["secret"], validate=True)
    if len(secret) != KEY_BYTES:
        raise ValueError("key length")
    return Key(str(row["id"]), KeyUse(row["use"]), secret, bool(row["current"]))
