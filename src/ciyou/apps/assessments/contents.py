"""What an assessment holds under encryption: the answers with what they came to, and why a person confirmed another tier."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ciyou.apps.audit.keys import keyring
from ciyou.core.risk import Proposal
from ciyou.vault.fields import decrypt_text, encrypt_text


@dataclass(frozen=True)
class AssessmentContent:
    """`answers` by indicator (`unknown` where nobody knows), the age they were asked at (None: not known), and the proposal."""

    answers: Mapping[str, str]
    age: int | None
    proposal: Proposal


def seal_content(assessment_id: uuid.UUID, content: AssessmentContent) -> bytes:
    """The content, encrypted for its assessment."""
    return encrypt_text(
        keyring(), json.dumps(asdict(content), ensure_ascii=False), context=_context(assessment_id, "content")
    )


def open_content(assessment_id: uuid.UUID, cipher: bytes) -> AssessmentContent:
    """The content in the clear."""
    stored = json.loads(decrypt_text(keyring(), bytes(cipher), context=_context(assessment_id, "content")))
    kept = stored["proposal"]
    proposal = Proposal(**kept | {name: tuple(kept[name]) for name in ("unknown", "raised_by")})
    return AssessmentContent(stored["answers"], stored["age"], proposal)


def seal_reason(assessment_id: uuid.UUID, words: str) -> bytes:
    """Why another tier was confirmed, encrypted."""
    return encrypt_text(keyring(), words, context=_context(assessment_id, "reason"))


def open_reason(assessment_id: uuid.UUID, cipher: bytes) -> str:
    """Why another tier was confirmed."""
    return decrypt_text(keyring(), bytes(cipher), context=_context(assessment_id, "reason"))


def _context(assessment_id: uuid.UUID, part: str) -> str:
    return f"assessments.risk:{assessment_id}:{part}"
