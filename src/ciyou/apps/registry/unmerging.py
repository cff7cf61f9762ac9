"""A merge that was wrong is undone: both files stand again as they stood, and what came in between goes where a person says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.between import (
    carry_over,
    check_said,
    give_death,
    moves_money,
    rows_going,
    since_in,
    written_since,
)
from ciyou.apps.registry.checks import check_may, find_for_work
from ciyou.apps.registry.events import note_event
from ciyou.apps.registry.facts import children_of
from ciyou.apps.registry.identity import (
    CONTENT,
    DECLINED,
    MERGE,
    PROPOSED,
    UNMERGE,
    latest_merge,
    note_decision,
    standing_proposal,
    supersede,
)
from ciyou.apps.registry.identity_moves import Record, record_of
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.match_keys import refresh_match_keys
from ciyou.apps.registry.models import IdentityDecision, Person
from ciyou.apps.registry.places import refresh_places
from ciyou.apps.registry.refusals import person_not_found, refused, somebody_was_first
from ciyou.apps.registry.row_images import put_back
from ciyou.apps.registry.sealing import open_identity
from ciyou.apps.registry.standing_rows import standing_rows
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

UNMERGE_REASONS = ("two_numbers", "two_families", "told_by_family", "mistaken_choice")
"""Why two files that were one are two people's; a code, because free words about a person do not belong into a log."""


UNDONE, PROPOSED_NOW, NOT_DONE, ALREADY = "undone", "proposed", "declined", "already"


def unmerge_people(
    actor: Actor, *, decision_id: PersonId, reason: str, belongs: Mapping[str, str] | None = None
) -> str:
    """Undo a merge, or propose it where money would move: undone | proposed | already (the form was sent twice).

    `belongs`: of everything that `written_since` names, by its key, whether it is the kept file's or the restored one's. Raises
    RecordError where something is not said, and where a later merge rests on this one.
    """
    check_may(actor, Action.REGISTER)
    if reason not in UNMERGE_REASONS:
        raise refused("unmerge_reason", "请选择为什么是两个人。", "Choose why these are two people.")
    with transaction.atomic():
        merge = find_merge(actor, decision_id)
        if merge.superseded_by_id is not None:
            return ALREADY
        check_next(merge)
        said = dict(belongs or {})
        with walled(LOCAL_OPERATOR):
            rows = standing_rows((merge.kept_id, merge.dropped_id))
            found = since_in(rows, record_of(merge))
            check_said(found, said)
        if moves_money(rows):
            _try_undo(merge, said)
            _propose(actor, merge, reason, said)
            return PROPOSED_NOW
        _undo(actor, merge, reason, said)
    return UNDONE


def _propose(actor: Actor, merge: IdentityDecision, reason: str, belongs: Mapping[str, str]) -> None:
    with walled(LOCAL_OPERATOR):
        content = {"belongs": dict(belongs)}
        files = {"kept": merge.kept_id, "dropped": merge.dropped_id}
        made = note_decision(actor, PROPOSED, **files, reason=reason, content=content)
        supersede(Q(decision=PROPOSED, **files), made)
        division = Person.objects.values_list("division", flat=True).get(pk=merge.kept_id)
    publish_event(
        "registry.unmerge_proposed",
        decision=str(merge.id),
        kept=str(merge.kept_id),
        division=division,
        role=actor.role,
    )
    record_action(
        actor,
        action="propose_unmerge",
        subject=str(merge.kept_id),
        persons=[str(merge.kept_id), str(merge.dropped_id)],
        details={"reason": reason},
        highest_class=4,
    )


def confirm_unmerge(actor: Actor, *, decision_id: PersonId) -> str:
    """Carry out what somebody else proposed of a merge: undone | already. A reviewer or approver of the county does.

    Raises RecordError for whoever proposed it, where nothing is proposed, and where something came since the proposal.
    """
    check_may(actor, Action.CONFIRM)
    with transaction.atomic():
        merge = find_merge(actor, decision_id)
        if merge.superseded_by_id is not None:
            return ALREADY
        check_next(merge)
        with walled(LOCAL_OPERATOR):
            proposed = standing_proposal(merge)
            if proposed is None or proposed.by == actor.id:
                raise _another_person()
            content: Any = open_identity(proposed.id, CONTENT, proposed.content)
            check_said(written_since(merge), content["belongs"])
        _undo(actor, merge, proposed.reason, content["belongs"])
    return UNDONE


