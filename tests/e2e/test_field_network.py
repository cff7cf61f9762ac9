"""A line as it is in the mountains: 50 kbit/s, half a second away, answers that get lost, an app that is killed. Each visit arrives once."""

from __future__ import annotations

import os
import re
import time

import pytest

from tests.e2e.conftest import enter
from tests.e2e.field_county import NAMES
from tests.e2e.phone_walk import CUT, SLOW, STORED, Line, ask, open_next

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="reads the demo's SQLite file"),
]
PIN = "493817"


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

    def lose_answer(route):
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/field/events/", lose_answer, times=1)
    line.be(SLOW)
    until_arrived(page, village, 2)
    page.close()
    assert lost == [201]
    assert events(village) < len(NAMES), "the app was killed while it was sending"

    page = phone.page = phone.window.page = context.new_page()
    line = Line(page)
    line.be(SLOW)
    page.goto(f"{phone.window.address}/field/")
    phone.unsent(re.compile("全部已发送|All sent"))
    assert page.evaluate(STORED)["outbox"] == []
    received = ask(village.home, "SELECT replace(id, '-', ''), state FROM fieldwork_fieldevent ORDER BY id")
    assert received == [(one.replace("-", ""), "applied") for one in made]
    visits = ask(village.home, "SELECT replace(id, '-', '') FROM cases_visit ORDER BY id")
    assert [one for (one,) in visits] == [one.replace("-", "") for one in made]
    phone.window.complaints[:] = [one for one in phone.window.complaints if "ERR_FAILED" not in one]
