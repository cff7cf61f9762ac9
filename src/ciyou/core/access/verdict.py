"""May this actor see this, here, for this purpose? A decision with its reason; whatever is not allowed is refused."""

from __future__ import annotations

from dataclasses import dataclass

from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import ROLES

RESTRICTED = 5
"""The sensitivity class of abuse, offending, psychological results and HIV (contracts: classes)."""


@dataclass(frozen=True)
class Verdict:
    """Whether it is allowed, and a stable code for why: allowed | role | class | scope | no_division | purpose."""

    allowed: bool
    reason: str


def may_see(
    actor: Actor, *, sensitivity: int, division: str | None, purpose: Purpose | None, named: bool = False
) -> Verdict:
    """May the actor see something of this class (1–5) about a person of this division, for this purpose?

    Personal data (class 3 and above) needs a purpose that the actor holds. `named`: the actor is a named worker of this
    person's case, by a grant that is on record; only that opens class 5, and class 4 to a role that does not see it by default.
    A role that sees no persons at all (ceiling below 3) is opened nothing by being named. A record without a division belongs
    to the whole scope's queue: only an actor who may look everywhere sees it.
    """
    role = ROLES.get(actor.role)
    if role is None:
        return Verdict(False, "role")
    ceiling = RESTRICTED if named and role.ceiling >= 3 else role.ceiling
    if sensitivity > ceiling:
        return Verdict(False, "class")
    if sensitivity <= 2:
        return Verdict(True, "allowed")
    if purpose not in actor.purposes:
        return Verdict(False, "purpose")
    return _in_scope(actor, division)


def _in_scope(actor: Actor, division: str | None) -> Verdict:
    if not division:
        everywhere = actor.scope.everywhere
        return Verdict(everywhere, "allowed" if everywhere else "no_division")
    inside = actor.scope.holds(division)
    return Verdict(inside, "allowed" if inside else "scope")


def ceiling_of(actor: Actor, *, named: bool = False) -> int:
    """The highest class of data the actor sees by default (5 as a named worker of the case); 0 for an unknown role."""
    role = ROLES.get(actor.role)
    if role is None:
        return 0
    return RESTRICTED if named and role.ceiling >= 3 else role.ceiling
