# Django must be set up for the state folder of this run before its models are imported
"""Phones without a network in random order against the real service: what is lost, doubled, shown to the wrong user or hidden.

    CIYOU_HOME=bench/out/sync_orders .venv/bin/python -m bench.sync_orders --orders 10000 [--workers 2] [--from 0]

Each order is three phones with random edits, kills, sendings twice and out of turn, rights that end, and another user on the same
phone (tests/field_sync.py), in a transaction that is thrown away. Each worker has a database of its own. What a block of orders came
to is written down as soon as it is played: after an interruption `--from` goes on at the order that was named last, and the table
counts what was played before it as well. Exit 1 when anything of the four was not 0.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

os.environ["CIYOU_HOME"] = str(Path(os.environ.get("CIYOU_HOME") or "bench/out/sync_orders").absolute())

from bench import office_county  # noqa: F401  # sets Django up
from django.core.management import call_command
from django.db import connection, transaction
from tests.field_sync import Told, Village, make_village, run_once

HOME = Path(os.environ["CIYOU_HOME"])
PLAYED = HOME / "played.jsonl"
FAULTS = ("lost", "doubled", "wrong_user", "hidden_clashes")
BLOCK = 25
SAY_EVERY = 500


def main() -> None:
    """Play the orders, add up what they tell, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000, help="up to this one, not counting it")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first order that is played now")
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args()
    call_command("prepare")
    if connection.vendor != "sqlite":
        parser.error("Each worker needs a database of its own: unset DATABASE_URL.")
    connection.close()
    played, told = _played_before(chosen.first)
    began, spent = time.perf_counter(), 0.0
    for seeds, block, seconds in _play(chosen.first, chosen.orders, chosen.workers):
        told.add(block)
        played, spent = played + len(seeds), spent + seconds
        _write_down(seeds, block)
        if seeds.stop % SAY_EVERY == 0:
            print(f"{played:,} orders, {_faults(told):,} faults; goes on with --from {seeds.stop}", flush=True)
    now = max(1, chosen.orders - chosen.first)
    _print(played, told)
    print(
        f"\n{now:,} of them now, in {time.perf_counter() - began:.0f} s: {spent / now * 1000:.0f} ms of processor time an order"
    )
    if _faults(told):
        sys.exit("Something was lost, doubled, shown to the wrong user or hidden.")


def _play(first: int, end: int, workers: int) -> Iterator[tuple[range, Told, float]]:
    """The orders in blocks, one after the other, whichever worker plays them."""
    blocks = [range(start, min(start + BLOCK, end)) for start in range(first, end, BLOCK)]
    context = multiprocessing.get_context("fork")
    with context.Pool(workers, initializer=_begin_worker) as pool:
        yield from pool.imap(_play_block, blocks)


_village: list[Village] = []


def _begin_worker() -> None:
    """A database of this worker's own, with the village; nothing of it is ever committed."""
    kept = connection.settings_dict["NAME"]
    own = HOME / f"worker-{multiprocessing.current_process()._identity[0]}.sqlite3"
    shutil.copyfile(kept, own)
    connection.settings_dict["NAME"] = str(own)
    transaction.set_autocommit(False)
    _village.append(make_village())
    # Collected once a block: in between, a sixth of the time would go into looking for what is not there.
    gc.freeze()
    gc.disable()


def _play_block(seeds: range) -> tuple[range, Told, float]:
    told, began = Told(), time.process_time()
    for seed in seeds:
        with transaction.atomic():
            told.add(run_once(seed, _village[0]))
            transaction.set_rollback(True)
    gc.collect()
    return seeds, told, time.process_time() - began


def _write_down(seeds: range, told: Told) -> None:
    with PLAYED.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"first": seeds.start, "orders": len(seeds), "told": vars(told)}) + "\n")


def _played_before(first: int) -> tuple[int, Told]:
    """What an interrupted run wrote down of the orders before this one; a run from the first begins a new list."""
    rows = [json.loads(line) for line in PLAYED.read_text(encoding="utf-8").splitlines()] if PLAYED.exists() else []
    kept = {row["first"]: row for row in rows if row["first"] + row["orders"] <= first}
    PLAYED.write_text("".join(json.dumps(row) + "\n" for row in kept.values()), encoding="utf-8")
    told = Told()
    for row in kept.values():
        told.add(Told(**{**row["told"], "states": Counter(row["told"]["states"])}))
    return sum(row["orders"] for row in kept.values()), told


def _faults(told: Told) -> int:
    return sum(getattr(told, name) for name in FAULTS)


def _print(played: int, told: Told) -> None:
    print("| what | count |\n|---|---|")
    print(f"| random orders | {played:,} |")
    for name in ("pieces", "sends", *FAULTS):
        print(f"| {name} | {getattr(told, name):,} |")
    for state, count in sorted(told.states.items()):
        print(f"| … {state} | {count:,} |")


if __name__ == "__main__":
    main()
