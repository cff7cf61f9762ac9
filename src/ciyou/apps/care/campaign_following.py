"""What becomes of a child's place in a campaign when its file changes: it moves, dies, comes of age, is protected, or was another file's child."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.care.campaign_schools import schools_by_child
from ciyou.apps.care.campaign_visits import end_done_visits, lock_households
from ciyou.apps.care.campaigning import ASK, visit_task
from ciyou.apps.care.models import Campaign, CampaignChild, CampaignState, FilledQuestionnaire
from ciyou.apps.cases.rounds import named_owner_of, owner_of
from ciyou.apps.cases.tasks import end_task, open_tasks, posts_of_open
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.apps.registry.round_children import ChildInRound, children_in_care, places_for_work
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope

DIED, MOVED, MERGED, PROTECTED, OF_AGE = "died", "moved", "merged", "protected", "of_age"
OTHER_SCHOOL = "other_school"
_MAY_END = (MOVED, PROTECTED, OTHER_SCHOOL)
"""Reasons to leave that may hold no more while the campaign runs."""
_PART = 500
_SAID = (CampaignState.REFUSED, CampaignState.ASKED)
"""What somebody answered, the weightier last: of two files of one child it stands over what is still open."""


def on_person_moved(person_id: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: inside the place the visit is whoever's is there; who left it leaves the campaign, and may come back."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for row in _due([person_id]):
            if not _holds(row, new_division):
                leave([row], MOVED)
            elif row.division != new_division:
                _visit_alone(row, new_division)
        take_back([person_id], division=new_division)


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody is sent to a family in mourning."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        leave(_due(child_ids), DIED)


def on_child_of_age(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_of_age`: campaigns ask children."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        leave(_due(child_ids), OF_AGE)


def on_protection_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.protection_changed`: a protected child is asked by a named worker of its case, or by nobody; opened again, by
    whoever is there."""
    ids = list(child_ids)
    with walled(LOCAL_OPERATOR), transaction.atomic():
        rows = _due(ids)
        places = places_for_work([row.person_id for row in rows])
        for row in rows:
            _visit_alone(row, places[row.person_id].division, protected=places[row.person_id].restricted)
        take_back(ids)


