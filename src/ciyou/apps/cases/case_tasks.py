"""Work that decisions case by case (一事一议) make: somebody decides what was drafted, somebody looks again before one ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks
from ciyou.apps.entitlements.case_answers import (
    CaseToReview,
    cases_differing,
    cases_made_since,
    cases_to_review,
    standing_among,
)
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.packs import load_limits

DECIDE, REVIEW = "decide_case_decision", "review_case_decision"
AHEAD = "case_review_days"
"""The pack's limit: how many days before a decision ends somebody is asked to look again."""


def on_case_drafted(case_id: str, child_ids: Sequence[str], division: str, **_more: object) -> None:
    """Handler of `entitlements.case_drafted`: the county's reviewer decides."""
    task = NewTask(DECIDE, case_id, division, person_id=_first(child_ids), queue_role="county_reviewer")
    with transaction.atomic():
        open_tasks(LOCAL_OPERATOR, tasks=[task])


def on_case_settled(case_id: str, renewed: str = "", **_more: object) -> None:
    """Handler of `entitlements.case_settled`: it was decided, refused or ended; of one that is followed nobody has to look at the earlier."""
    with transaction.atomic():
        end_tasks(LOCAL_OPERATOR, kind=DECIDE, subject_ids=[case_id])
        named = [one for one in (case_id, renewed) if one]
        standing = standing_among(named)
        end_tasks(LOCAL_OPERATOR, kind=REVIEW, subject_ids=[one for one in named if one not in standing])


def on_determination_made(child_ids: Sequence[str], **_more: object) -> None:
    """Handler of `entitlements.determination_made`: where facts have made the rules certain of something else, a person looks."""
    with transaction.atomic():
        _open_reviews(cases_differing(child_ids))


def on_people_unmerged(kept: str, restored: str, merged_at: str, **_more: object) -> None:
    """Handler of `registry.people_unmerged`: what was decided in between rested on two children's facts; somebody decides again."""
    with transaction.atomic():
        _open_reviews(cases_made_since((kept, restored), dt.datetime.fromisoformat(merged_at)))


def review_ending_cases(today: dt.date | None = None) -> int:
    """The daily job: a decision that ends soon, or whose end is over, is looked at by a person; how many there are. None lapses unseen."""
    day = today or timezone.localdate()
    found = cases_to_review(day + dt.timedelta(days=load_limits()[AHEAD].value))
    with transaction.atomic():
        _open_reviews(found)
    return len(found)


def _open_reviews(cases: Iterable[CaseToReview]) -> None:
    tasks = [
        NewTask(REVIEW, str(case.id), case.division, person_id=case.child_id, queue_role="county_drafter")
        for case in cases
    ]
    open_tasks(LOCAL_OPERATOR, tasks=tasks)


def _first(child_ids: Sequence[str]):
    return next(iter(child_ids), None)
