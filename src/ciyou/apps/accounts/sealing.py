"""What the accounts store encrypted or hashed, each value bound to its place."""

from __future__ import annotations

import hashlib
import secrets

from ciyou.apps.audit.keys import keyring
from ciyou.vault.fields import decrypt_bytes, decrypt_text, encrypt_bytes, encrypt_text

TOKEN_BYTES = 32
# No letter or digit that is mistaken for another when it is read out or copied by hand.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def seal_factor(user_id: object, kind: str, secret: bytes) -> bytes:
    """A factor's secret, encrypted for this user and this kind."""
    return encrypt_bytes(keyring(), secret, context=f"accounts.factor:{user_id}:{kind}")


def open_factor(user_id: object, kind: str, cipher: bytes) -> bytes:
    """The secret of a factor, to check a proof against."""
    return decrypt_bytes(keyring(), cipher, context=f"accounts.factor:{user_id}:{kind}")


def seal_pin_hash(device_id: object, pin_hash: str) -> bytes:
    """A PIN's hash encrypted: whoever copies the database cannot try a million PINs."""
    return encrypt_text(keyring(), pin_hash, context=f"accounts.pin:{device_id}")


def open_pin_hash(device_id: object, cipher: bytes) -> str:
    """The PIN's hash again."""
    return decrypt_text(keyring(), cipher, context=f"accounts.pin:{device_id}")


def seal_phone(user_id: object, phone: str) -> bytes | None:
    """A telephone number encrypted for this user; None where there is none."""
    return encrypt_text(keyring(), phone, context=f"accounts.phone:{user_id}") if phone else None


def open_phone(user_id: object, cipher: bytes | None) -> str:
    """The telephone number; "" where there is none."""
    return decrypt_text(keyring(), cipher, context=f"accounts.phone:{user_id}") if cipher else ""


def hash_token(token: str) -> str:
    """By which a random token or code is found again; of no use to whoever reads it."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """A token that nobody guesses (256 bits)."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_code(groups: int) -> str:
    """A code to be read out: groups of four letters and digits (about 20 bits each)."""
    return "-".join("".join(secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(groups))


def plain_code(typed: str) -> str:
    """A code as it was made, however it was typed: small letters, spaces, missing hyphens."""
    kept = "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())
    return "-".join(kept[start : start + 4] for start in range(0, len(kept), 4))
