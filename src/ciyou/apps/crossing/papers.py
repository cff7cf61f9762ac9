"""The papers that travel with a crossing: scanned at the counter, opened at either end with a record."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.crossing.access import find_crossing, is_counter
from ciyou.apps.crossing.contents import open_document, open_title, seal_paper
from ciyou.apps.crossing.models import Crossing, CrossingPaper, CrossingState
from ciyou.apps.crossing.refusals import check_may, crossing_not_found, refused
from ciyou.apps.crossing.steps import note_step
from ciyou.apps.registry.services import check_evidence
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

BROUGHT, REPLY = "brought", "reply"
MAX_BYTES, AT_MOST, TITLE_LENGTH = 5 * 1024**2, 12, 120
_STATES = (CrossingState.INCOMPLETE, CrossingState.READY, CrossingState.RETURNED)


@dataclass(frozen=True)
class CrossingPaperCard:
    """One paper as a list shows it."""

    id: uuid.UUID
    kind: str
    title: str
    media_type: str
    bytes: int


@dataclass(frozen=True)
class OpenedPaper:
    """A paper in the clear; the caller records the disclosure before it is sent. `person_id` None before it was accepted."""

    card: CrossingPaperCard
    crossing_id: uuid.UUID
    person_id: uuid.UUID | None
    content: bytes


def add_paper(actor: Actor, *, key: uuid.UUID, crossing_id: uuid.UUID, title: str, content: bytes) -> None:
    """Put a scanned paper to a crossing while it lies with the counter; the same form twice keeps one.

    Raises RecordError for anything but a PDF, JPEG or PNG, above 5 MB, and beyond the twelfth.
    """
    check_may(actor, Action.CROSS)
    media_type, kept = check_evidence(content)
    if not title.strip():
        raise refused(
            "paper_title", "请写明这是什么材料，例如“户口簿”。", "Say what this paper is, such as “register”."
        )
    if len(kept) > MAX_BYTES:
        raise refused(
            "paper_size", "文件超过 5 MB；请压缩或分开上传。", "The file is larger than 5 MB; compress or split it."
        )
    with transaction.atomic():
        row = find_crossing(actor, crossing_id, lock=True)
        if not is_counter(actor, row):
            raise crossing_not_found()
        if CrossingPaper.objects.filter(id=key, crossing=row).exists():
            return
        if row.state not in _STATES:
            raise refused(
                "paper_state",
                "这份申请不在受理窗口，现在不能加材料；需要补的，等户籍地退回后再加。",
                "It does not lie with the counter now: add papers when the other end returns it.",
            )
        if row.papers.count() >= AT_MOST:
            raise refused("paper_many", f"最多 {AT_MOST} 份材料。", f"At most {AT_MOST} papers.")
        keep_paper(actor, row, key=key, kind=BROUGHT, title=title.strip()[:TITLE_LENGTH], content=(media_type, kept))
        note_step(actor, row, step="paper", place=row.received_in)


def keep_paper(
    actor: Actor, row: Crossing, *, key: uuid.UUID, kind: str, title: str, content: tuple[str, bytes]
) -> None:
    """Store a paper of a crossing."""
    media_type, kept = content
    sealed_title, document = seal_paper(key, title, kept)
    CrossingPaper.objects.create(
        id=key,
        crossing=row,
        kind=kind,
        title=sealed_title,
        media_type=media_type,
        bytes=len(kept),
        document=document,
        recorded_at=timezone.now(),
        recorded_by=actor.id,
    )


def papers_of(row: Crossing) -> tuple[CrossingPaperCard, ...]:
    """The papers of a crossing that the caller may show, in their order."""
    return tuple(_card(one) for one in row.papers.defer("document").order_by("recorded_at", "id"))


def read_crossing_paper(actor: Actor, *, paper_id: uuid.UUID) -> OpenedPaper:
    """One paper; raises CrossingNotFound where its crossing is not the actor's to see."""
    found = CrossingPaper.objects.filter(id=paper_id).first()
    if found is None:
        raise crossing_not_found()
    row = find_crossing(actor, found.crossing_id)
    return OpenedPaper(_card(found), row.id, row.person_id, open_document(found.id, found.document))


def _card(one: CrossingPaper) -> CrossingPaperCard:
    return CrossingPaperCard(one.id, one.kind, open_title(one.id, one.title), one.media_type, one.bytes)
