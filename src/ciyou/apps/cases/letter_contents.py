"""What an inquiry letter holds under encryption: what is asked, about whom, and what came back."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ciyou.apps.audit.keys import keyring
from ciyou.apps.cases.models import InquiryLetter
from ciyou.vault.fields import decrypt_bytes, decrypt_text, encrypt_bytes, encrypt_text


@dataclass(frozen=True)
class Reply:
    """What a department said. `values` by fact name (a fact it does not know is not among them); `refused` carries a reason instead.

    `on_behalf`: an officer entered a reply that came on paper. `certificate` is the id of the file that came with it.
    """

    on: str
    values: dict[str, Any] = field(default_factory=dict)
    refused: bool = False
    reason: str = ""
    on_behalf: bool = False
    certificate: str = ""


@dataclass(frozen=True)
class LetterContent:
    """The asked facts of one `entity` of the child's family, the rules for whose sake they are asked, and whom they are about.

    `person` are the words of the letter about that person (label, value), frozen when it was sent.
    """

    entity: str
    facts: tuple[str, ...]
    rules: tuple[str, ...] = ()
    name: str = ""
    person: tuple[tuple[str, str], ...] = ()
    withdrawn_because: str = ""
    reply: Reply | None = None

    def with_facts(self, facts: tuple[str, ...], rules: tuple[str, ...]) -> LetterContent:
        """The same letter asking for more."""
        return replace(
            self,
            facts=tuple(dict.fromkeys((*self.facts, *facts))),
            rules=tuple(dict.fromkeys((*self.rules, *rules))),
        )


def seal_content(letter_id: uuid.UUID, content: LetterContent) -> bytes:
    """A letter's content, encrypted for this letter."""
    return encrypt_text(keyring(), json.dumps(asdict(content), ensure_ascii=False), context=_context(letter_id))


def open_content(letter: InquiryLetter) -> LetterContent:
    """A letter's content in the clear."""
    stored = json.loads(decrypt_text(keyring(), letter.content, context=_context(letter.id)))
    reply = stored.pop("reply")
    return LetterContent(
        **{
            **stored,
            "facts": tuple(stored["facts"]),
            "rules": tuple(stored["rules"]),
            "person": tuple((label, value) for label, value in stored["person"]),
        },
        reply=Reply(**reply) if reply else None,
    )


def seal_document(letter_id: uuid.UUID, document: bytes) -> bytes:
    """The PDF of a letter, encrypted for this letter."""
    return encrypt_bytes(keyring(), document, context=f"{_context(letter_id)}:document")


def open_document(letter: InquiryLetter) -> bytes:
    """The PDF of a sent letter."""
    return decrypt_bytes(keyring(), bytes(letter.document or b""), context=f"{_context(letter.id)}:document")


def _context(letter_id: uuid.UUID) -> str:
    return f"cases.letter:{letter_id}"
