"""What happens to cases without anybody's doing: a tier is confirmed, a right is found, the child moves, is protected, dies, is of age or merged."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.plans.casework import end_case, follow_grounds
from ciyou.apps.plans.conference_work import remind_of_conferences
from ciyou.apps.plans.handing_on import hand_on
from ciyou.apps.plans.models import CaseStage, ChildCase, PlanGoal
from ciyou.apps.plans.package import keep_package
from ciyou.apps.plans.steps import end_work, move, note_step, open_work, review_days
from ciyou.apps.plans.transitions import DIED, MERGED, OF_AGE
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.apps.registry.paying import standings_of
from ciyou.core.access.actor import LOCAL_OPERATOR

REVIEWED = (CaseStage.ACTION, CaseStage.REVIEW)


def on_tier_confirmed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `assessments.tier_confirmed`: the assessment is done, or the next review moves to what the new tier asks for."""
    for child in child_ids:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            for row in _open_of([child]):
                follow_grounds(row)
                if row.stage in REVIEWED:
                    _move_review(row)


def on_standing_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of determinations and awards: the package is stored as it now stands."""
    for child in child_ids:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            for row in _open_of([child]):
                follow_grounds(row)
                keep_package(row)


def on_person_moved(person_id: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: the case goes along, and its work is the new place's; closed ones too, for whoever opens them again."""
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        for row in _open_of([person_id]).exclude(division=new_division):
            ChildCase.objects.filter(id=row.id).update(division=new_division, version=F("version") + 1)
            row.refresh_from_db()
            note_step(LOCAL_OPERATOR, row, "moved")
            hand_on(LOCAL_OPERATOR, row)
        ChildCase.objects.filter(person_id=person_id, stage=CaseStage.CLOSED).update(division=new_division)


def on_protection_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.protection_changed`: the work is a named worker's, or nobody's that we tell; opened again, of whoever is there."""
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        for row in _open_of(child_ids):
            hand_on(LOCAL_OPERATOR, row)


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody asks a family in mourning about goals."""
    _end(child_ids, DIED)


def on_child_of_age(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_of_age`: the case ends with childhood; awards and what the law gives afterwards go on."""
    _end(child_ids, OF_AGE)


@follows_merge
def on_people_merged(kept: str, dropped: str = "", **_more: object) -> None:
    """Handler of `registry.people_merged`: of two open cases the kept file's goes on with the goals of both; nothing else is lost."""
    going = ChildCase.objects.select_for_update(of=("self",)).filter(person_id=dropped)
    staying = _open_of([kept]).first()
    for row in going:
        if row.stage != CaseStage.CLOSED and staying is not None:
            PlanGoal.objects.filter(case=row).update(case=staying)
            end_case(row, MERGED)
            hand_on(LOCAL_OPERATOR, staying)
        ChildCase.objects.filter(id=row.id).update(person_id=UUID(str(kept)))
    for file in standings_of([kept]).values():
        on_person_moved(kept, file.division)


def on_people_unmerged(kept: str, restored: str, **_more: object) -> None:
    """Handler of `registry.people_unmerged`: each case is its own child's again, where that child is, and so is the work."""
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        for file in standings_of([kept, restored]).values():
            there = _open_of([str(file.id)]).filter(division=file.division)
            for row in there:
                hand_on(LOCAL_OPERATOR, row)
            on_person_moved(str(file.id), file.division)


def look_at_cases() -> int:
    """The nightly job: reviews fall due, what stands leads on, packages are stored, conferences are somebody's; how many cases are open. One at a time."""
    today = timezone.localdate()
    with walled(LOCAL_OPERATOR):
        ids = list(ChildCase.objects.exclude(stage=CaseStage.CLOSED).values_list("id", flat=True))
    for case_id in ids:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            row = ChildCase.objects.select_for_update(of=("self",)).filter(id=case_id).first()
            if row is None or row.stage == CaseStage.CLOSED:
                continue
            follow_grounds(row)
            if row.stage == CaseStage.ACTION and row.review_on is not None and row.review_on <= today:
                move(LOCAL_OPERATOR, row, step="fall_due")
            keep_package(row)
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        remind_of_conferences()
    return len(ids)


def _open_of(child_ids: Iterable[str]) -> QuerySet[ChildCase]:
    rows = ChildCase.objects.select_for_update(of=("self",)).filter(person__in=list(child_ids))
    return rows.exclude(stage=CaseStage.CLOSED)


def _end(child_ids: Iterable[str], reason: str) -> None:
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        for row in _open_of(child_ids):
            end_case(row, reason)


def _move_review(row: ChildCase) -> None:
    """The next review is counted from the last by what now holds; the stage and its story stay."""
    days = review_days(row, looked_on=row.looked_on or timezone.localdate())
    if days["review_row"] != row.review_row:
        ChildCase.objects.filter(id=row.id).update(**days, version=F("version") + 1)
        row.refresh_from_db()
        note_step(LOCAL_OPERATOR, row, "tier", note=str(days["review_row"])[:32])
        end_work(LOCAL_OPERATOR, row, row.stage)
        open_work(LOCAL_OPERATOR, row)
