"""Answers age: what was only presumed, and what was verified long ago, is due to be verified again."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from ciyou.apps.registry.deciding import Told
from ciyou.core.facts.definition import FactDefinition
from ciyou.core.facts.state import Basis, StatedFact
from ciyou.packs import load_limits

PRESUMED = "presumed_days"
"""The pack's limit: how long a roster's silence is believed where the vocabulary sets no time."""


def stale_since(definition: FactDefinition, said: StatedFact, told: Told, today: dt.date) -> dt.date | None:
    """The day on which a statement became due to be verified again; None while it is fresh or where it does not age."""
    days = definition.fresh_days
    if days is None and said.basis is Basis.PRESUMED:
        days = load_limits()[PRESUMED].value
    found = told.get((said.entity, said.name, said.source))
    if days is None or found is None:
        return None
    due = timezone.localdate(found.recorded_at) + dt.timedelta(days=days)
    return due if due <= today else None
