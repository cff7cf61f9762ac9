"""What an item of a comparison holds, encrypted: both sides' values, and what they are found again by."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from ciyou.apps.audit.keys import keyring
from ciyou.vault.fields import blind_index, decrypt_text, encrypt_text
from ciyou.vault.keyring import Keyring

BLIND_FIELD, MARK_FIELD = "exchange.stranger", "exchange.mark"


@dataclass(frozen=True, slots=True)
class ItemContent:
    """Of a difference `ours` and `theirs` in one column; of a child that one side has, `theirs` "" and `row` what that side says.

    `key`: by what a child that is not on file is found again (number, else name and birth date), "" for one that is. `source`,
    `basis` and `since`: whose word ours is, and since when.
    """

    ours: str = ""
    theirs: str = ""
    key: str = ""
    source: str = ""
    basis: str = ""
    since: str = ""
    row: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Canonical JSON; what is empty is left out."""
        told = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal_content(item_id: uuid.UUID, content: ItemContent, *, ring: Keyring | None = None) -> bytes:
    """Encrypted for its item."""
    return encrypt_text(ring or keyring(), content.text(), context=f"exchange.item:{item_id}")


def open_content(item_id: uuid.UUID, cipher: bytes) -> ItemContent:
    """The readable content."""
    return ItemContent(**json.loads(decrypt_text(keyring(), bytes(cipher), context=f"exchange.item:{item_id}")))


def blind_of(key: str, *, ring: Keyring) -> str:
    """By which a child that is not on file is found again; "" for one that is."""
    return blind_index(ring, field=BLIND_FIELD, value=key) if key else ""


def mark_of(content: ItemContent, *, ring: Keyring) -> str:
    """Equal exactly when the same was found again."""
    return blind_index(ring, field=MARK_FIELD, value=marked_text(content.text()))


def marked_text(text: str) -> str:
    """Of an item's text what makes it the same item: both sides' values, not since when or on whose word ours stand."""
    said = json.loads(text)
    return json.dumps([said.get(name, "") for name in ("ours", "theirs", "key")], ensure_ascii=False)


def key_text(text: str) -> str:
    """Of an item's text what a stranger is found again by."""
    return str(json.loads(text).get("key", ""))
