# Django must be set up for the state folder of this run before its models are imported
"""What a phone loads before it leaves the network: bytes over the wire and time of the server.

    CIYOU_HOME=bench/out/field_bundle .venv/bin/python -m bench.field_bundle [--children 200]

The children are of one village, each with both parents, an open lead and a determination; everything is in a transaction that is
thrown away. The first load is the shell with all its files. Exit 1 where one of the limits of the issue is passed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
import time
from pathlib import Path
from statistics import median

os.environ["CIYOU_HOME"] = str(Path(os.environ.get("CIYOU_HOME") or "bench/out/field_bundle").absolute())

from bench import office_county  # noqa: F401  # sets Django up
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.field_builders import file_households
from tests.office import make_post, sign_in

from ciyou.apps.entitlements.services import determine_children
from ciyou.core.access.actor import LOCAL_OPERATOR

BUNDLE_BYTES, SHELL_BYTES = 1_500_000, 300_000
LINE_BYTES_PER_SECOND = 50_000 / 8
RUNS = 5
_HASH = re.compile(r"\.[0-9a-f]{12}(?=\.\w+$)")


def first_load(client: Client) -> int:
    """Bytes of the shell and everything that its worker keeps, each compressed."""
    worker = client.get("/field/worker.js").content
    kept = json.loads(re.search(r"\[PAGE, \.\.\.(\[.*?\])\]", worker.decode())[1])
    names = [_HASH.sub("", address.removeprefix("/static/")) for address in kept]
    files = [Path(finders.find(name)).read_bytes() for name in names]
    return sum(len(gzip.compress(one)) for one in (client.get("/field/").content, worker, *files))


def main() -> None:
    """Make the village, load its bundle a few times, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=200)
    chosen = parser.parse_args()
    call_command("prepare")
    with transaction.atomic():
        children = file_households(chosen.children)
        determine_children(LOCAL_OPERATOR, child_ids=children, as_of=timezone.localdate(), cause="screening")
        client = sign_in(Client(headers={"host": "127.0.0.1", "accept-encoding": "gzip"}), make_post("child_director"))
        client.get("/field/bundle/")
        took = []
        for _ in range(RUNS):
            began = time.perf_counter()
            answer = client.get("/field/bundle/")
            took.append(time.perf_counter() - began)
        shell = first_load(client)
        transaction.set_rollback(True)
    told = json.loads(gzip.decompress(answer.content))
    size = len(answer.content)
    print("| what | measured |\n|---|---|")
    print(f"| children in the bundle, forms | {len(told['children'])}, {len(told['forms'])} |")
    print(f"| bundle, compressed | {size / 1000:,.0f} kB |")
    print(f"| the server takes (median of {RUNS}) | {median(took):.2f} s |")
    print(f"| at 50 kbit/s the line takes | {size / LINE_BYTES_PER_SECOND:.0f} s |")
    print(f"| first load of the app, compressed | {shell / 1000:,.0f} kB |")
    if size > BUNDLE_BYTES or shell > SHELL_BYTES or len(told["children"]) != chosen.children:
        sys.exit("A limit is passed.")


if __name__ == "__main__":
    main()
