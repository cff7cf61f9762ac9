# ruff: noqa: E402  # Django must be set up before the browser tests' helpers are imported
"""Visits with photographs, made without a network and sent over a bad line: does each arrive exactly once, and how long does it take?

    .venv/bin/python -m bench.field_network [--visits 200] [--seed 1]

A child director's phone (Chromium) makes the visits while it is offline, one for each household and each with one photograph, then
sends them over 50 kbit/s with half a second of delay. Meanwhile answers get lost on their way back, the line is cut, and the app is
killed in mid-upload and opened again. Nobody taps on anything: what was lost or cut the app tries again by itself. No shipped form asks
for a photograph: the server has a pack of its own (`CIYOU_PACKS`) that does. The photographs are small, so that 200 go over such a line in a quarter of an hour; every eighth is so large that it goes in
parts. Each is followed by the hash of its content, from the phone to
the opened file in the store of evidence. Exit 1 where a visit or photograph is missing, doubled or changed.

It needs what the browser tests need (`make test-e2e` installs it), and says so where that is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
from bench import office_county  # noqa: F401  # sets Django up

from ciyou.cli.supervision import environment

try:
    from playwright.sync_api import sync_playwright
    from tests.e2e import conftest as walks
    from tests.e2e.conftest import ARGUMENTS, chromium, enter
    from tests.e2e.phone_walk import CUT, SLOW, STORED, Line, PhoneWalk, ask, noise
except ImportError as missing:
    print(f"left out: {missing.name} is not installed (make test-e2e)")
    raise SystemExit(0) from None

# The machine may do other work too: the server is given more time to be ready than an office gives it.
walks.START_SECONDS = 300
walks.PROGRAM = f"from ciyou.cli import supervision; supervision.READY_SECONDS = {walks.START_SECONDS}; {walks.PROGRAM}"
PIN, DIRECTOR = "493817", "zhuren"
ALL_SENT = re.compile("全部已发送|All sent")
KILL_EVERY, LOSE_EVERY, CUT_EVERY = 15, 9, 25
"""Pieces that arrive, about, between two kills, two lost answers, and two cuts of the line."""
CUT_SECONDS = 3
ASKING_SECONDS = 2.0
"""What a piece takes beside its bytes: the delay of each request, and the server."""
SMALL, LARGE, LARGE_EVERY = (80, 60), (232, 180), 8
"""Sides of the photographs: their noise compresses to about 3 and 21 kB, and grows by seven ninths on its way."""
LARGEST_PIECE = 32_768
"""Beyond this a piece goes in parts (`PART` in static/web/field/sync.js)."""
PLACE = """code: cn_990101
division: "990101"
extends: cn
name: {zh: 甲县, en: County}
"""
PIECE = """code: home_photo
name: {zh: 住房照片, en: Photograph of the home}
kind: photo
class: 3
sources: [{document: gf_2016_36}]
"""
FILL = "import django; django.setup(); from tests.e2e import field_county; field_county.fill([f'第{number}户' for number in range({count})])"
OPENED = """import hashlib, django; django.setup()
from ciyou.apps.registry.models import Evidence
from ciyou.apps.registry.proofs import open_evidence
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
for row in Evidence.objects.all():
    kept = open_evidence(LOCAL_OPERATOR, evidence_id=row.id, purpose=Purpose.VERIFY)
    print(row.person_id.hex, hashlib.sha256(kept.content).hexdigest())
"""
TAKEN = """async () => {
  const [[, content]] = await (await import("/static/web/field/enclosures.js")).collect();
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [Array.from(hash, (one) => one.toString(16).padStart(2, "0")).join(""), bytes.length];
}"""


@dataclass
class Made:
    """What lies on the phone before anything is sent: ids of visits, child and hash of each photograph, bytes that go over the line."""

    visits: list[str] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    picture_bytes: int = 0
    line_bytes: int = 0
    in_parts: int = 0

    @property
    def pieces(self) -> int:
        """How many the server must have in the end."""
        return len(self.visits) + len(self.pictures)

    @property
    def longest_seconds(self) -> float:
        """Twice what the line needs for them at its speed."""
        return 2 * (self.line_bytes / SLOW["uploadThroughput"] + ASKING_SECONDS * self.pieces)


@dataclass
class Trouble:
    """What was done to the line, counted."""

    kills: int = 0
    kills_in_picture: int = 0
    opened: int = 0
    tries: int = 0
    cuts: int = 0
    lost: list[int] = field(default_factory=list)


def packs_with_picture(folder: Path) -> str:
    """A folder of packs (`CIYOU_PACKS`) in which the county asks for a photograph at each visit."""
    place = folder / "packs/cn_990101"
    (place / "visit_pieces").mkdir(parents=True)
    (place / "place.yaml").write_text(PLACE, encoding="utf-8")
    (place / "visit_pieces/home_photo.yaml").write_text(PIECE, encoding="utf-8")
    return str(place.parent)


def run(home: Path, *command: str) -> str:
    """Run the program's Python on a state folder; what it printed."""
    known = environment(home)
    called = [sys.executable, *command]
    return subprocess.run(called, cwd=ROOT, env=known, umask=0o077, check=True, capture_output=True, text=True).stdout


