"""What the registry stores encrypted, each value bound to its place: it cannot be read when moved to another row."""

from __future__ import annotations

import datetime as dt
import json

from ciyou.apps.audit.keys import keyring
from ciyou.core.facts.definition import Value
from ciyou.vault.fields import blind_index, decrypt_text, encrypt_text
from ciyou.vault.keyring import Keyring


def json_value(value: Value) -> bool | int | str:
    """A value as JSON writes it: a date is text."""
    return value.isoformat() if isinstance(value, dt.date) else value


def seal_fact(person_id: object, name: str, value: Value, *, ring: Keyring | None = None) -> bytes:
    """A fact's value as canonical JSON, encrypted for this person and this fact. `ring`: the keys, where many are sealed."""
    text = json.dumps(json_value(value), ensure_ascii=False)
    return encrypt_text(ring or keyring(), text, context=f"registry.fact:{person_id}:{name}")


def open_fact(person_id: object, name: str, cipher: bytes, *, ring: Keyring | None = None) -> object:
    """The value as JSON gives it (a date is text): the vocabulary's definition makes it a Value again."""
    return json.loads(decrypt_text(ring or keyring(), cipher, context=f"registry.fact:{person_id}:{name}"))


def seal_identifier(person_id: object, kind: str, value: str) -> bytes:
    """An identifier, encrypted for this person."""
    return encrypt_text(keyring(), value, context=f"registry.identifier:{person_id}:{kind}")


def open_identifier(person_id: object, kind: str, cipher: bytes, ring: Keyring | None = None) -> str:
    """The identifier in the clear: only for matching, masking, or after a recorded reveal."""
    return decrypt_text(ring or keyring(), cipher, context=f"registry.identifier:{person_id}:{kind}")


def blind_identifier(kind: str, value: str) -> str:
    """By which an equal identifier of any person is found."""
    return blind_index(keyring(), field=f"identifier.{kind}", value=value)


def seal_identity(decision_id: object, step: str, content: object) -> bytes:
    """What a decision about identity moved, as JSON, encrypted for this decision and this step of it."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return encrypt_text(keyring(), text, context=f"registry.identity:{decision_id}:{step}")


def open_identity(decision_id: object, step: str, cipher: bytes) -> object:
    """The same again, as JSON gives it."""
    return json.loads(decrypt_text(keyring(), cipher, context=f"registry.identity:{decision_id}:{step}"))
