"""Work that determinations make: somebody confirms what the engine proposes, somebody verifies again what was returned."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import post_for
from ciyou.apps.cases.models import Lead, LeadState, TaskState
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks
from ciyou.apps.entitlements.selectors import (
    awaiting_confirmation,
    child_of_determination,
    outcomes_of,
    proposals_among,
)
from ciyou.apps.entitlements.views import Proposal
from ciyou.apps.registry.deciding import places_of
from ciyou.core.access.actor import LOCAL_OPERATOR

CONFIRM, VERIFY = "confirm_determination", "verify_lead"
_COUNTY_DIGITS, _TOWNSHIP_DIGITS, _DIGITS = 6, 9, 12


def on_determination_made(
    child_ids: Sequence[str], awaiting_ids: Sequence[str] = (), replaced_ids: Sequence[str] = (), **_more: object
) -> None:
    """The event `entitlements.determination_made`: the county's reviewers confirm what waits; tasks about what is replaced end."""
    with transaction.atomic():
        replaced = list(replaced_ids)
        end_tasks(LOCAL_OPERATOR, kind=CONFIRM, subject_ids=replaced, state=TaskState.WITHDRAWN)
        end_tasks(LOCAL_OPERATOR, kind=VERIFY, subject_ids=replaced)
        _open_confirmations(proposals_among(awaiting_ids))


def ask_confirmation(child_id: uuid.UUID | None) -> None:
    """Once nothing is left to verify at a child's home: the county confirms its current proposal, if it gives the child something."""
    if child_id is None or all(card.outcome != "yes" for card in outcomes_of([child_id]).get(child_id, ())):
        return
    current = awaiting_confirmation(LOCAL_OPERATOR).filter(person_id=child_id).values_list("id", flat=True)
    _open_confirmations(proposals_among(current))


def _open_confirmations(proposals: Iterable[Proposal]) -> None:
    """Tasks for the county's reviewers; a child whose lead is still being verified waits for that."""
    wanted = list(proposals)
    children = [one.child_id for one in wanted]
    busy = set(
        Lead.objects.filter(person_id__in=children).exclude(state=LeadState.CLOSED).values_list("person_id", flat=True)
    )
    tasks = [
        NewTask(CONFIRM, str(one.id), _county(one.division), person_id=one.child_id, queue_role="county_reviewer")
        for one in wanted
        if one.child_id not in busy
    ]
    open_tasks(LOCAL_OPERATOR, tasks=tasks)


def on_determination_confirmed(determination_ids: Sequence[str], **_more: object) -> None:
    """The event `entitlements.determination_confirmed`: nobody has to confirm it any more."""
    end_tasks(LOCAL_OPERATOR, kind=CONFIRM, subject_ids=list(determination_ids))


def on_determination_returned(determination_id: str, **_more: object) -> None:
    """The event `entitlements.determination_returned`: the village, else the township, verifies again."""
    child_id = child_of_determination(determination_id)
    with transaction.atomic():
        end_tasks(LOCAL_OPERATOR, kind=CONFIRM, subject_ids=[determination_id])
        place = places_of([child_id]).get(child_id) if child_id else None
        if child_id and place:
            open_tasks(LOCAL_OPERATOR, tasks=[_to_verify(determination_id, child_id, place)])


def _to_verify(determination_id: str, child_id: uuid.UUID, place: str) -> NewTask:
    post = post_for(division=place, role="child_director", on=timezone.localdate())
    if post is not None:
        return NewTask(VERIFY, determination_id, place, person_id=child_id, post_id=post)
    if place == _county(place):
        return NewTask(VERIFY, determination_id, place, person_id=child_id, queue_role="county_drafter")
    township = place[:_TOWNSHIP_DIGITS].ljust(_DIGITS, "0")
    return NewTask(VERIFY, determination_id, township, person_id=child_id, queue_role="supervisor")


def _county(division: str) -> str:
    return division[:_COUNTY_DIGITS].ljust(_DIGITS, "0")
