"""May this actor see this, here, for this purpose? A decision with its reason; whatever is not allowed is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ciyou.core.access.actor import Actor, Purpose

RESTRICTED = 5
"""The sensitivity class of abuse, offending, psychological results and HIV (contracts: classes)."""

# The highest class a role sees by default. A role that does not stand here sees nothing.
CEILINGS: Mapping[str, int] = MappingProxyType({"local_operator": 4})


@dataclass(frozen=True)
class Verdict:
    """Whether it is allowed, and a stable code for why: allowed | role | class | scope | no_division | purpose."""

    allowed: bool
    reason: str


def may_see(actor: Actor, *, sensitivity: int, division: str | None, purpose: Purpose | None) -> Verdict:
    """May the actor see something of this class (1–5) about a person of this division, for this purpose?

    Personal data (class 3 and above) needs a purpose that the actor holds. A record without a division belongs to the whole
    scope's queue: only an actor who may look everywhere sees it.
    """
    ceiling = CEILINGS.get(actor.role)
    if ceiling is None:
        return Verdict(False, "role")
    if sensitivity > ceiling:
        return Verdict(False, "class")
    if sensitivity <= 2:
        return Verdict(True, "allowed")
    if purpose not in actor.purposes:
        return Verdict(False, "purpose")
    return _in_scope(actor, division)


def _in_scope(actor: Actor, division: str | None) -> Verdict:
    if not division:
        everywhere = actor.scope.holds("000000000000") and actor.scope.holds("999999999999")
        return Verdict(everywhere, "allowed" if everywhere else "no_division")
    inside = actor.scope.holds(division)
    return Verdict(inside, "allowed" if inside else "scope")


def ceiling_of(actor: Actor) -> int:
    """The highest class of data the actor sees by default; 0 for an unknown role."""
    return CEILINGS.get(actor.role, 0)
