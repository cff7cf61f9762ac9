"""Whose guidance is, and the work about it: the county's, without a name on it; of a protected child a named worker's, or nobody's."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.cases.rounds import county_of, named_owner_of
from ciyou.apps.cases.tasks import NewTask, end_task, open_tasks, posts_of_open
from ciyou.apps.registry.paying import standings_of
from ciyou.apps.registry.round_children import places_for_work
from ciyou.apps.registry.scoping import is_named, visible_people
from ciyou.apps.training.models import Guidance, GuidanceState
from ciyou.apps.training.refusals import check_may, not_found
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import ceiling_of

PURPOSE = Purpose.SERVE
SENSITIVE = 4
GIVE = "give_guidance"
_DRAFTER = "county_drafter"


def reads_guidance(actor: Actor, child_id: uuid.UUID) -> bool:
    """Whether guidance of a child that the actor sees is open to it: guardianship is the county's, and its named workers'."""
    return ceiling_of(actor) >= SENSITIVE or is_named(actor, child_id)


def find_guidance(actor: Actor, guidance_id: object, *, lock: bool = False) -> Guidance:
    """One guidance that the actor may read; raises TrainingNotFound. `lock`: of two who write the second waits."""
    rows = visible_guidance(actor)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=guidance_id).first()
    if found is None or not reads_guidance(actor, found.child_id):
        raise not_found()
    return found


def visible_guidance(actor: Actor) -> QuerySet[Guidance]:
    """The guidance of children of the actor's area that it sees; whether it may read it is `reads_guidance`."""
    check_may(actor, Action.VISIT)
    rows = Guidance.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    return rows.filter(child__in=visible_people(actor, purpose=PURPOSE).values("pk"))


def open_work(row: Guidance) -> None:
    """Open its task, if it runs and somebody can have it."""
    open_tasks(LOCAL_OPERATOR, tasks=_tasks(row))


def end_work(actor: Actor, row: Guidance, *, state: str = "done") -> None:
    """End its task."""
    end_task(actor, kind=GIVE, subject_id=str(row.id), state=state)


def hand_on(row: Guidance) -> None:
    """Its child, its place or its owner is another now: the row stands where the child lives, and its work begins there."""
    lives = next((one.residence or one.division for one in standings_of([row.child_id]).values()), "")
    if lives and lives != row.division:
        Guidance.objects.filter(id=row.id).update(division=lives)
        row.division = lives
    end_work(LOCAL_OPERATOR, row, state="withdrawn")
    open_work(row)


def give_to_named() -> int:
    """Of protected children: the work is of whoever is named now, and nobody's without; how many changed hands. Behind the machine's wall."""
    changed = 0
    for row in Guidance.objects.filter(child__restricted=True, state=GuidanceState.OPEN):
        wanted = {task.kind: task.post_id for task in _tasks(row)}
        if posts_of_open((GIVE,), str(row.id)) != wanted:
            end_work(LOCAL_OPERATOR, row, state="withdrawn")
            open_work(row)
            changed += 1
    return changed


def _tasks(row: Guidance) -> list[NewTask]:
    if row.state != GuidanceState.OPEN:
        return []
    if not places_for_work([row.child_id])[row.child_id].restricted:
        # Whoever sees the child and not its guardianship would learn of it from a task with the child's name.
        return [NewTask(GIVE, str(row.id), county_of(row.division), queue_role=_DRAFTER)]
    owner = named_owner_of(row.child_id, row.division, timezone.localdate())
    if owner is None:
        return []
    post, role, place = owner
    return [NewTask(GIVE, str(row.id), place, person_id=row.child_id, post_id=post, queue_role=role)]
