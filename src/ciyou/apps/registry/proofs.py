"""Evidence files: checked, encrypted into the store, listed by class, opened with a record."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action
from ciyou.apps.registry.checks import check_may, check_purpose, find_for_work, find_person
from ciyou.apps.registry.facts import children_of
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.media import clean_media
from ciyou.apps.registry.models import Evidence, Person
from ciyou.apps.registry.refusals import person_not_found, refused
from ciyou.apps.registry.scoping import is_named
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import Place, Problem, VaultError
from ciyou.vault.fields import decrypt_bytes, decrypt_text, encrypt_bytes, encrypt_text

MAX_BYTES = 20 * 1024**2
TITLE_LENGTH = 120
CLASSES = (3, 4, 5)


@dataclass(frozen=True)
class EvidenceCard:
    """One file as a list shows it."""

    id: UUID
    person_id: UUID
    title: str
    media_type: str
    bytes: int
    sensitivity: int
    recorded_at: dt.datetime
    recorded_by: str


@dataclass(frozen=True)
class OpenedEvidence:
    """A file in the clear. The caller records the disclosure before it is sent."""

    card: EvidenceCard
    content: bytes


def store_evidence(
    actor: Actor, *, key: UUID, person_id: PersonId, title: str, content: bytes, sensitivity: int = 4
) -> UUID:
    """Keep a file on a person's record; gives its id, which is the form's `key`: the same form sent twice keeps one file.

    Raises RecordError for anything but a PDF, JPEG or PNG by its content, and above 20 MB.
    """
    check_may(actor, Action.RECORD_FACTS, Action.REGISTER)
    media_type, kept = check_evidence(content)
    if not title.strip() or sensitivity not in CLASSES:
        raise refused(
            "evidence_title",
            "请写明这是什么材料，例如“死亡证明”。",
            "Say what this file is, such as “death certificate”.",
        )
    with transaction.atomic():
        person = find_for_work(actor, person_id)
        if Evidence.objects.filter(id=key).exists():
            return key
        _write(key, kept)
        Evidence.objects.create(
            id=key,
            person=person,
            title=encrypt_text(keyring(), title.strip()[:TITLE_LENGTH], context=_title_context(key)),
            media_type=media_type,
            bytes=len(kept),
            sha256=hashlib.sha256(kept).hexdigest(),
            sensitivity=sensitivity,
            recorded_at=timezone.now(),
            recorded_by=actor.id,
        )
        record_action(
            actor,
            action="store_evidence",
            subject=str(key),
            persons=[str(person.id)],
            details={"media_type": media_type, "bytes": len(kept)},
            highest_class=sensitivity,
        )
    return key


def check_evidence(content: bytes) -> tuple[str, bytes]:
    """The type of a file and what of it is to be kept; raises RecordError for one that is none of the accepted kinds, or too large."""
    if len(content) > MAX_BYTES:
        raise refused(
            "evidence_size",
            "文件超过 20 MB；请压缩或分开上传。",
            "The file is larger than 20 MB; compress or split it.",
        )
    return clean_media(content)


def list_evidence(actor: Actor, *, person_id: PersonId, purpose: Purpose) -> tuple[EvidenceCard, ...]:
    """The files on a person's record that the actor may open, the latest first: by class, and what they put there themselves."""
    person = find_person(actor, person_id, purpose)
    named = _is_named(actor, person)
    rows = Evidence.objects.filter(person=person).order_by("-recorded_at")
    return tuple(_card(row) for row in rows if opens(actor, row, named=named))


def openable_evidence(actor: Actor, evidence_ids: Iterable[UUID], *, named: bool) -> frozenset[UUID]:
    """Those of these files that the actor may open, for pages that lead to them (one query, none without ids)."""
    wanted = set(evidence_ids)
    rows = Evidence.objects.filter(id__in=wanted) if wanted else ()
    return frozenset(row.id for row in rows if opens(actor, row, named=named))


def open_evidence(actor: Actor, *, evidence_id: UUID, purpose: Purpose) -> OpenedEvidence:
    """One file in the clear; raises PersonNotFound where it is not the actor's to open, VaultError when it was changed."""
    check_purpose(actor, purpose)
    row = Evidence.objects.filter(id=evidence_id).first()
    if row is None:
        raise person_not_found()
    person = find_person(actor, row.person_id, purpose)
    if not opens(actor, row, named=_is_named(actor, person)):
        raise person_not_found()
    try:
        cipher = evidence_file(row.id).read_bytes()
    except OSError as error:
        raise VaultError(_missing()) from error
    content = decrypt_bytes(keyring(), cipher, context=_file_context(row.id))
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise VaultError(_missing())
    return OpenedEvidence(_card(row), content)


def evidence_file(evidence_id: UUID) -> Path:
    """Where a file's ciphertext lies."""
    return Path(settings.EVIDENCE) / str(evidence_id)


def _is_named(actor: Actor, person: Person) -> bool:
    """Whether the actor is a named worker of this person's case, or of a child's whose parent this is."""
    return is_named(actor, person.id, *children_of(person))


def opens(actor: Actor, row: Evidence, *, named: bool) -> bool:
    """Whether the actor may open this file: by class, or because they put it there themselves."""
    own = row.recorded_by == actor.id and row.sensitivity < CLASSES[-1]
    return own or row.sensitivity <= ceiling_of(actor, named=named)


def _card(row: Evidence) -> EvidenceCard:
    title = decrypt_text(keyring(), row.title, context=_title_context(row.id))
    return EvidenceCard(
        row.id, row.person_id, title, row.media_type, row.bytes, row.sensitivity, row.recorded_at, row.recorded_by
    )


def _write(key: UUID, content: bytes) -> None:
    """Whole or not at all. Where the transaction fails afterwards, a file without a row stays: nobody can read it."""
    made = evidence_file(key).with_suffix(".new")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(encrypt_bytes(keyring(), content, context=_file_context(key)))
        file.flush()
        os.fsync(file.fileno())
    made.replace(evidence_file(key))


def _title_context(key: UUID) -> str:
    return f"registry.evidence_title:{key}"


def _file_context(key: UUID) -> str:
    return f"registry.evidence:{key}"


def _missing() -> Problem:
    return Problem(
        Place(),
        "registry.evidence_file",
        "这份材料的文件缺失或被改动；请从备份恢复材料文件夹。",
        "The content of this file is missing or was changed; restore the evidence folder from a backup.",
    )
