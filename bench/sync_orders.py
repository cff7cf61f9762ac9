# Django must be set up for the state folder of this run before its models are imported
"""Phones without a network in random order against the real service: what is lost, doubled, shown to the wrong user or hidden.

    CIYOU_HOME=bench/out/sync_orders .venv/bin/python -m bench.sync_orders --orders 10000 [--first 0]

Each order is three phones with random edits, kills, sendings twice and out of turn, rights that end, and another user on the same
phone (tests/field_sync.py), in a transaction that is thrown away. Prints a table; exit 1 when anything of the four was not 0.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ["CIYOU_HOME"] = str(Path(os.environ.get("CIYOU_HOME") or "bench/out/sync_orders").absolute())

from bench import office_county  # noqa: F401  # sets Django up
from django.core.management import call_command
from django.db import transaction
from tests.field_sync import Told, run_once

FAULTS = ("lost", "doubled", "wrong_user", "hidden_clashes")


def main() -> None:
    """Play the orders one after the other and add up what they tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first order")
    chosen = parser.parse_args()
    call_command("prepare")
    told, began = Told(), time.perf_counter()
    for seed in range(chosen.first, chosen.first + chosen.orders):
        with transaction.atomic():
            told.add(run_once(seed))
            transaction.set_rollback(True)
    took = time.perf_counter() - began
    print("| what | count |\n|---|---|")
    print(f"| random orders | {chosen.orders:,} |")
    for name in ("pieces", "sends", *FAULTS):
        print(f"| {name} | {getattr(told, name):,} |")
    for state, count in sorted(told.states.items()):
        print(f"| … {state} | {count:,} |")
    print(f"\n{took:.0f} s, {took / chosen.orders * 1000:.0f} ms an order")
    if any(getattr(told, name) for name in FAULTS):
        sys.exit("Something was lost, doubled, shown to the wrong user or hidden.")


if __name__ == "__main__":
    main()
