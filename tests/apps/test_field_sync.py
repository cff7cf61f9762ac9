"""Three phones in random order against the real service: nothing lost, nothing doubled, nobody's work with anybody else, no clash unseen."""

from __future__ import annotations

import os

import pytest
from django.db import transaction

from tests.field_sync import Told, run_once

pytestmark = pytest.mark.django_db
FEW, MANY = 12, 10_000


def run(seeds) -> Told:
    """Each interleaving in a transaction of its own that is thrown away."""
    total = Told()
    for seed in seeds:
        with transaction.atomic():
            total.add(run_once(seed))
            transaction.set_rollback(True)
    return total


def faults(told: Told):
    return told.lost, told.doubled, told.wrong_user, told.hidden_clashes


def test_in_a_few_random_orders_nothing_is_lost_doubled_misplaced_or_hidden():
    told = run(range(FEW))
    assert faults(told) == (0, 0, 0, 0)
    assert told.pieces > 2 * FEW and told.sends > told.pieces
    assert {"applied", "conflict", "set_aside"} <= set(told.states), "the orders must reach every state"


@pytest.mark.slow
def test_in_ten_thousand_random_orders_nothing_is_lost_doubled_misplaced_or_hidden(record_property):
    first, many = int(os.environ.get("CIYOU_SYNC_FIRST", "0")), int(os.environ.get("CIYOU_SYNC_ORDERS", str(MANY)))
    told = run(range(first, first + many))
    for name in ("pieces", "sends", "lost", "doubled", "wrong_user", "hidden_clashes"):
        record_property(name, getattr(told, name))
    record_property("states", dict(told.states))
    assert faults(told) == (0, 0, 0, 0)