def fill(home: Path, count: int) -> None:
    """A state folder with a village that has so many households to visit."""
    run(home, "-m", "django", "prepare")
    run(home, "-c", FILL.replace("{count}", str(count)))


def arrived(home: Path) -> int:
    """How many pieces the server has."""
    return int(ask(home, "SELECT count(*) FROM fieldwork_fieldevent")[0][0])


def make_visits(phone: PhoneWalk, count: int) -> Made:
    """Visit every household without a network, with one photograph each."""
    made, page = Made(), phone.page
    Line(page).be(CUT)
    for done in range(1, count + 1):
        # Today's list shows the most urgent only; all households stand under the children.
        page.locator('[data-go="children"]').click()
        home = page.locator("[data-children] [data-do=visit]").nth(done - 1)
        child = home.get_attribute("data-child").replace("-", "")
        home.click()
        phone.screen("visit")
        content = noise(*(LARGE if done % LARGE_EVERY == 0 else SMALL), seed=f"{done}:")
        page.set_input_files("[data-photo]", {"name": "a.png", "mimeType": "image/png", "buffer": content})
        page.locator("[data-picture]").wait_for()
        digest, size = page.evaluate(TAKEN)
        made.pictures.append((child, digest))
        made.picture_bytes += size
        page.locator('[data-do="no-change"]').click()
        phone.screen("today")
        phone.unsent(re.compile(rf"^{2 * done}\s"))
    outbox = page.evaluate(STORED)["outbox"]
    made.visits = sorted(piece["id"].replace("-", "") for piece in outbox if piece["kind"] != "enclosure")
    sizes = [len(json.dumps(piece)) for piece in outbox]
    made.line_bytes, made.in_parts = sum(sizes), sum(size > LARGEST_PIECE for size in sizes)
    return made


def send_badly(context: Any, address: str, home: Path, made: Made, chance: random.Random) -> Trouble:
    """Send over a slow line that is cut, with answers that get lost and an app that is killed, until nothing is left to send."""
    trouble, deadline = Trouble(), time.monotonic() + made.longest_seconds

    def lose_some(route: Any) -> None:
        if chance.randrange(LOSE_EVERY):
            route.continue_()
            return
        trouble.lost.append(route.fetch().status)
        route.abort()

    def count_tries(request: Any) -> None:
        # The app asks who is signed in before each try to send.
        trouble.tries += request.url.endswith("/field/session/")

    while arrived(home) < made.pieces and time.monotonic() < deadline:
        page = context.new_page()
        page.route("**/field/events/**", lose_some)
        page.on("request", count_tries)
        trouble.opened += 1
        line = Line(page)
        line.be(SLOW)
        page.goto(f"{address}/field/")
        _send_until_killed(page, line, home, made.pieces, chance, trouble, deadline)
        page.close()
    return trouble


def _send_until_killed(
    page: Any, line: Line, home: Path, count: int, chance: random.Random, trouble: Trouble, deadline: float
) -> None:
    begun = arrived(home)
    kill_at = begun + 1 + chance.randrange(2 * KILL_EVERY)
    cut_at = begun + 1 + chance.randrange(2 * CUT_EVERY)
    while (now := arrived(home)) < min(kill_at, count) and time.monotonic() < deadline:
        if cut_at <= now:
            line.be(CUT)
            page.wait_for_timeout(1000 * CUT_SECONDS)
            line.be(SLOW)
            trouble.cuts, cut_at = trouble.cuts + 1, count + 1
        page.wait_for_timeout(100)
    page.wait_for_timeout(chance.randrange(3000))  # the next piece is on its way now, or the one after it
    trouble.kills += arrived(home) < count
    trouble.kills_in_picture += half_arrived(home) > 0


