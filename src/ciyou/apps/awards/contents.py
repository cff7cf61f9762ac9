"""What an application, a notice, an appeal and a change hold under encryption: names, words, reasons."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any

from ciyou.apps.audit.keys import keyring
from ciyou.vault.fields import decrypt_bytes, decrypt_text, encrypt_bytes, encrypt_text

GIVEN, KNOWN, MISSING, IF_NEEDED = "given", "known", "missing", "if_needed"


@dataclass(frozen=True)
class Applicant:
    """Who applies for the child: self | father | mother | guardian | relative | village; "" where the system proposed it."""

    name: str = ""
    relation: str = ""
    contact: str = ""


@dataclass(frozen=True)
class HomeWord:
    """What the county of registration said of dibao paid there: `answer` not_paid | paid | ended, `last_month` (its first day) of an end.

    `by` home (answered here) | letter (noted at the residence, `words` say how it was heard); `on` the day.
    """

    answer: str
    by: str
    on: str
    last_month: str = ""
    words: str = ""


@dataclass(frozen=True)
class ApplicationContent:
    """What was said on the way. `documents` by code: given | known (nobody has to bring it) | missing | if_needed
    (only where the township's comparison of data does not show it).

    `compared`: the departments whose data the township held against the application. `missing_words`: what is to be brought. `home`: what the
    county of registration answered, of what is applied for where the child lives.
    """

    applicant: Applicant = field(default_factory=Applicant)
    documents: dict[str, str] = field(default_factory=dict)
    authorized_on: str = ""
    report: str = ""
    compared: tuple[str, ...] = ()
    check_outcome: str = ""
    check_words: str = ""
    missing_words: str = ""
    fact_on: str = ""
    draft_words: str = ""
    decision_words: str = ""
    withdrawn_because: str = ""
    home: HomeWord | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The documents that are still to be brought."""
        return tuple(code for code, state in self.documents.items() if state == MISSING)


def seal_application(application_id: uuid.UUID, content: ApplicationContent) -> bytes:
    """An application's content, encrypted for this application."""
    return _seal(asdict(content), f"awards.application:{application_id}")


def open_application(application_id: uuid.UUID, cipher: bytes) -> ApplicationContent:
    """An application's content in the clear."""
    stored = _open(cipher, f"awards.application:{application_id}")
    applicant = Applicant(**stored.pop("applicant"))
    told = stored.pop("home", None)
    home = HomeWord(**told) if told else None
    return ApplicationContent(**{**stored, "compared": tuple(stored["compared"])}, applicant=applicant, home=home)


def seal_notice(application_id: uuid.UUID, words: str) -> bytes:
    """What was objected to a public notice."""
    return _seal({"objections": words}, f"awards.notice:{application_id}")


def open_notice(application_id: uuid.UUID, cipher: bytes) -> str:
    """What was objected to a public notice, in the clear."""
    return str(_open(cipher, f"awards.notice:{application_id}")["objections"])


@dataclass(frozen=True)
class AppealContent:
    """Why a decision is objected to, and what was answered."""

    words: str
    answer: str = ""


def seal_appeal(appeal_id: uuid.UUID, content: AppealContent) -> bytes:
    """An appeal's words, encrypted for this appeal."""
    return _seal(asdict(content), f"awards.appeal:{appeal_id}")


def open_appeal(appeal_id: uuid.UUID, cipher: bytes) -> AppealContent:
    """An appeal's words in the clear."""
    return AppealContent(**_open(cipher, f"awards.appeal:{appeal_id}"))


@dataclass(frozen=True)
class ChangeContent:
    """Why an award is changed, and why the change was refused."""

    reason: str
    refusal: str = ""


def seal_change(change_id: uuid.UUID, content: ChangeContent) -> bytes:
    """A change's reason, encrypted for this change."""
    return _seal(asdict(content), f"awards.change:{change_id}")


def open_change(change_id: uuid.UUID, cipher: bytes) -> ChangeContent:
    """A change's reason in the clear."""
    return ChangeContent(**_open(cipher, f"awards.change:{change_id}"))


def seal_paper(paper_id: uuid.UUID, document: bytes) -> bytes:
    """The PDF of a paper, encrypted for this paper."""
    return encrypt_bytes(keyring(), document, context=f"awards.paper:{paper_id}")


def open_paper(paper_id: uuid.UUID, cipher: bytes) -> bytes:
    """The PDF of a paper."""
    return decrypt_bytes(keyring(), bytes(cipher), context=f"awards.paper:{paper_id}")


def _seal(content: dict[str, Any], context: str) -> bytes:
    return encrypt_text(keyring(), json.dumps(content, ensure_ascii=False), context=context)


def _open(cipher: bytes, context: str) -> dict[str, Any]:
    return dict(json.loads(decrypt_text(keyring(), bytes(cipher), context=context)))
