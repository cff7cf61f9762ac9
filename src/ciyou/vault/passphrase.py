"""A key file under a passphrase: scrypt makes a key of it, AES-256-GCM does the rest."""

from __future__ import annotations

import base64
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ciyou.core.errors import Place, Problem, VaultError

FORMAT = "ciyou-wrapped-keys/1"
SHORTEST = 12
# 64 MiB and a third of a second for each guess; the file says its own cost, so that it can be raised later.
COST = 2**16
_SALT_BYTES, _NONCE_BYTES = 16, 12


def wrap(text: str, passphrase: str) -> str:
    """A text that can be read with the passphrase only; raises VaultError for one that is too short."""
    if len(passphrase) < SHORTEST:
        raise VaultError(
            Problem(
                Place(),
                "vault.short_passphrase",
                f"口令太短；请至少用 {SHORTEST} 个字符。",
                f"The passphrase is too short; use at least {SHORTEST} characters.",
            )
        )
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    cipher = AESGCM(_derive(passphrase, salt, COST)).encrypt(nonce, text.encode(), FORMAT.encode())
    shown = {
        name: base64.b64encode(part).decode() for name, part in (("salt", salt), ("nonce", nonce), ("cipher", cipher))
    }
    return json.dumps({"format": FORMAT, "cost": COST, **shown}, indent=1) + "\n"


def is_wrapped(text: str) -> bool:
    """Whether a key file lies under a passphrase."""
    return f'"format": "{FORMAT}"' in text[:200]


def unwrap(text: str, passphrase: str) -> str:
    """The text again; raises VaultError for a wrong or missing passphrase, ValueError or KeyError for a damaged file."""
    stored = json.loads(text)
    salt, nonce, cipher = (base64.b64decode(stored[name], validate=True) for name in ("salt", "nonce", "cipher"))
    cost = int(stored["cost"])
    if cost > 2**20:
        raise ValueError("cost")
    try:
        return AESGCM(_derive(passphrase, salt, cost)).decrypt(nonce, cipher, FORMAT.encode()).decode()
    except InvalidTag as error:
        raise VaultError(
            Problem(
                Place(),
                "vault.passphrase",
                "密钥文件受口令保护，而口令缺失或不对；请在环境变量 CIYOU_KEY_PASSPHRASE 中给出口令。",
                "The key file lies under a passphrase, and it is missing or wrong; give it in the environment variable CIYOU_KEY_PASSPHRASE.",
            )
        ) from error


def _derive(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(passphrase.encode())
