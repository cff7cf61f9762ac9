"""A real browser before a real server: `ciyou serve` on a state folder of its own, Debian's Chromium, axe."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import pytest

from ciyou.apps.accounts.beginnings import DEMO_PASSWORD
from ciyou.cli.demo import MARKER
from tests.e2e.phone_walk import PhoneWalk
from tests.throwaway import SERVER, create_database, give_tables

ROOT = Path(__file__).resolve().parents[2]
CLOCK = Path(__file__).resolve().parent / "clock"
NOWHERE = "http://phone.test"
SCRIPTS = ROOT / "src/ciyou/web/static/web"
AXE = ROOT / "node_modules/axe-core/axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PROGRAM = "from ciyou.cli.main import main; main()"
START_SECONDS = 60
DEMO_SECONDS = 240  # a demo makes, screens and loads its county first
STICKING_OUT = """root => root.scrollWidth <= root.clientWidth ? [] : [...root.querySelectorAll("main *")]
    .filter(each => each.getBoundingClientRect().right > root.clientWidth + 1 && !each.children.length)
    .map(each => "sticks out: " + each.parentElement.outerHTML.slice(0, 200))"""


def _missing(what):
    """Skip, but never in CI: there the absence of a browser is a failure."""
    message = f"{what} is missing: run `make browser assets` first."
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def chromium():
    """Where the browser is; None where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser():
    """Chromium, driven by Playwright."""
    path = chromium()
    if path is None:
        _missing("Chromium")
    if not AXE.exists():
        _missing("axe-core")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        running.close()


@dataclass
class Server:
    """A running `ciyou serve` (or `demo`) with its state folder."""

    home: Path
    port: int
    process: subprocess.Popen = field(repr=False)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@lru_cache
def own_database(home):
    """On PostgreSQL each state folder has a database of its own, as each has its own keys; nothing on SQLite."""
    return {"DATABASE_URL": create_database("e2e")[1]} if SERVER else {}


def moved_clock(days):
    """The environment of a program whose clock is moved (tests/e2e/clock)."""
    before = os.environ.get("PYTHONPATH", "")
    path = f"{CLOCK}{os.pathsep}{before}" if before else str(CLOCK)
    return {"PYTHONPATH": path, "CIYOU_TEST_DAYS": str(days)}


