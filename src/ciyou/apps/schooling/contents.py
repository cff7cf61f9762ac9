"""What the rows of this room hold under encryption."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from typing import TypeVar

from ciyou.apps.audit.keys import keyring
from ciyou.vault.fields import decrypt_text, encrypt_text


@dataclass(frozen=True)
class CaseContent:
    """`name`, `sex`, `birth_date`: the child as the school's side is told of it. `reason` (a code of the packs) with `reason_words` and the
    `plan` of the visit; the `school` named; the `document` that ends it, or whom it was handed to."""

    name: str = ""
    sex: str = ""
    birth_date: str = ""
    reason: str = ""
    reason_words: str = ""
    plan: str = ""
    school: str = ""
    document: str = ""


@dataclass(frozen=True)
class PlaceContent:
    """The child as the school's side is told of it, what is wished, and what came of it."""

    name: str
    sex: str
    birth_date: str
    wished: str
    school: str = ""
    words: str = ""


@dataclass(frozen=True)
class PlacementContent:
    """The child as the school's side is told of it, the school, and what was said of the decision."""

    name: str
    school: str
    words: str = ""


@dataclass(frozen=True)
class SessionContent:
    """What was taught, and by whom; why it was struck out."""

    taught: str
    teacher: str
    struck: str = ""


Content = TypeVar("Content", CaseContent, PlaceContent, PlacementContent, SessionContent)
_CONTEXTS: dict[type, str] = {
    CaseContent: "schooling.case",
    PlaceContent: "schooling.place",
    PlacementContent: "schooling.placement",
    SessionContent: "schooling.session",
}


def seal(row_id: uuid.UUID, content: Content) -> bytes:
    """A content, encrypted for its row."""
    text = json.dumps(asdict(content), ensure_ascii=False)
    return encrypt_text(keyring(), text, context=f"{_CONTEXTS[type(content)]}:{row_id}")


def unseal(kind: type[Content], row_id: uuid.UUID, cipher: bytes) -> Content:
    """A content in the clear."""
    return kind(**json.loads(decrypt_text(keyring(), bytes(cipher), context=f"{_CONTEXTS[kind]}:{row_id}")))


def open_case(row_id: uuid.UUID, cipher: bytes | None) -> CaseContent:
    """What a case holds; before the visit nothing."""
    return CaseContent() if cipher is None else unseal(CaseContent, row_id, cipher)


def seal_words(step_id: uuid.UUID, words: str) -> bytes | None:
    """The words of a step; None where it has none."""
    return encrypt_text(keyring(), words, context=f"schooling.step:{step_id}") if words else None


def open_words(step_id: uuid.UUID, cipher: bytes | None) -> str:
    """The words of a step in the clear; "" where it has none."""
    return "" if cipher is None else decrypt_text(keyring(), bytes(cipher), context=f"schooling.step:{step_id}")
