"""Whose an application on its way is: the counter's that took it and the place's that has it now, and nobody's else."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from ciyou.apps.crossing.models import Crossing
from ciyou.apps.crossing.refusals import check_may, crossing_not_found
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action

PURPOSE = Purpose.SERVE


def visible_crossings(actor: Actor) -> QuerySet[Crossing]:
    """The crossings of which one end lies in the actor's scope."""
    check_may(actor, Action.SEE_CROSSINGS)
    first, end = actor.scope.first, actor.scope.end
    ours = Q(received_in__gte=first, received_in__lt=end)
    theirs = Q(handled_in__gte=first, handled_in__lt=end) & ~Q(handled_in="")
    return Crossing.objects.filter(ours | theirs)


def find_crossing(actor: Actor, crossing_id: object, *, lock: bool = False) -> Crossing:
    """One crossing that the actor may see; raises CrossingNotFound. `lock`: of two who take a step the second waits."""
    rows = visible_crossings(actor)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.filter(id=crossing_id).first()
    if found is None:
        raise crossing_not_found()
    return found


def is_counter(actor: Actor, row: Crossing) -> bool:
    """Whether the actor works at the end that took it in."""
    return actor.scope.holds(row.received_in)


def is_place(actor: Actor, row: Crossing) -> bool:
    """Whether the actor works at the end that has to decide."""
    return bool(row.handled_in) and actor.scope.holds(row.handled_in)
