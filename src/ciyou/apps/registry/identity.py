"""The log of who is who: which decisions stand, and what they forbid."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.models import IdentityDecision, Person
from ciyou.apps.registry.refusals import refused
from ciyou.apps.registry.sealing import seal_identity
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope

MERGE, PROPOSED, DECLINED, UNMERGE = "merge", "propose_unmerge", "decline_unmerge", "unmerge"
CONTENT = "content"


def note_decision(
    actor: Actor,
    decision: str,
    *,
    kept: UUID,
    dropped: UUID,
    reason: str = "",
    content: Mapping[str, object] | None = None,
) -> IdentityDecision:
    """Add a decision to the log; the caller's transaction."""
    row = IdentityDecision(
        decision=decision, kept_id=kept, dropped_id=dropped, reason=reason, by=actor.id, at=timezone.now()
    )
    if content is not None:
        row.content = seal_identity(row.id, CONTENT, dict(content))
    row.save(force_insert=True)
    return row


def supersede(rows: Q, by: IdentityDecision) -> None:
    """Mark standing decisions as taken back, or carried out, by a later one; this is said once and never changed."""
    IdentityDecision.objects.filter(rows, superseded_by=None).exclude(pk=by.pk).update(superseded_by=by)


def last_merge(kept: UUID, dropped: UUID) -> IdentityDecision | None:
    """The last merge of one file into another, undone or not; None for one from before there was a log."""
    return IdentityDecision.objects.filter(kept=kept, dropped=dropped, decision=MERGE).order_by("-at").first()


def standing_proposal(merge: IdentityDecision) -> IdentityDecision | None:
    """That somebody proposed to undo this merge, and nobody has answered yet."""
    files = {"kept": merge.kept_id, "dropped": merge.dropped_id}
    return IdentityDecision.objects.filter(decision=PROPOSED, superseded_by=None, at__gt=merge.at, **files).first()


def decisions_into(person_id: UUID) -> list[IdentityDecision]:
    """Every merge into a file and into files that lead to it, and every proposal to undo one, the latest first."""
    rows = IdentityDecision.objects.filter(Q(kept=person_id) | Q(kept__merged_into=person_id))
    named = ("kept", "dropped", "superseded_by")
    return list(rows.filter(decision__in=(MERGE, PROPOSED)).select_related(*named).order_by("-at", "-id"))


def latest_merge(kept: UUID) -> IdentityDecision | None:
    """The last standing merge into a file: the one that can be undone next."""
    rows = IdentityDecision.objects.filter(kept=kept, decision=MERGE, superseded_by=None)
    return rows.order_by("-at", "-id").first()


def files_in(person_id: UUID) -> set[UUID]:
    """A file and every file that leads to it."""
    return {person_id, *Person.objects.filter(merged_into=person_id).values_list("id", flat=True)}


def check_apart(one: UUID, other: UUID) -> None:
    """Raises RecordError where somebody decided that these two files, or two that lead to them, are different people."""
    with walled(LOCAL_OPERATOR):
        first, second = files_in(one), files_in(other)
        rows = IdentityDecision.objects.filter(decision=UNMERGE, superseded_by=None)
        apart = rows.filter(Q(kept__in=first, dropped__in=second) | Q(kept__in=second, dropped__in=first)).exists()
    if apart:
        raise refused(
            "apart",
            "这两份档案曾经合并后又被确认是两个人，不能再合并。请核对是否选错了档案。",
            "These two files were merged once and then found to be two people; they are not merged again. Check whether you chose the right file.",
        )


def taken_apart(person_id: UUID) -> tuple[UUID, ...]:
    """The files that were one with this one and no longer are."""
    with walled(LOCAL_OPERATOR):
        rows = IdentityDecision.objects.filter(Q(kept=person_id) | Q(dropped=person_id), decision=UNMERGE)
        pairs = list(rows.values_list("kept_id", "dropped_id"))
    return tuple(sorted({one for pair in pairs for one in pair} - {person_id}))


def apart_in(county: str) -> frozenset[UUID]:
    """The files of a county that were one with another and no longer are."""
    scope = DivisionScope.of(county)
    kept = Q(kept__division__gte=scope.first, kept__division__lt=scope.end)
    dropped = Q(dropped__division__gte=scope.first, dropped__division__lt=scope.end)
    with walled(LOCAL_OPERATOR):
        rows = IdentityDecision.objects.filter(kept | dropped, decision=UNMERGE)
        return frozenset(one for pair in rows.values_list("kept_id", "dropped_id") for one in pair)
