"""What becomes of a child's place in a round when its file changes: it moves, dies, or was another file's child. Eighteen is no reason to leave."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from ciyou.apps.cases.models import CheckState, ChildCheck, Task, TaskState
from ciyou.apps.cases.round_checks import CHECK, leave_round
from ciyou.apps.cases.rounds import county_of, owner_of
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.core.access.actor import LOCAL_OPERATOR

DIED, MOVED, MERGED = "died", "moved", "merged"


def on_person_moved(person_id: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: inside the county the check goes to whoever is there; who left it leaves the round."""
    with transaction.atomic():
        due = list(_due([person_id]))
        gone = [row for row in due if row.round.division != county_of(new_division)]
        leave_round(LOCAL_OPERATOR, gone, MOVED)
        for row in due:
            if row not in gone and row.division != new_division:
                _follow(row, new_division)


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody is sent to a family in mourning."""
    with transaction.atomic():
        leave_round(LOCAL_OPERATOR, list(_due(child_ids)), DIED)


@follows_merge
def on_people_merged(kept: str, dropped: str, **_more: object) -> None:
    """Handler of `registry.people_merged`: a child stands once in a round, under the file that stayed."""
    with transaction.atomic():
        there = set(ChildCheck.objects.filter(person_id=kept).values_list("round_id", flat=True))
        rows = list(_due([dropped]))
        leave_round(LOCAL_OPERATOR, [row for row in rows if row.round_id in there], MERGED)
        going = [row.id for row in rows if row.round_id not in there]
        ChildCheck.objects.filter(id__in=going).update(person_id=kept)


def _due(person_ids: Iterable[str]):
    return ChildCheck.objects.filter(person__in=list(person_ids), state=CheckState.DUE).select_related("round")


def _follow(row: ChildCheck, division: str) -> None:
    ChildCheck.objects.filter(id=row.id).update(division=division)
    post, role, place = owner_of(division, timezone.localdate())
    task = Task.objects.filter(kind=CHECK, subject_id=str(row.id), state=TaskState.OPEN)
    task.update(division=place, post_id=post, queue_role=role or "child_director")
