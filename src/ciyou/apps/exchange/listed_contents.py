"""What a list of identities tells of one child, encrypted and frozen: by its hash anybody sees that it is what was sent."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

from ciyou.apps.audit.keys import keyring
from ciyou.vault.fields import decrypt_text, encrypt_text

SALT_BYTES = 16


@dataclass(frozen=True)
class ListedContent:
    """What is told of a child: only the columns of the list are filled. `identities`, `entitlements` are rule codes."""

    name: str
    id_number: str = ""
    birth_date: str = ""
    sex: str = ""
    identities: tuple[str, ...] = ()
    entitlements: tuple[str, ...] = ()
    salt: str = field(default="", compare=False)

    def salted(self) -> ListedContent:
        """With a salt of its own: nobody can guess from the hash what it says."""
        return replace(self, salt=secrets.token_hex(SALT_BYTES))

    def text(self) -> str:
        """Canonical JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def hash(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text().encode()).hexdigest()


def hash_of_list(rows: Iterable[str]) -> str:
    """SHA-256 over the hashes of the rows, in whatever order they come."""
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def seal_listed(listed_id: uuid.UUID, content: ListedContent) -> bytes:
    """Encrypted for its row."""
    return encrypt_text(keyring(), content.text(), context=_context(listed_id))


def open_listed(listed_id: uuid.UUID, cipher: bytes) -> ListedContent:
    """The readable content."""
    told = json.loads(decrypt_text(keyring(), bytes(cipher), context=_context(listed_id)))
    lists = {name: tuple(told[name]) for name in ("identities", "entitlements")}
    return ListedContent(**{**told, **lists})


def seal_note(listed_id: uuid.UUID, note: str) -> bytes:
    """The department's words, encrypted for their row; nothing stays nothing."""
    return encrypt_text(keyring(), note, context=f"{_context(listed_id)}:answer") if note else b""


def open_note(listed_id: uuid.UUID, cipher: bytes) -> str:
    """The department's words."""
    return decrypt_text(keyring(), bytes(cipher), context=f"{_context(listed_id)}:answer") if cipher else ""


def _context(listed_id: uuid.UUID) -> str:
    return f"exchange.listed:{listed_id}"
