"""What a crossing, its steps and its papers hold under encryption."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass, field

from ciyou.apps.audit.keys import keyring
from ciyou.apps.awards.contents import MISSING, Applicant
from ciyou.apps.registry.readings import read_name
from ciyou.vault.fields import blind_index, decrypt_bytes, decrypt_text, encrypt_bytes, encrypt_text

LIKENESS_FIELD = "crossing.likeness"


@dataclass(frozen=True)
class ToldChild:
    """The child as it was told at the counter. `birth_date` as YYYY-MM-DD, `id_card` the normalized number, "" in an emergency without one."""

    name: str
    sex: str
    birth_date: str
    id_card: str


@dataclass(frozen=True)
class CrossingContent:
    """What was told and brought. `documents` as in an application; `asked_words`: what is to be corrected or brought still."""

    child: ToldChild
    applicant: Applicant = field(default_factory=Applicant)
    documents: dict[str, str] = field(default_factory=dict)
    asked_words: str = ""
    amount_fen: int | None = None
    first_month: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The documents that are still to be brought."""
        return tuple(code for code, state in self.documents.items() if state == MISSING)


def seal_crossing(crossing_id: uuid.UUID, content: CrossingContent) -> bytes:
    """A crossing's content, encrypted for it."""
    return encrypt_text(keyring(), json.dumps(asdict(content), ensure_ascii=False), context=_context(crossing_id))


def open_crossing(crossing_id: uuid.UUID, cipher: bytes) -> CrossingContent:
    """A crossing's content in the clear."""
    stored = json.loads(decrypt_text(keyring(), bytes(cipher), context=_context(crossing_id)))
    child, applicant = ToldChild(**stored.pop("child")), Applicant(**stored.pop("applicant"))
    return CrossingContent(child=child, applicant=applicant, **stored)


def number_in(text: str) -> str:
    """The child's ID number in a content's JSON: what the crossing's keyed index is made of."""
    return str(json.loads(text)["child"]["id_card"])


def seal_words(step_id: uuid.UUID, words: str) -> bytes | None:
    """The reason of a step; None where it has none."""
    return encrypt_text(keyring(), words, context=f"crossing.step:{step_id}") if words else None


def open_words(step_id: uuid.UUID, cipher: bytes | None) -> str:
    """The reason of a step in the clear; "" where it has none."""
    return "" if cipher is None else decrypt_text(keyring(), bytes(cipher), context=f"crossing.step:{step_id}")


def seal_paper(paper_id: uuid.UUID, title: str, document: bytes) -> tuple[bytes, bytes]:
    """A paper's title and content, each encrypted for it."""
    ring = keyring()
    return (
        encrypt_text(ring, title, context=f"crossing.paper_title:{paper_id}"),
        encrypt_bytes(ring, document, context=f"crossing.paper:{paper_id}"),
    )


def open_title(paper_id: uuid.UUID, cipher: bytes) -> str:
    """A paper's title."""
    return decrypt_text(keyring(), bytes(cipher), context=f"crossing.paper_title:{paper_id}")


def open_document(paper_id: uuid.UUID, cipher: bytes) -> bytes:
    """A paper's content."""
    return decrypt_bytes(keyring(), bytes(cipher), context=f"crossing.paper:{paper_id}")


def _context(crossing_id: uuid.UUID) -> str:
    return f"crossing.crossing:{crossing_id}"


@dataclass(frozen=True)
class EmergencyContent:
    """What was told of an emergency. `other_event`: why it is another event than one that aid was given for shortly before."""

    child: ToldChild
    applicant: Applicant
    cause: str
    other_event: str = ""


def likeness_of(child: ToldChild) -> str:
    """The keyed index by which a child that may be the same is found: how its name reads, and its birth date."""
    return blind_index(keyring(), field=LIKENESS_FIELD, value=_likeness(child.name, child.birth_date))


def likeness_in(text: str) -> str:
    """What that index is made of, in a content's JSON."""
    child = json.loads(text)["child"]
    return _likeness(child["name"], child["birth_date"])


def _likeness(name: str, birth_date: str) -> str:
    return f"{read_name(name)[0]} {birth_date}"


def seal_emergency(aid_id: uuid.UUID, content: EmergencyContent) -> bytes:
    """What was told of an emergency, encrypted for it."""
    return encrypt_text(keyring(), json.dumps(asdict(content), ensure_ascii=False), context=f"crossing.aid:{aid_id}")


def open_emergency(aid_id: uuid.UUID, cipher: bytes) -> EmergencyContent:
    """What was told of an emergency in the clear."""
    stored = json.loads(decrypt_text(keyring(), bytes(cipher), context=f"crossing.aid:{aid_id}"))
    child, applicant = ToldChild(**stored.pop("child")), Applicant(**stored.pop("applicant"))
    return EmergencyContent(child=child, applicant=applicant, **stored)


def seal_aid_words(step_id: uuid.UUID, words: str) -> bytes | None:
    """The reason of a step of emergency aid; None where it has none."""
    return encrypt_text(keyring(), words, context=f"crossing.aid_step:{step_id}") if words else None


def open_aid_words(step_id: uuid.UUID, cipher: bytes | None) -> str:
    """The reason of a step of emergency aid in the clear; "" where it has none."""
    return "" if cipher is None else decrypt_text(keyring(), bytes(cipher), context=f"crossing.aid_step:{step_id}")
