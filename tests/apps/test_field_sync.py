"""Three phones in random order against the real service: nothing lost, nothing doubled, nobody's work with anybody else, no clash unseen."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.field_sync import Told, make_village, run_once

pytestmark = pytest.mark.django_db
FEW = 24
"""Ten thousand are played by bench/sync_orders.py."""


def run(seeds) -> Told:
    """Each interleaving in a transaction of its own that is thrown away, and begins in the same village."""
    total, village = Told(), make_village()
    for seed in seeds:
        with transaction.atomic():
            total.add(run_once(seed, village))
            transaction.set_rollback(True)
    return total


def faults(told: Told):
    return told.lost, told.doubled, told.wrong_user, told.hidden_clashes


def test_in_a_few_random_orders_nothing_is_lost_doubled_misplaced_or_hidden():
    told = run(range(FEW))
    assert faults(told) == (0, 0, 0, 0)
    assert told.pieces > 2 * FEW and told.sends > told.pieces
    assert {"applied", "conflict", "set_aside"} <= set(told.states), "the orders must reach every state"