def half_arrived(home: Path) -> int:
    """How many pieces have arrived in part."""
    return sum(part.stat().st_size > 0 for part in (home / "field-parts").glob("*.part"))


def settle(context: Any, address: str) -> int:
    """Open the app once more over a good line; how many pieces are left on the phone when it says that all are sent."""
    page = context.new_page()
    page.goto(f"{address}/field/")
    page.locator("#unsent", has_text=ALL_SENT).wait_for(timeout=60_000)
    return len(page.evaluate(STORED)["outbox"])


def main() -> None:
    """Make the visits, send them, compare, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if chromium() is None:
        print("left out: there is no Chromium (make browser)")
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["CIYOU_PACKS"] = packs_with_picture(Path(folder))
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        (home / "demo").touch()  # the second factor may wait
        fill(home, chosen.visits)
        server = walks.start_server(home)
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        try:
            wrong = measure(browser, server.address, home, chosen)
        finally:
            browser.close()
            server.stop()
    raise SystemExit(1 if wrong else 0)


def measure(browser: Any, address: str, home: Path, chosen: argparse.Namespace) -> bool:
    """The whole walk; whether anything is missing, doubled, changed, or not taken."""
    context = browser.new_context(locale="zh-CN")
    nothing = SimpleNamespace(page=context.new_page(), address=address)
    nothing.accessibility_faults = nothing.overflows = list
    enter(nothing, DIRECTOR)
    phone = PhoneWalk(nothing)
    phone.set_up(PIN)
    begun = time.monotonic()
    made = make_visits(phone, chosen.visits)
    made_in = time.monotonic() - begun
    phone.page.close()
    least, most = made.line_bytes / SLOW["uploadThroughput"], made.longest_seconds
    print(f"visits made offline       {len(made.visits):>6,}   in {made_in:6.1f} s, each with a photograph")
    print(f"photographs               {made.picture_bytes:>9,} bytes, {made.in_parts} of them go in parts")
    print(
        f"over the line             {made.line_bytes:>9,} bytes: {least:.0f} s at its speed, {most:.0f} s are given",
        flush=True,
    )
    begun = time.monotonic()
    trouble = send_badly(context, address, home, made, random.Random(chosen.seed))
    late = made.pieces - arrived(home)
    left = settle(context, address)
    print(f"sent                      {arrived(home):>6,}   in {time.monotonic() - begun:6.1f} s, 50 kbit/s and 500 ms")
    print(f"app killed                {trouble.kills:>6,}   {trouble.kills_in_picture} with a photograph half arrived")
    print(f"tried again by itself     {trouble.tries - trouble.opened:>6,}")
    print(f"line cut                  {trouble.cuts:>6,}")
    print(f"answers lost              {len(trouble.lost):>6,}")
    return compare(home, made, late, left)


def compare(home: Path, made: Made, late: int, left: int) -> bool:
    """Hold what the server has against what the phone made, and print it; whether they differ."""
    visits = Counter(one for (one,) in ask(home, "SELECT replace(id, '-', '') FROM cases_visit"))
    pictures = Counter(tuple(line.split()) for line in run(home, "-c", OPENED).splitlines())
    aside = ask(home, "SELECT count(*) FROM fieldwork_fieldevent WHERE state <> 'applied'")[0][0]
    told = {
        "set aside or in conflict": aside,
        "not sent in the time": late,
        "left on the phone": left,
        "pieces half arrived": half_arrived(home),
        "pieces more or fewer": abs(made.pieces - arrived(home)),
    }
    for name, found, expected in (("visits", visits, made.visits), ("photographs", pictures, made.pictures)):
        print(f"{name + ' recorded':<24}  {found.total():>6,}")
        wanted = Counter(expected)
        told[f"{name} missing"] = (wanted - found).total()
        told[f"{name} doubled"] = sum(count - 1 for count in found.values())
        told[f"{name} not of the phone"] = (found - wanted).total()
    for name, count in told.items():
        print(f"{name:<24}  {count:>6,}")
    return any(told.values()) or len(made.visits) != len(made.pictures)


if __name__ == "__main__":
    main()
