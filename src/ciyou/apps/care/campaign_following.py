"""What becomes of a child's place in a campaign when its file changes: it moves, dies, is protected, or was another file's child."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.care.campaign_visits import end_done_visits
from ciyou.apps.care.campaigning import ASK, visit_task
from ciyou.apps.care.models import CampaignChild, CampaignState
from ciyou.apps.cases.rounds import named_owner_of, owner_of
from ciyou.apps.cases.tasks import end_task, open_tasks
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.apps.registry.round_children import places_for_work
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope

DIED, MOVED, MERGED, PROTECTED = "died", "moved", "merged", "protected"


def on_person_moved(person_id: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: inside the place the visit is whoever's is there; who left it leaves the campaign."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for row in _due([person_id]):
            if not DivisionScope.of(row.campaign.division).holds(new_division):
                _leave([row], MOVED)
            elif row.division != new_division:
                _visit_alone(row, new_division)


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody is sent to a family in mourning."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        _leave(_due(child_ids), DIED)


def on_protection_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.protection_changed`: a protected child is asked by a named worker of its case, or by nobody."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        rows = _due(child_ids)
        for child in places_for_work([row.person_id for row in rows]).values():
            for row in rows:
                if row.person_id == child.id:
                    _visit_alone(row, child.division, protected=child.restricted)


@follows_merge
def on_people_merged(kept: str, dropped: str, **_more: object) -> None:
    """Handler of `registry.people_merged`: a child stands once in a campaign, under the file that stayed."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        there = set(CampaignChild.objects.filter(person_id=kept).values_list("campaign_id", flat=True))
        rows = list(CampaignChild.objects.filter(person_id=dropped).select_related("campaign"))
        _leave([row for row in rows if row.campaign_id in there and row.state == CampaignState.DUE], MERGED)
        going = [row.id for row in rows if row.campaign_id not in there]
        CampaignChild.objects.filter(id__in=going).update(person_id=kept)


def _due(person_ids: Iterable[object]) -> list[CampaignChild]:
    rows = CampaignChild.objects.filter(person__in=list(person_ids), state=CampaignState.DUE)
    return list(rows.select_related("campaign"))


def _leave(rows: list[CampaignChild], reason: str) -> None:
    CampaignChild.objects.filter(id__in=[row.id for row in rows]).update(
        state=CampaignState.LEFT, reason=reason, answered_at=timezone.now()
    )
    _settle_visits(row.household for row in rows)


def _settle_visits(households: Iterable[uuid.UUID]) -> None:
    """A visit's task ends with the last child of it, and is never about one who is not asked there any more."""
    for home in set(households):
        end_done_visits(LOCAL_OPERATOR, [home])
        rows = list(CampaignChild.objects.filter(household=home, state=CampaignState.DUE).select_related("campaign"))
        if rows and end_task(LOCAL_OPERATOR, kind=ASK, subject_id=str(home)):
            owner = owner_of(rows[0].division, timezone.localdate())
            open_tasks(LOCAL_OPERATOR, tasks=[visit_task(rows[0].campaign, home, rows[0].person_id, owner)])


def _visit_alone(row: CampaignChild, division: str, *, protected: bool | None = None) -> None:
    """The child is asked at a visit of its own from now on; a protected one by a named worker of its case, or by nobody."""
    today, before = timezone.localdate(), row.household
    if protected is None:
        protected = places_for_work([row.person_id])[row.person_id].restricted
    owner = named_owner_of(row.person_id, division, today) if protected else owner_of(division, today)
    if owner is None:
        _leave([row], PROTECTED)
        return
    row.household, row.division = uuid.uuid4(), division
    row.save(update_fields=("household", "division"))
    _settle_visits([before])
    open_tasks(LOCAL_OPERATOR, tasks=[visit_task(row.campaign, row.household, row.person_id, owner)])
