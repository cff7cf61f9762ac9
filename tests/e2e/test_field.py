"""A child director's day without a network: the caseload taken along, three visits, a reload, and each visit once on the server."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, enter, start_server, windows
from tests.e2e.field_county import NAMES

pytestmark = pytest.mark.e2e

LOOKS = os.environ.get("CIYOU_LOOKS")
PIN, OTHER_PIN = "493817", "804152"
PHONE = {"width": 360, "height": 740}
STORED = """async () => {
  const open = () => new Promise((done) => { const asked = indexedDB.open("ciyou-field"); asked.onsuccess = () => done(asked.result); });
  const database = await open();
  const rows = (name) => new Promise((done) => { const asked = database.transaction(name).objectStore(name).getAll(); asked.onsuccess = () => done(asked.result); });
  const text = (value) => value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
  const found = {};
  for (const name of database.objectStoreNames) found[name] = (await rows(name)).map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, text(value)])));
  database.close();
  return found;
}"""


def ask(home, question, *values):
    with sqlite3.connect(f"file:{home / 'ciyou.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute(question, values).fetchall()


class PhoneWalk:
    """One phone in somebody's hand."""

    def __init__(self, window):
        self.window, self.page = window, window.page
        self.page.set_viewport_size(PHONE)

    def screen(self, name):
        self.page.locator(f'[data-screen="{name}"]').wait_for(state="visible", timeout=15000)

    def set_up(self, pin):
        self.page.goto(f"{self.window.address}/field/")
        self.screen("setup")
        self.look("setup")
        self.page.fill("#new-pin", pin)
        self.page.fill("#new-pin-again", pin)
        self.page.click("[data-setup] button")
        self.screen("today")
        # The shell is on the phone before its holder leaves.
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

    def unlock(self, pin):
        self.page.fill("#pin", pin)
        self.page.click("[data-unlock] button")

    def unsent(self, text):
        self.page.locator("#unsent", has_text=text).wait_for(timeout=20000)

    def look(self, name):
        if LOOKS:
            Path(LOOKS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(LOOKS) / f"field-{name}.png")
        assert self.window.accessibility_faults() + self.window.overflows() == [], name


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    """A server with one village's directors and households (tests/e2e/field_county.py)."""
    home = tmp_path_factory.mktemp("village") / "home"
    home.mkdir(mode=0o700)
    (home / "demo").touch()
    started = start_server(home)
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    environment = {**os.environ, "CIYOU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "ciyou.config.settings"}
    done = subprocess.run([sys.executable, "-m", "tests.e2e.field_county"], cwd=ROOT, env={**environment, "PYTHONPATH": path}, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    yield started
    started.stop()


@pytest.fixture
def phone(browser, village):
    """A phone in the village."""
    with windows(browser) as open_window:
        walk = PhoneWalk(open_window(village.address, width=360, language=os.environ.get("CIYOU_LOOKS_IN", "zh-hans")))
        yield walk
        # A browser says in its own words that there was no network; nothing else may be complained about.
        walk.window.complaints[:] = [one for one in walk.window.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="reads the demo's SQLite file")
def test_a_day_without_a_network(phone, village):
    enter(phone.window, "zhuren")
    phone.set_up(PIN)
    phone.look("today")
    page = phone.page
    names = page.locator("[data-tasks] strong").all_inner_texts()
    assert sorted(names) == sorted(NAMES)
    page.context.set_offline(True)
    before = ask(village.home, "SELECT count(*) FROM cases_visit")[0][0]

    # One household without a change: two taps.
    page.locator("[data-tasks] button").nth(0).click()
    phone.screen("visit")
    phone.look("visit")
    page.locator('[data-do="no-change"]').click()
    phone.screen("today")
    phone.unsent("1")

    # One with its questions answered, nothing typed.
    open_next(page)
    phone.screen("visit")
    page.locator('[name="met"][value="guardian"]').check(force=True)
    for result in page.locator('[name^="result:"][value="confirmed"]').all():
        result.check(force=True)
    answers = page.locator('[data-form] > section [name^="q:"][value="no"]:visible')
    if answers.count():
        answers.first.check(force=True)
    page.locator('[data-form] [type="submit"]').click()
    phone.screen("today")
    phone.unsent("2")

    # The app is closed and opened again, still without a network.
    page.reload()
    phone.screen("locked")
    assert not any(name in page.content() for name in names), "nothing of a child is shown while it is locked"
    page.locator('[data-go="help"]').click()
    phone.look("help")
    page.locator('[data-go="today"]').click()
    phone.unlock("111222")
    page.locator("#told:visible").wait_for()
    phone.look("locked")
    phone.unlock(PIN)
    phone.screen("today")
    phone.unsent("2")
    open_next(page)
    phone.screen("visit")
    page.locator('[data-do="no-change"]').click()
    phone.screen("today")
    phone.unsent("3")
    stored = page.evaluate(STORED)
    assert len(stored["outbox"]) == 3
    assert not any(name in str(stored) for name in names), "no name lies readable on the phone"
    page.locator('[data-go="children"]').click()
    phone.look("children")

    page.context.set_offline(False)
    page.locator("#unsent").click()
    phone.unsent(re.compile("全部已发送|All sent"))
    assert ask(village.home, "SELECT count(*) FROM cases_visit")[0][0] == before + 3
    assert ask(village.home, "SELECT state, count(*) FROM fieldwork_fieldevent GROUP BY state") == [("applied", 3)]

    # Somebody else takes the phone: nothing of the first is there.
    page.goto(f"{phone.window.address}/")
    page.context.clear_cookies(name="sessionid")
    enter(phone.window, "jiezhuren")
    phone.set_up(OTHER_PIN)
    assert page.locator("[data-tasks] strong").all_inner_texts() == ["独孤远行"]
    page.locator('[data-do="lock"]').evaluate("button => button.click()")
    phone.screen("locked")
    phone.unlock(PIN)
    page.locator("#told:visible").wait_for()
    assert page.locator('[data-screen="locked"]').is_visible(), "the first user's PIN does not open the second's store"


def open_next(page):
    """Go to the first household that was not visited today."""
    fresh = page.locator("[data-tasks] li").filter(has_not_text=re.compile("今天已走访|Visited today"))
    fresh.first.locator("button").click()
