"""A line as it is in the mountains: 50 kbit/s, half a second away, answers that get lost, an app that is killed. Each visit arrives once."""

from __future__ import annotations

import contextlib
import os
import re
import time

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.e2e.conftest import enter
from tests.e2e.field_county import NAMES
from tests.e2e.phone_walk import CUT, SLOW, STORED, Line, ask, noise, open_next

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="reads the demo's SQLite file"),
]
PIN = "493817"


# No shipped pack asks for a photograph, so the form is given the field that one would bring.
FIELD = """async () => {
  const [phone, visits] = await Promise.all(["phone", "visits"].map((name) => import(`/static/web/field/${name}.js`)));
  const bundle = await phone.read("bundle");
  const [child] = bundle.children;
  bundle.forms[child.form].page += '<p data-take-again hidden>again</p><div data-piece="home_photo"><input type="file" data-photo aria-label="photo"><canvas data-picture hidden></canvas><p data-no-picture hidden>no</p></div>';
  await visits.open(bundle, child.id);
}"""
NO_BLOB = """() => {
  window.toBlob = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = (done) => done(null);
}"""
TAKEN = """async () => {
  const [[code, content]] = await (await import("/static/web/field/enclosures.js")).collect();
  return [code, content.length, atob(content).slice(0, 3), atob(content).includes("104.06")];
}"""

OUT = """async () => {
  const { showAgain } = await import("/static/web/field/screens.js");
  showAgain({ left: 0, refused: 1, at: null, signedOut: true });
  return ["[data-again-sign-in]", "[data-again-send]"].map((one) => document.querySelector(one).checkVisibility());
}"""
LEFT = """async () => {
  const store = await import("/static/web/field/store.js");
  const [piece] = await store.unsentOf(await store.currentUser());
  return JSON.stringify(piece).length;
}"""


