"""Keeping both sides of what clashes, with their authors and times, until a person chooses."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from ciyou.apps.cases.lead_access import LeadNotFound, find_lead
from ciyou.apps.fieldwork.contents import ClashContent, SaidInField, seal_clash
from ciyou.apps.fieldwork.fitting import RESULT, FieldClashFound
from ciyou.apps.fieldwork.models import FieldClash, FieldEvent
from ciyou.apps.registry.selectors import FactLine, facts_history
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose


def keep_clashes(event: FieldEvent, said: SaidInField, clashes: Iterable[FieldClashFound]) -> None:
    """One row for each field; whose the other value is, and of when, as the file says it now."""
    found = list(clashes)
    if not found:
        return
    lines = facts_history(LOCAL_OPERATOR, child_id=said.child, purpose=Purpose.VERIFY, standing_only=True)
    for one in found:
        by, at = _lead_author(one) if one.key.startswith(RESULT) else _author(one, lines)
        clash = FieldClash(id=uuid.uuid4(), event=event, division=event.division)
        content = ClashContent(one.key, one.base, one.theirs, by, at, one.ours, dict(one.fields))
        clash.content = seal_clash(clash.id, content)
        clash.save(force_insert=True)


def _author(clash: FieldClashFound, lines: Iterable[FactLine]) -> tuple[str, str]:
    """Who said what stands, and when: the latest statement of the fact with that value."""
    if clash.question is None:
        return "", ""
    entity, name = clash.question.subject.entity, clash.question.definition.name
    for line in lines:
        if line.definition is not None and (line.entity, line.definition.name) == (entity, name) and line.recorded_at:
            return line.recorded_by, line.recorded_at.isoformat()
    return "", ""


def _lead_author(clash: FieldClashFound) -> tuple[str, str]:
    """Who reported on the lead meanwhile; nothing where it only went to somebody else."""
    try:
        lead = find_lead(LOCAL_OPERATOR, clash.base)
    except LeadNotFound:
        return "", ""
    return lead.reported_by or "", lead.reported_at.isoformat() if lead.reported_at else ""
