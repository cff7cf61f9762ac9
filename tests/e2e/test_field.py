"""A child director's day without a network: the caseload taken along, three visits, a reload, and each visit once on the server."""

from __future__ import annotations

import os
import re

import pytest

from tests.e2e.conftest import enter
from tests.e2e.field_county import NAMES
from tests.e2e.phone_walk import STORED, ask, open_next

pytestmark = pytest.mark.e2e

PIN, OTHER_PIN = "493817", "804152"


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
