"""What the room of awards reads of a current determination: one rule of one child. Shown to nobody as it is."""

from __future__ import annotations

from ciyou.apps.entitlements.contents import open_content
from ciyou.apps.entitlements.models import Determination, DeterminationState
from ciyou.apps.entitlements.views import RuleDecided


def rule_decided(*, child_id: object, rule: str) -> RuleDecided | None:
    """How a rule came out in a child's current determination, of any class; None where the child has none.

    For a service that has asked for access itself; what it shows of it is its own to answer for.
    """
    row = Determination.objects.filter(person_id=child_id, current=True).first()
    if row is None:
        return None
    found = open_content(row.id, row.content).decisions.get(rule)
    return RuleDecided(row.id, row.division, row.as_of, row.state == DeterminationState.CONFIRMED, found)
