"""Single values encrypted at rest (AES-256-GCM), and blind indexes by which an equal value is found again."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag

from ciyou.core.errors import Place, Problem, VaultError
from ciyou.vault.keyring import Key, Keyring, KeyUse

_VERSION = b"\x01"
_KEY_ID_BYTES, _NONCE_BYTES = 9, 12
_HEADER_BYTES = len(_VERSION) + _KEY_ID_BYTES + _NONCE_BYTES


def encrypt_text(keyring: Keyring, text: str, *, context: str) -> bytes:
    """A text as ciphertext: version, key id (9 bytes), nonce (12), ciphertext with tag.

    `context` names where it belongs (`registry.fact:<person id>:<fact name>`): a ciphertext copied elsewhere cannot be read there.
    """
    return encrypt_bytes(keyring, text.encode(), context=context)


def decrypt_text(keyring: Keyring, cipher: bytes, *, context: str) -> str:
    """The text of a ciphertext; raises VaultError when it was changed, moved, or written with a key that is not here."""
    return decrypt_bytes(keyring, cipher, context=context).decode()


def encrypt_bytes(keyring: Keyring, plain: bytes, *, context: str) -> bytes:
    """The same for bytes."""
    key, nonce = keyring.current(KeyUse.FIELD), os.urandom(_NONCE_BYTES)
    return _VERSION + key.id.encode("ascii") + nonce + key.cipher.encrypt(nonce, plain, context.encode())


def decrypt_bytes(keyring: Keyring, cipher: bytes, *, context: str) -> bytes:
    """The same for bytes."""
    stored = bytes(cipher)
    nonce = stored[len(_VERSION) + _KEY_ID_BYTES : _HEADER_BYTES]
    if not stored.startswith(_VERSION) or len(nonce) < _NONCE_BYTES:
        raise VaultError(_unreadable())
    key = keyring.by_id(key_id_of(stored))
    try:
        return key.cipher.decrypt(nonce, stored[_HEADER_BYTES:], context.encode())
    except InvalidTag as error:
        raise VaultError(_unreadable()) from error


def key_id_of(cipher: bytes) -> str:
    """The id of the key that a ciphertext was written with."""
    return bytes(cipher)[len(_VERSION) : len(_VERSION) + _KEY_ID_BYTES].decode("ascii", "replace")


def blind_index(keyring: Keyring, *, field: str, value: str) -> str:
    """64 hexadecimal digits that are equal for equal values of a field (HMAC-SHA256). `value` is already normalized.

    Only for values of high entropy (ID numbers, accounts): the frequencies of names or sexes would show through.
    """
    return blind_index_with(keyring.current(KeyUse.INDEX), field=field, value=value)


def blind_index_with(key: Key, *, field: str, value: str) -> str:
    """The same with a certain key: for writing the indexes anew when their key changes."""
    return hmac.new(key.secret, f"{field}|{value}".encode(), hashlib.sha256).hexdigest()


def _unreadable() -> Problem:
    return Problem(
        Place(),
        "vault.unreadable",
        "一条加密数据无法读出：它被改动过，或被移到了别处。请用 ciyou audit verify 检查，并从备份恢复。",
        "An encrypted value cannot be read: it was changed, or moved from where it belongs. Run `ciyou audit verify` and restore from a backup.",
    )
