"""What the rows of guidance hold under encryption."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from typing import TypeVar

from ciyou.apps.audit.keys import keyring
from ciyou.vault.fields import decrypt_text, encrypt_text


@dataclass(frozen=True)
class GuidanceContent:
    """`guardian`: who is to get it; `document`: the paper's number; `giver`: who gives it; `measures`: what is asked; `ended`: how it ended."""

    guardian: str
    giver: str
    document: str = ""
    measures: str = ""
    ended: str = ""


@dataclass(frozen=True)
class HeldContent:
    """Who gave a session, and what it was about."""

    giver: str
    words: str


Content = TypeVar("Content", GuidanceContent, HeldContent)
_CONTEXTS: dict[type, str] = {GuidanceContent: "training.guidance", HeldContent: "training.guidance_session"}


def seal(row_id: uuid.UUID, content: Content) -> bytes:
    """A content, encrypted for its row."""
    text = json.dumps(asdict(content), ensure_ascii=False)
    return encrypt_text(keyring(), text, context=f"{_CONTEXTS[type(content)]}:{row_id}")


def unseal(kind: type[Content], row_id: uuid.UUID, cipher: bytes) -> Content:
    """A content in the clear."""
    return kind(**json.loads(decrypt_text(keyring(), bytes(cipher), context=f"{_CONTEXTS[kind]}:{row_id}")))
