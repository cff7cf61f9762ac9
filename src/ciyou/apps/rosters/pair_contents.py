"""What a pair holds encrypted: what both records say, and what they are known again by in another delivery."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.apps.audit.keys import keyring
from ciyou.vault.fields import blind_index, decrypt_text, encrypt_text
from ciyou.vault.keyring import Keyring

MARK_FIELD, SIDE_FIELD = "rosters.pair", "rosters.side"


@dataclass(frozen=True)
class PairKeys:
    """The keys of both records (batch.linkage.record_keys); `slot_b`: 0 record b's person, 1 or 2 the guardian whom it names there."""

    a: str
    b: str
    slot_b: int = 0

    def text(self) -> str:
        """As it is stored."""
        return json.dumps([self.a, self.b, self.slot_b])


@dataclass(frozen=True)
class PairContent:
    """What both records say, by field (dates and numbers as text; nothing where a record is silent); `slot_b` as in PairKeys.

    `weights`: what each comparison spoke for or against one person, in tenths of a bit, in the order of the linking; empty where it
    weighed nothing.
    """

    a: Mapping[str, str]
    b: Mapping[str, str]
    weights: tuple[tuple[str, int], ...] = ()
    slot_b: int = 0

    def text(self) -> str:
        """As it is stored."""
        return json.dumps(
            {"a": dict(self.a), "b": dict(self.b), "weights": self.weights, "slot_b": self.slot_b}, ensure_ascii=False
        )


def seal_keys(pair_id: uuid.UUID, keys: PairKeys, *, ring: Keyring) -> bytes:
    """Encrypted for its pair."""
    return encrypt_text(ring, keys.text(), context=f"rosters.pair_keys:{pair_id}")


def open_keys(pair_id: uuid.UUID, cipher: bytes, *, ring: Keyring) -> PairKeys:
    """The readable keys."""
    return PairKeys(*json.loads(decrypt_text(ring, bytes(cipher), context=f"rosters.pair_keys:{pair_id}")))


def seal_pair(pair_id: uuid.UUID, content: PairContent, *, ring: Keyring) -> bytes:
    """Encrypted for its pair."""
    return encrypt_text(ring, content.text(), context=f"rosters.pair:{pair_id}")


def open_pair(pair_id: uuid.UUID, cipher: bytes) -> PairContent:
    """The readable content."""
    found = json.loads(decrypt_text(keyring(), bytes(cipher), context=f"rosters.pair:{pair_id}"))
    weights = tuple((str(name), int(tenths)) for name, tenths in found["weights"])
    return PairContent(found["a"], found["b"], weights, found["slot_b"])


def marked_text(text: str) -> str:
    """Of stored keys what makes two pairs the same, whichever record stands first."""
    a, b, slot_b = json.loads(text)
    return "|".join(sorted((f"{a}:0", f"{b}:{slot_b}")))


def side_text(text: str) -> str:
    """Of stored keys the first record's."""
    return str(json.loads(text)[0])


def blind_mark(keys: PairKeys, *, ring: Keyring) -> str:
    """Equal for the same two records, whichever stands first."""
    return blind_index(ring, field=MARK_FIELD, value=marked_text(keys.text()))


def blind_side(keys: PairKeys, *, ring: Keyring) -> str:
    """Equal for pairs of the same first record."""
    return blind_index(ring, field=SIDE_FIELD, value=side_text(keys.text()))