def picture_in_parts(phone, line, village, before):
    """A photograph is drawn anew small, sealed as a piece of its own, cut in the middle, and goes on where it stopped."""
    page = phone.page
    line.be({**SLOW, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})
    phone.unlock(PIN)
    phone.screen("today")
    page.locator('[data-go="children"]').click()
    page.locator("[data-children] [data-do=visit]").first.click()
    phone.screen("visit")
    page.evaluate(FIELD)
    page.evaluate(NO_BLOB)
    page.set_input_files("[data-photo]", {"name": "a.png", "mimeType": "image/png", "buffer": noise()})
    page.locator("[data-no-picture]").wait_for()
    page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = window.toBlob; }")
    page.set_input_files("[data-photo]", {"name": "a.png", "mimeType": "image/png", "buffer": noise()})
    page.locator("[data-picture]").wait_for()
    page.wait_for_timeout(300)  # the draft is kept meanwhile
    page.evaluate(FIELD)
    page.locator("[data-take-again]").wait_for()  # a draft holds no picture: whoever took one is told
    page.set_input_files("[data-photo]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    page.locator("[data-no-picture]").wait_for()
    page.set_input_files("[data-photo]", {"name": "a.png", "mimeType": "image/png", "buffer": noise()})
    page.locator("[data-picture]").wait_for()
    code, size, begins, tells = page.evaluate(TAKEN)
    assert (code, begins, tells) == ("home_photo", "\u00ff\u00d8\u00ff", False)
    assert size * 3 / 4 <= 200_000
    parts = []

    def cut_once(route):
        parts.append(len(route.request.post_data_buffer or b""))
        route.abort() if len(parts) == 3 else route.continue_()

    page.route("**/part/**", cut_once)
    page.locator('[data-do="no-change"]').click()
    phone.unsent(re.compile(r"^1\s"))
    assert events(village) == before + 1, "the visit itself is there"
    whole = page.evaluate(LEFT)
    page.locator("#unsent").click()
    phone.unsent(re.compile("全部已发送|All sent"))
    assert sum(parts) - parts[2] == whole, "no byte goes over the line twice but those of the part that was cut"
    assert whole > 60_000
    told = ask(village.home, "SELECT state, reason FROM fieldwork_fieldevent WHERE kind = 'enclosure'")
    assert told == [("set_aside", "no_basis")]


def keeps_nobody_signed_in(page):
    """What the phone asks by itself says that nobody touched it for a minute; what follows a tap does not."""
    page.evaluate("() => { const now = Date.now; Date.now = () => now.call(Date) + 61_000; }")
    with page.expect_request("**/field/session/") as asked:
        page.evaluate("() => { dispatchEvent(new Event('online')); }")
    assert asked.value.headers.get("ciyou-alone") == "1"
    page.wait_for_timeout(500)  # what was begun is over
    with page.expect_request("**/field/session/") as asked:
        page.locator("#unsent").click()
    assert "ciyou-alone" not in asked.value.headers
    assert page.evaluate(OUT) == [True, False], "the sign-in is led to also where nothing but what was refused is left"


def events(village):
    return ask(village.home, "SELECT count(*) FROM fieldwork_fieldevent")[0][0]


def until_arrived(page, village, count, seconds=60):
    deadline = time.monotonic() + seconds
    while events(village) < count:
        assert time.monotonic() < deadline, f"{count} pieces did not arrive"
        page.wait_for_timeout(50)  # the browser goes on meanwhile


def test_five_visits_over_a_line_that_is_slow_lossy_and_cut_arrive_exactly_once(phone, village):
    enter(phone.window, "zhuren")
    phone.set_up(PIN)
    page, context = phone.page, phone.page.context
    line = Line(page)
    line.be(CUT)
    for done in range(1, len(NAMES) + 1):
        open_next(page)
        phone.screen("visit")
        page.locator('[data-do="no-change"]').click()
        phone.screen("today")
        phone.unsent(str(done))
    made = sorted(piece["id"] for piece in page.evaluate(STORED)["outbox"])
    assert (len(made), events(village)) == (len(NAMES), 0)

    # The first answer is lost on its way back; after the second piece has arrived the app is killed.
    lost = []

    def lose_one(losing):
        # The browser stays told of every piece: where it stops being told, what is asked just then may hang.
        def lose(route):
            if losing:
                losing.pop()
                lost.append(route.fetch().status)
                return route.abort()
            with contextlib.suppress(PlaywrightError):  # the app was killed meanwhile
                route.continue_()

        page.route("**/field/events/", lose)

    lose_one([True])
    line.be(SLOW)
    until_arrived(page, village, 2)
    page.close()
    assert lost == [201]
    assert events(village) < len(NAMES), "the app was killed while it was sending"

    page = phone.page = phone.window.page = context.new_page()
    line = Line(page)
    line.be(SLOW)
    # Another answer is lost, the line stays, and nobody taps: the phone says when it tries again, and does.
    lose_one([True])
    page.goto(f"{phone.window.address}/field/")
    page.locator(
        "#again-words", has_text=re.compile(r"1 件未发送，将在 \d\d:\d\d 自动重试|1 not sent; will be sent again at")
    ).wait_for()
    phone.look("sent-again")
    phone.unsent(re.compile("全部已发送|All sent"))
    assert page.locator("#again").is_hidden()
    assert len(lost) == 2
    assert page.evaluate(STORED)["outbox"] == []
    received = ask(village.home, "SELECT replace(id, '-', ''), state FROM fieldwork_fieldevent ORDER BY id")
    assert received == [(one.replace("-", ""), "applied") for one in made]
    visits = ask(village.home, "SELECT replace(id, '-', '') FROM cases_visit ORDER BY id")
    assert [one for (one,) in visits] == [one.replace("-", "") for one in made]
    picture_in_parts(phone, line, village, len(NAMES))
    keeps_nobody_signed_in(page)
    phone.window.complaints[:] = [one for one in phone.window.complaints if "ERR_FAILED" not in one]
