"""Which single statements an actor may read once the person is theirs to see: by class, and by who found it out."""

from __future__ import annotations

from ciyou.apps.registry.models import Fact
from ciyou.core.access.actor import Actor
from ciyou.core.access.verdict import ceiling_of

FOUND_OUT = "visit"
PROTECTED_CLASS = 4


def sees_fact(actor: Actor, row: Fact, *, named: bool) -> bool:
    """Whether the actor reads what this statement says.

    Above their class a village or township reads only what a visit of their own area found out, and of class 4 alone: everything
    else of class 4 reads "verified by department", and of class 5 nothing is said at all.
    """
    if row.sensitivity <= ceiling_of(actor, named=named):
        return True
    own = row.source == FOUND_OUT and bool(row.recorded_in.strip("0")) and actor.scope.holds(row.recorded_in)
    return own and row.sensitivity == PROTECTED_CLASS and ceiling_of(actor) >= 3