def on_workers_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.workers_changed`: a protected child is asked by whoever is named now."""
    ids = list(child_ids)
    with walled(LOCAL_OPERATOR), transaction.atomic():
        rows = _due(ids)
        places = places_for_work([row.person_id for row in rows])
        for row in (one for one in rows if places[one.person_id].restricted):
            owner = named_owner_of(row.person_id, places[row.person_id].division, timezone.localdate())
            had = posts_of_open([ASK], str(row.household)).get(ASK)
            if owner is None or owner[0] != had:
                _visit_alone(row, places[row.person_id].division, protected=True)
        take_back(ids)


def hand_on_visits() -> int:
    """The periodic job: visits to protected children go on when a named access ran out; how many children were looked at."""
    with walled(LOCAL_OPERATOR):
        rows = CampaignChild.objects.filter(campaign__closed_at=None, person__restricted=True)
        waiting = rows.filter(Q(state=CampaignState.DUE) | Q(state=CampaignState.LEFT, reason=PROTECTED))
        children = sorted(set(waiting.values_list("person_id", flat=True)))
    for start in range(0, len(children), _PART):
        on_workers_changed([str(one) for one in children[start : start + _PART]])
    return len(children)


@follows_merge
def on_people_merged(kept: str, dropped: str, **_more: object) -> None:
    """Handler of `registry.people_merged`: a child stands once in a campaign, under the file that stayed, with what either answered."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        rows = [row for row in _held([kept, dropped]) if str(row.person_id) == dropped]
        there = {row.campaign_id: row for row in CampaignChild.objects.filter(person_id=kept)}
        for row in rows:
            if row.campaign_id in there:
                _join(row, there[row.campaign_id])
            else:
                _go_over(row, uuid.UUID(kept))
        closed = CampaignChild.objects.filter(person_id=dropped).exclude(campaign__in=there)
        closed.filter(campaign__closed_at__isnull=False).update(person_id=kept)


def _join(row: CampaignChild, stays: CampaignChild) -> None:
    """Both files were in it: what was said counts for the child, once; the row of the file that ended leaves."""
    if row.state in _SAID and (stays.state not in _SAID or _SAID.index(row.state) > _SAID.index(stays.state)):
        _running().filter(id=stays.id, state=stays.state).update(
            state=row.state,
            reason=row.reason,
            filled=row.filled,
            answered_by=row.answered_by,
            answered_at=row.answered_at,
        )
        _settle_visits([stays.household])
    _running().filter(id=row.id).update(filled=None)
    leave([row], MERGED)


def _go_over(row: CampaignChild, kept: uuid.UUID) -> None:
    """Only the file that ended was in it: the child is asked where, and by whom, the file that stayed says."""
    CampaignChild.objects.filter(id=row.id).update(person_id=kept)
    row.person_id = kept
    child = children_in_care([kept]).get(kept)
    if row.state != CampaignState.DUE:
        return
    if child is None:
        leave([row], MERGED)
    elif not _holds(row, child.division):
        leave([row], MOVED)
    elif child.restricted or child.division != row.division:
        _visit_alone(row, child.division, protected=child.restricted)


def _due(person_ids: Iterable[object]) -> list[CampaignChild]:
    return [row for row in _held(person_ids) if row.state == CampaignState.DUE]


def _running() -> QuerySet[CampaignChild]:
    return CampaignChild.objects.filter(campaign__closed_at=None)


def _held(person_ids: Iterable[object]) -> list[CampaignChild]:
    """The places of these children in running campaigns, held as closing holds them (the campaign first), and read only then.

    Whoever was asked, or whose campaign was closed, while we waited is read as that, and nothing is written over it.
    """
    rows = _running().filter(person__in=list(person_ids))
    _hold_campaigns(rows.values_list("campaign_id", flat=True))
    lock_households(rows.values_list("household", flat=True))
    return list(rows.select_related("campaign").order_by("id"))


def _hold_campaigns(campaign_ids: Iterable[uuid.UUID]) -> None:
    rows = Campaign.objects.filter(id__in=set(campaign_ids)).order_by("id")
    list(rows.select_for_update().values_list("id"))


def _holds(row: CampaignChild, division: str) -> bool:
    return DivisionScope.of(row.campaign.division).holds(division)


def leave(rows: list[CampaignChild], reason: str) -> None:
    """These are not asked any more, for this reason; their visits end with the last of each. As the machine, inside a transaction.

    They leave as they were read, whatever state that is (a merged file's with what it answered); what came meanwhile stays.
    """
    lock_households(row.household for row in rows)
    _running().filter(id__in=[row.id for row in rows], state__in={row.state for row in rows}).update(
        state=CampaignState.LEFT, reason=reason, answered_at=timezone.now()
    )
    _settle_visits(row.household for row in rows)


def take_back(person_ids: Iterable[object], *, division: str = "") -> None:
    """Who left a running campaign for a reason that holds no more is asked after all, unless it was asked meanwhile. As the machine."""
    held = _held(person_ids)
    found = [row for row in held if row.state == CampaignState.LEFT and row.reason in _MAY_END]
    children = children_in_care({row.person_id for row in found})
    schools = schools_by_child({row.person_id for row in found}, on=timezone.localdate())
    for row in found:
        child = children.get(row.person_id)
        if child is None or not _holds(row, division or child.division) or _owner(child) is None:
            continue
        if row.campaign.school_code not in ("", schools.get(row.person_id)):
            continue
        asked = FilledQuestionnaire.objects.filter(person=row.person_id, instrument=row.campaign.instrument)
        last = asked.filter(asked_on__gte=row.campaign.from_on).order_by("asked_on", "recorded_at").last()
        left = _running().filter(id=row.id, state=CampaignState.LEFT)
        row.state, row.reason, row.answered_at = CampaignState.DUE, "", None
        if last is not None:
            row.state, row.filled = CampaignState.ASKED, last.id
            row.answered_by, row.answered_at = last.recorded_by, last.recorded_at
        fields = ("state", "reason", "filled", "answered_by", "answered_at")
        if left.update(**{name: getattr(row, name) for name in fields}) and last is None:
            _visit_alone(row, division or child.division, protected=child.restricted)


def take_in(campaign: Campaign, child: ChildInRound) -> None:
    """A child joins a running campaign, at a visit of its own; a protected one only where a named worker can go. As the machine."""
    owner = _owner(child)
    if owner is None:
        return
    place = {"household": uuid.uuid4(), "division": child.division}
    row, made = CampaignChild.objects.get_or_create(campaign=campaign, person_id=child.id, defaults=place)
    if made:
        open_tasks(LOCAL_OPERATOR, tasks=[visit_task(campaign, row.household, child.id, owner)])


def _owner(child: ChildInRound) -> tuple[uuid.UUID | None, str, str] | None:
    today = timezone.localdate()
    return named_owner_of(child.id, child.division, today) if child.restricted else owner_of(child.division, today)


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
        leave([row], PROTECTED)
        return
    row.household, row.division = uuid.uuid4(), division
    due = _running().filter(id=row.id, state=CampaignState.DUE)
    if not due.update(household=row.household, division=division):
        return
    _settle_visits([before])
    open_tasks(LOCAL_OPERATOR, tasks=[visit_task(row.campaign, row.household, row.person_id, owner)])
