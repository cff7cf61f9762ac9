"""Keeps what open leads still ask in step with the determination: once something is known, nobody is sent to ask it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from ciyou.apps.cases.models import Lead, LeadState
from ciyou.apps.entitlements.selectors import outcomes_of


def refresh_deciding(child_ids: Iterable[uuid.UUID]) -> None:
    """Set the deciding facts of these children's open leads to those of their current determination (class 4 and below)."""
    children = list(child_ids)
    cards = outcomes_of(children)
    for child in children:
        deciding = list(dict.fromkeys(name for card in cards.get(child, ()) for name in card.deciding))
        Lead.objects.filter(person_id=child).exclude(state=LeadState.CLOSED).update(deciding=deciding)