def start_server(home, *arguments, port=None, days=0, tables=True):
    """Start a command that serves, and wait until it is ready; `days`: it lives so many days away from today.

    `tables`: a new state folder has them already; without, the command makes them, as where it is installed.
    """
    if tables and not home.exists():
        give_tables(home)
        if "demo" in arguments:
            (home / MARKER).touch()
    port = port or free_port()
    command = [sys.executable, "-c", PROGRAM, *(arguments or ("serve",))]
    log = home.with_suffix(".log")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--home", str(home), "--port", str(port)],
            cwd=home.parent,
            stdout=output,
            stderr=output,
            env={**os.environ, **own_database(str(home)), **(moved_clock(days) if days else {})},
        )
    server = Server(home, port, process)
    deadline = time.monotonic() + (DEMO_SECONDS if "demo" in arguments else START_SECONDS)
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.address}/readyz", timeout=5):
                return server
        except OSError:
            time.sleep(0.2)
    process.kill()
    pytest.fail(f"The server did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One demo, with its county and its accounts, for all tests that walk through it."""
    started = start_server(tmp_path_factory.mktemp("state") / "home", "demo")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def empty_office(tmp_path_factory):
    """A server with nobody in it: what is open to everybody needs no sign-in, and nobody on file."""
    started = start_server(tmp_path_factory.mktemp("empty") / "home")
    yield started
    started.stop()


@contextmanager
def filled_server(folder, filling, *, days=0):
    """A server on a new state folder that `fill` of a module beside this one filled (`days`: as many days away), and what it printed.

    The marker lets the second factor wait, as in a demo.
    """
    home = folder / "home"
    give_tables(home)
    home.mkdir(mode=0o700, exist_ok=True)
    (home / MARKER).touch()
    server = start_server(home)
    try:
        yield server, _fill(home, filling, days)
    finally:
        server.stop()


def _fill(home, filling, days):
    known = {
        **os.environ,
        **own_database(str(home)),
        **(moved_clock(days) if days else {}),
        "CIYOU_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "ciyou.config.settings",
    }
    known["PYTHONPATH"] = os.pathsep.join(filter(None, (known.get("PYTHONPATH"), str(ROOT))))
    program = f"import django; django.setup(); from tests.e2e import {filling}; {filling}.fill()"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=known, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def two_counties(tmp_path_factory):
    """A server with two counties' offices."""
    with filled_server(tmp_path_factory.mktemp("counties"), "two_counties") as (server, _printed):
        yield server


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    """A server with one village's directors and households (tests/e2e/field_county.py)."""
    with filled_server(tmp_path_factory.mktemp("village"), "field_county") as (server, _printed):
        yield server


@dataclass
class Visit:
    """A page in a window of one size, and everything the browser complained about."""

    page: object
    address: str
    complaints: list = field(default_factory=list)

    def accessibility_faults(self):
        """What axe finds on the page as it is, in one line each."""
        session = self.page.context.new_cdp_session(self.page)
        # Through the debugger: our own policy forbids scripts from elsewhere, and eval.
        session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
        options = {"runOnly": {"type": "tag", "values": RULES}}
        answer = session.send(
            "Runtime.evaluate",
            {
                "expression": f"axe.run(document, {json.dumps(options)}).then(r => JSON.stringify(r.violations))",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        session.detach()
        violations = json.loads(answer["result"]["value"])
        return [
            f"{fault['id']}: {node['target']} {node['html'][:120]}" for fault in violations for node in fault["nodes"]
        ]

    def overflows(self):
        """What makes the page wider than its window: the innermost elements that stick out; nothing on a good page."""
        return self.page.locator("html").evaluate(STICKING_OUT)


def enter(window, username):
    """Sign in as a user of the demo, where a second factor may be put off."""
    window.page.goto(f"{window.address}/sign-in/")
    window.page.fill("#username", username)
    window.page.fill("#password", DEMO_PASSWORD)
    window.page.click("main button[type=submit]")
    window.page.wait_for_url(f"{window.address}/")


@contextmanager
def windows(browser):
    """Opens windows: `open_window(address, width, language, scheme)`; at the end nothing may have been complained about."""
    contexts, visits = [], []

    def open_window(address, width=1280, language="zh-hans", scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="zh-CN")
        context.add_cookies([{"name": "ciyou_language", "value": language, "url": address}])
        page = context.new_page()
        opened = Visit(page, address)
        page.on(
            "console",
            lambda message: opened.complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        contexts.append(context)
        visits.append(opened)
        return opened

    yield open_window
    complaints = [complaint for opened in visits for complaint in opened.complaints]
    for context in contexts:
        context.close()
    assert complaints == []


def _answer(page, name, body, kind):
    page.route(f"{NOWHERE}/{name}", lambda route: route.fulfill(content_type=kind, body=body))


@pytest.fixture
def script_page(browser):
    """An empty page on which our scripts can be loaded by their names; nothing goes over a network."""
    with windows(browser) as open_window:
        found = open_window(NOWHERE).page
        _answer(found, "", "<!doctype html><title>-</title>", "text/html")
        for script in SCRIPTS.glob("*.js"):
            _answer(found, script.name, script.read_text(encoding="utf-8"), "text/javascript")
        found.goto(f"{NOWHERE}/")
        yield found


@pytest.fixture
def visit(browser, server):
    """Opens windows on the demo that all tests share: `visit(width, language, scheme)`."""
    with windows(browser) as open_window:
        yield partial(open_window, server.address)


@pytest.fixture
def phone(browser, village):
    """A phone in the village."""
    with windows(browser) as open_window:
        walk = PhoneWalk(open_window(village.address, width=360, language=os.environ.get("CIYOU_LOOKS_IN", "zh-hans")))
        yield walk
        # A browser says in its own words that there was no network; nothing else may be complained about.
        walk.window.complaints[:] = [one for one in walk.window.complaints if "ERR_INTERNET_DISCONNECTED" not in one]
