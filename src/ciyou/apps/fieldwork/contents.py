"""What a piece of work says, as it comes sealed from a phone, as it is kept, and what clashes in it."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ciyou.apps.audit.keys import keyring
from ciyou.apps.fieldwork.models import FieldClash, FieldEvent
from ciyou.apps.fieldwork.refusals import refused
from ciyou.core.errors import RecordError
from ciyou.vault.envelopes import Envelope, open_envelope
from ciyou.vault.fields import decrypt_text, encrypt_text

VISIT, NO_CHANGE, ASKED, ENCLOSED = "visit", "no_change", "questionnaire", "enclosure"
KINDS = (VISIT, NO_CHANGE, ASKED, ENCLOSED)
_MOST_BYTES, _MOST_ENCLOSED = 200_000, 600_000
_HEAD = ("id", "phone", "user", "post", "kind", "made_at")


@dataclass(frozen=True)
class SealedPiece:
    """A piece of work as a phone sends it: in the open only whose it is and when it was made, everything else sealed for the server."""

    id: uuid.UUID
    phone: uuid.UUID
    user: uuid.UUID
    post: uuid.UUID
    kind: str
    made_at: dt.datetime
    envelope: Envelope
    raw: Mapping[str, str]

    @property
    def context(self) -> str:
        """What the seal is bound to: an envelope under another head does not open."""
        return context_of(self.raw)


@dataclass(frozen=True)
class SaidInField:
    """What was said: of which child, on which day, in which fields of the form; `base` is what the phone had read of each field, as JSON.

    `leads`: the lead that the form was about, by child. Of a questionnaire `fields` are which it is, in which version, who agreed and the
    answers, and `visited_on` is the day of asking; of a photograph or signature which piece it is, of which visit, and its content.
    """

    child: str
    visited_on: str
    fields: Mapping[str, str] = field(default_factory=dict)
    base: Mapping[str, str] = field(default_factory=dict)
    leads: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClashContent:
    """One field said differently: its key, what the phone had read, what stands (whose, of when), and what the phone said.

    `fields` are the form's fields that say it, for taking it over later; empty for what cannot be taken over (a lead that moved on).
    """

    key: str
    base: str
    theirs: str
    theirs_by: str
    theirs_at: str
    ours: str
    fields: Mapping[str, str] = field(default_factory=dict)


def context_of(head: Mapping[str, str]) -> str:
    """The head of a piece as one line, in the order that phone and server agree on."""
    return "|".join(head[name] for name in _HEAD)


def read_piece(sent: Mapping[str, Any]) -> SealedPiece:
    """A piece as it came over the wire; raises RecordError when its head cannot be read (the phone then keeps it)."""
    try:
        raw = {name: str(sent[name]) for name in (*_HEAD, "sender", "nonce", "cipher")}
        made_at = dt.datetime.fromisoformat(raw["made_at"].replace("Z", "+00:00"))
        if made_at.tzinfo is None or raw["kind"] not in KINDS or len(raw["cipher"]) > _most(raw["kind"]):
            raise ValueError
        envelope = Envelope(*(base64.b64decode(raw[name], validate=True) for name in ("sender", "nonce", "cipher")))
        ids = {name: uuid.UUID(raw[name]) for name in ("id", "phone", "user", "post")}
    except (KeyError, ValueError, TypeError, binascii.Error) as error:
        raise unreadable() from error
    return SealedPiece(**ids, kind=raw["kind"], made_at=made_at, envelope=envelope, raw=raw)


def _most(kind: str) -> int:
    return _MOST_ENCLOSED if kind == ENCLOSED else _MOST_BYTES


def open_piece(piece: SealedPiece, private: str) -> SaidInField:
    """What a piece says; raises VaultError when the seal is broken, RecordError when what is inside is no visit."""
    plain = open_envelope(
        base64.b64decode(private), piece.envelope, salt=piece.raw["id"].encode(), context=piece.context
    )
    try:
        return _said(json.loads(plain))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise unreadable() from error


def seal_said(event_id: uuid.UUID, said: SaidInField) -> bytes:
    """What was said, encrypted for its event."""
    return _seal({"said": asdict(said)}, _event_context(event_id))


def seal_unread(event_id: uuid.UUID, raw: Mapping[str, str]) -> bytes:
    """An envelope that could not be opened, kept as it came."""
    return _seal({"unread": dict(raw)}, _event_context(event_id))


def open_said(event: FieldEvent) -> SaidInField | None:
    """What an event says; None where its envelope could not be opened."""
    kept = json.loads(decrypt_text(keyring(), event.content, context=_event_context(event.id)))
    return _said(kept["said"]) if "said" in kept else None


def seal_clash(clash_id: uuid.UUID, content: ClashContent) -> bytes:
    """Both sides of a clash, encrypted for it."""
    return _seal(asdict(content), f"fieldwork.clash:{clash_id}")


def open_clash(clash: FieldClash) -> ClashContent:
    """Both sides of a clash."""
    return ClashContent(**json.loads(decrypt_text(keyring(), clash.content, context=f"fieldwork.clash:{clash.id}")))


def unreadable() -> RecordError:
    """What came is no piece of work."""
    return refused(
        "unreadable",
        "收到的内容不是一件完整的外出工作。手机会保留它；请用“导出未发送的工作”交给县里。",
        "What came is not a whole piece of field work. The phone keeps it; export the unsent work and hand it to the county.",
    )


def _said(found: Mapping[str, Any]) -> SaidInField:
    texts = {
        name: {str(key): str(value) for key, value in dict(found.get(name) or {}).items()}
        for name in ("fields", "base", "leads")
    }
    day = dt.date.fromisoformat(str(found["visited_on"]))
    return SaidInField(str(uuid.UUID(str(found["child"]))), day.isoformat(), **texts)


def _seal(content: Mapping[str, Any], context: str) -> bytes:
    return encrypt_text(keyring(), json.dumps(content, ensure_ascii=False, sort_keys=True), context=context)


def _event_context(event_id: uuid.UUID) -> str:
    return f"fieldwork.event:{event_id}"
