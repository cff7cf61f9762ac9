"""A phone in somebody's hand, driven in a real browser: setting it up, opening it, and what lies stored on it."""

from __future__ import annotations

import os
import random
import re
import sqlite3
import struct
import zlib
from pathlib import Path

LOOKS = os.environ.get("CIYOU_LOOKS")
PHONE = {"width": 360, "height": 740}
CUT = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
SLOW = {"offline": False, "latency": 500, "downloadThroughput": 50_000 / 8, "uploadThroughput": 50_000 / 8}
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

COUNT_TOUCHES = """() => {
  window.touched = { taps: 0, typed: 0 };
  addEventListener("pointerdown", () => { touched.taps += 1; }, true);
  addEventListener("beforeinput", () => { touched.typed += 1; }, true);
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


def noise(width=400, height=300, *, seed=""):
    """A picture that says where it was taken, and does not compress; with another seed, another picture."""
    rows = b"".join(b"\0" + random.Random(f"{seed}{row}").randbytes(3 * width) for row in range(height))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"tEXt", b"Comment\x00at 104.06 30.67")]
    parts += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    whole = [
        struct.pack(">I", len(one)) + kind + one + struct.pack(">I", zlib.crc32(kind + one)) for kind, one in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


def open_next(page):
    """Go to the first household that was not visited today."""
    fresh = page.locator("[data-tasks] li").filter(has_not_text=re.compile("今天已走访|Visited today"))
    fresh.first.locator('[data-do="visit"]').click()


class Line:
    """The line between one page of a phone and the server."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")

    def be(self, condition):
        self.session.send("Network.emulateNetworkConditions", condition)