def decline_unmerge(actor: Actor, *, decision_id: PersonId) -> str:
    """Say no to what was proposed of a merge, or take one's own proposal back: declined | already. The files stay one."""
    check_may(actor, Action.REGISTER)
    with transaction.atomic():
        merge = find_merge(actor, decision_id)
        with walled(LOCAL_OPERATOR):
            proposed = standing_proposal(merge)
            if merge.superseded_by_id is not None or proposed is None:
                return ALREADY
            files = {"kept": merge.kept_id, "dropped": merge.dropped_id}
            supersede(Q(pk=proposed.pk), note_decision(actor, DECLINED, reason=proposed.reason, **files))
        publish_event("registry.unmerge_settled", decision=str(merge.id))
        record_action(
            actor,
            action="decline_unmerge",
            subject=str(merge.kept_id),
            persons=[str(merge.kept_id), str(merge.dropped_id)],
            highest_class=4,
        )
    return NOT_DONE


def _another_person() -> Exception:
    return refused(
        "unmerge_second",
        "涉及待遇和发放：须由一人提出、另一人确认。请由另一位县级复核或审批人员确认。",
        "Money would move: one person proposes and another confirms. Ask another reviewer or approver of the county to confirm.",
    )


def find_merge(actor: Actor, decision_id: PersonId) -> IdentityDecision:
    """A merge whose kept file is the actor's to work on, under its lock; raises PersonNotFound otherwise."""
    with walled(LOCAL_OPERATOR):
        merge = IdentityDecision.objects.filter(pk=decision_id, decision=MERGE).first()
    if merge is None:
        raise person_not_found()
    find_for_work(actor, merge.kept_id)
    with walled(LOCAL_OPERATOR):
        return IdentityDecision.objects.get(pk=merge.pk)


def check_next(merge: IdentityDecision) -> None:
    """Raises RecordError where a later merge rests on this one: that one goes first."""
    with walled(LOCAL_OPERATOR):
        kept = Person.objects.get(pk=merge.kept_id)
        latest = latest_merge(merge.kept_id)
    if kept.merged_into_id is not None or latest is None or latest.pk != merge.pk:
        raise refused(
            "unmerge_order",
            "这份档案后来还合并过。请先撤销后来的那次合并。",
            "This file was merged again later. Undo the later merge first.",
        )


def _undo(actor: Actor, merge: IdentityDecision, reason: str, belongs: Mapping[str, str]) -> None:
    kept, dropped = merge.kept_id, merge.dropped_id
    with walled(LOCAL_OPERATOR):
        record = record_of(merge)
        _turn_back(merge, record, belongs)
        died = give_death(merge, record)
        content = {"belongs": dict(belongs), "undone": [asdict(change) for change in record.changes]}
        undone = note_decision(actor, UNMERGE, kept=kept, dropped=dropped, reason=reason, content=content)
        supersede(Q(pk=merge.pk) | Q(decision=PROPOSED, kept=kept, dropped=dropped), undone)
        refresh_places([kept, dropped])
        refresh_match_keys([kept, dropped])
        affected = {child for one in Person.objects.filter(pk__in=(kept, dropped)) for child in children_of(one)}
    _note(actor, undone)
    publish_event(
        "registry.people_unmerged",
        kept=str(kept),
        restored=str(dropped),
        decision=str(undone.id),
        merged_at=merge.at.isoformat(),
    )
    publish_event("registry.unmerge_settled", decision=str(merge.id))
    if died:
        publish_event("registry.child_died", child_ids=[str(dropped)])
    publish_event("registry.facts_changed", child_ids=sorted(str(child) for child in affected))


def _turn_back(merge: IdentityDecision, record: Record, belongs: Mapping[str, str]) -> None:
    """Both files as they stood, and what came since where it belongs; raises RecordError where both cannot stand."""
    going = rows_going(written_since(merge), belongs)
    try:
        with transaction.atomic():
            put_back(record.changes)
            carry_over(merge, going)
    except IntegrityError as error:
        raise taken_place() from error


def _try_undo(merge: IdentityDecision, belongs: Mapping[str, str]) -> None:
    """Nobody is asked to confirm what cannot be done: it is tried, and left as it was."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        _turn_back(merge, record_of(merge), belongs)
        transaction.set_rollback(True)


def _note(actor: Actor, undone: IdentityDecision) -> None:
    details: Mapping[str, object] = {"reason": undone.reason, "decision": str(undone.id)}
    with walled(LOCAL_OPERATOR):
        for one in (undone.kept_id, undone.dropped_id):
            note_event(actor, one, "unmerged", details=details)
    record_action(
        actor,
        action="unmerge_people",
        subject=str(undone.kept_id),
        persons=[str(undone.kept_id), str(undone.dropped_id)],
        details={"reason": undone.reason},
        highest_class=4,
    )


def taken_place() -> Exception:
    """Both files cannot stand as they stood: what one of them held alone, the other holds by now."""
    return somebody_was_first(
        "合并以后又办了同样的申请或待遇，两份不能同时恢复。请先办结合并以后新的那一份。",
        "Since the merge the same was applied for or awarded again; both cannot stand. First settle the newer one.",
    )
