"""A school's campaign follows the school rolls: who comes to the school is asked too, who attends it no more leaves."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.care.campaign_due import children_due, those_due
from ciyou.apps.care.campaign_following import OTHER_SCHOOL, leave, take_back, take_in
from ciyou.apps.care.campaign_schools import schools_by_child
from ciyou.apps.care.models import Campaign, CampaignChild, CampaignState
from ciyou.apps.registry.round_children import ChildInRound, children_in_care
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope
from ciyou.packs import load_questionnaires
from ciyou.packs.questionnaires import QuestionnaireFile


def on_facts_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.facts_changed`: where these children go to school may be known otherwise now."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        running = _running()
        ids = [uuid.UUID(str(one)) for one in child_ids] if running else []
        children = tuple(children_in_care(ids).values())
        for row in running:
            _follow(row, row.children.filter(person__in=ids), [one for one in children if _lives_in(row, one)])


def on_run_loaded(**_more: object) -> None:
    """Handler of `cases.run_loaded`: the rolls of a run are told at once, so every running campaign of a school is looked through."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for row in _running():
            _follow(row, row.children.all(), None)


def _running() -> list[Campaign]:
    rows = Campaign.objects.filter(closed_at=None, until_on__gte=timezone.localdate())
    return list(rows.exclude(school_code="").order_by("opened_at", "id"))


def _lives_in(row: Campaign, child: ChildInRound) -> bool:
    return DivisionScope.of(row.division).holds(child.division)


def _follow(row: Campaign, rows: QuerySet[CampaignChild], children: list[ChildInRound] | None) -> None:
    """`children`: who may have come to the school; None: any child of the place."""
    file = load_questionnaires(division=row.division).get(row.instrument)
    those = _due(row, file, children) if file and file.scoring else []
    there = {one.person_id: one for one in rows}
    today = timezone.localdate()
    schools = schools_by_child({*there, *(one.id for one in those)}, on=today)
    gone = [
        one
        for one in there.values()
        if one.state == CampaignState.DUE and schools.get(one.person_id) != row.school_code
    ]
    leave(gone, OTHER_SCHOOL)
    take_back([one.person_id for one in there.values() if one.state == CampaignState.LEFT])
    for child in those:
        if child.id not in there and schools.get(child.id) == row.school_code:
            take_in(row, child)


def _due(row: Campaign, file: QuestionnaireFile, children: list[ChildInRound] | None) -> list[ChildInRound]:
    on = max(row.from_on, timezone.localdate())
    return children_due(row.division, file, on) if children is None else those_due(children, row.division, file, on)
