"""What moves the next visit: news of a determination, a move, a death, a birthday, a merge; and the nightly look at everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from ciyou.apps.assessments.selectors import children_with_tier
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.models import Task, TaskState
from ciyou.apps.cases.next_actions import VISIT, without_next_action
from ciyou.apps.cases.risk_work import end_confirming, keep_newest
from ciyou.apps.cases.visit_plans import Cause, Planned, end_visits, plan_visits
from ciyou.apps.entitlements.list_conditions import children_with_category
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.core.access.actor import LOCAL_OPERATOR

DIED, OF_AGE, MERGED = "died", "of_age", "merged"


def on_determination_made(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `entitlements.determination_made`: another category may ask for another interval."""
    plan_visits(LOCAL_OPERATOR, [UUID(str(one)) for one in child_ids], cause=Cause.CATEGORY)


def on_person_moved(person_id: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: the visit goes to whoever is there, by the intervals of that place."""
    plan_visits(LOCAL_OPERATOR, [UUID(str(person_id))], cause=Cause.PLACE)


def on_protection_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.protection_changed`: a protected child is visited by a named worker or by nobody that we tell; opened
    again, by whoever is there."""
    plan_visits(LOCAL_OPERATOR, [UUID(str(one)) for one in child_ids], cause=Cause.PROTECTION)


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody is sent to a family in mourning, nor asked for a tier."""
    with transaction.atomic():
        end_visits(child_ids, DIED)
        end_confirming(child_ids, DIED)


def on_child_of_age(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_of_age`: regular visits and tiers end with childhood; a round goes on."""
    with transaction.atomic():
        end_visits(child_ids, OF_AGE)
        end_confirming(child_ids, OF_AGE)


@follows_merge
def on_people_merged(kept: str, dropped: str = "", **_more: object) -> None:
    """Handler of `registry.people_merged`: one child has one next visit, and one assessment at most that waits."""
    end_visits([dropped], MERGED)
    keep_newest(UUID(str(kept)))
    plan_visits(LOCAL_OPERATOR, [UUID(str(kept))], cause=Cause.CATEGORY)


def plan_all_visits(today: dt.date | None = None) -> int:
    """The nightly job: every child of the caseload has its visit, and nobody else; how many were made, moved or withdrawn."""
    with walled(LOCAL_OPERATOR):
        planned_now = Task.objects.filter(kind=VISIT, state=TaskState.OPEN).values_list("person_id", flat=True)
        ids = {*planned_now, *children_with_category(), *children_with_tier()} - {None}
        ids |= set(without_next_action().values_list("id", flat=True))
    planned: Planned = plan_visits(LOCAL_OPERATOR, ids, cause=Cause.NIGHTLY, on=today)
    return planned.made + planned.moved + planned.withdrawn
