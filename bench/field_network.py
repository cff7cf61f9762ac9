# ruff: noqa: E402  # Django must be set up before the browser tests' helpers are imported
"""Visits made without a network and sent over a bad line: does each arrive exactly once, and how long does it take?

    .venv/bin/python bench/field_network.py [--visits 200] [--seed 1]

A child director's phone (Chromium) makes the visits while it is offline, one for each household, then sends them over 50 kbit/s with
half a second of delay. Meanwhile answers get lost on their way back, the line is cut, and the app is killed in mid-upload and opened
again. The visits carry no photographs: no shipped form has a document that asks for one. Exit 1 where a visit is missing or doubled.

It needs what the browser tests need (`make test-e2e` installs it), and says so where that is missing.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from bench import office_county  # noqa: F401  # sets Django up

from ciyou.cli.supervision import environment

try:
    from playwright.sync_api import sync_playwright
    from tests.e2e import conftest as walks
    from tests.e2e.conftest import ARGUMENTS, chromium, enter
    from tests.e2e.phone_walk import CUT, SLOW, STORED, Line, PhoneWalk, ask
except ImportError as missing:
    print(f"left out: {missing.name} is not installed (make test-e2e)")
    raise SystemExit(0) from None

walks.START_SECONDS = 300  # the machine may do other work too
PIN, DIRECTOR = "493817", "zhuren"
ALL_SENT = re.compile("全部已发送|All sent")
KILL_EVERY, LOSE_EVERY, CUT_EVERY = 15, 9, 25
"""Pieces that arrive, about, between two kills, two lost answers, and two cuts of the line."""
CUT_SECONDS = 3
LONGEST_SECONDS = 600
FILL = "import django; django.setup(); from tests.e2e import field_county; field_county.fill([f'第{number}户' for number in range({count})])"


@dataclass
class Trouble:
    """What was done to the line, counted."""

    kills: int = 0
    cuts: int = 0
    lost: list[int] = field(default_factory=list)


def fill(home: Path, count: int) -> None:
    """A state folder with a village that has so many households to visit."""
    known = environment(home)
    known["PYTHONPATH"] = f"{ROOT}/src:{ROOT}"
    program = FILL.replace("{count}", str(count))
    for command in (["-m", "django", "prepare"], ["-c", program]):
        subprocess.run([sys.executable, *command], cwd=ROOT, env=known, umask=0o077, check=True)


def arrived(home: Path) -> int:
    """How many pieces the server has."""
    return int(ask(home, "SELECT count(*) FROM fieldwork_fieldevent")[0][0])


def make_visits(phone: PhoneWalk, count: int) -> list[str]:
    """Visit every household without a network; the ids of what lies on the phone then."""
    Line(phone.page).be(CUT)
    for done in range(1, count + 1):
        # Today's list shows the most urgent only; all households stand under the children.
        phone.page.locator('[data-go="children"]').click()
        phone.page.locator("[data-children] [data-do=visit]").nth(done - 1).click()
        phone.screen("visit")
        phone.page.locator('[data-do="no-change"]').click()
        phone.screen("today")
        phone.unsent(re.compile(rf"^{done}\s"))
    return sorted(piece["id"].replace("-", "") for piece in phone.page.evaluate(STORED)["outbox"])


def send_badly(context: Any, address: str, home: Path, count: int, chance: random.Random) -> Trouble:
    """Send over a slow line that is cut, with answers that get lost and an app that is killed, until nothing is left to send."""
    trouble, deadline = Trouble(), time.monotonic() + LONGEST_SECONDS

    def lose_some(route: Any) -> None:
        if chance.randrange(LOSE_EVERY):
            route.continue_()
            return
        trouble.lost.append(route.fetch().status)
        route.abort()

    while arrived(home) < count and time.monotonic() < deadline:
        page = context.new_page()
        page.route("**/field/events/", lose_some)
        line = Line(page)
        line.be(SLOW)
        page.goto(f"{address}/field/")
        _send_until_killed(page, line, home, count, chance, trouble, deadline)
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
    page.wait_for_timeout(chance.randrange(450))  # the next piece is on its way now
    trouble.kills += arrived(home) < count


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
    """The whole walk; whether anything is missing, doubled, or not taken."""
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
    begun = time.monotonic()
    trouble = send_badly(context, address, home, chosen.visits, random.Random(chosen.seed))
    left = settle(context, address)
    sent_in = time.monotonic() - begun
    pieces = [one for (one,) in ask(home, "SELECT replace(id, '-', '') FROM fieldwork_fieldevent ORDER BY 1")]
    visits = [one for (one,) in ask(home, "SELECT replace(id, '-', '') FROM cases_visit ORDER BY 1")]
    aside = ask(home, "SELECT count(*) FROM fieldwork_fieldevent WHERE state <> 'applied'")[0][0]
    print(f"visits made offline       {len(made):>6,}   in {made_in:6.1f} s")
    print(f"sent                      {len(pieces):>6,}   in {sent_in:6.1f} s, 50 kbit/s and 500 ms")
    print(f"app killed                {trouble.kills:>6,}")
    print(f"line cut                  {trouble.cuts:>6,}")
    print(f"answers lost              {len(trouble.lost):>6,}")
    print(f"visits recorded           {len(visits):>6,}")
    print(f"missing                   {len(set(made) - set(visits)):>6,}")
    print(f"doubled                   {len(visits) - len(set(visits)):>6,}")
    print(f"not of the phone          {len(set(visits) - set(made)):>6,}")
    print(f"set aside or in conflict  {aside:>6,}")
    print(f"left on the phone         {left:>6,}")
    return not (made == pieces == visits and len(made) == chosen.visits and not aside and not left)


if __name__ == "__main__":
    main()
