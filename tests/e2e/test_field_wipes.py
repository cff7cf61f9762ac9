"""What may be read leaves a phone on its day, after ten wrong PINs and by order; what was not sent stays, and arrives."""

from __future__ import annotations

import datetime as dt
import os
import re

import pytest

from tests.e2e.conftest import enter, windows
from tests.e2e.phone_walk import STORED, ask, open_next

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="reads the demo's SQLite file"),
]
PIN, OTHER_PIN, WRONG = "493817", "804152", "111223"
WRONG_PINS, DAYS = 10, 7


def leave_with_unsent_work(phone):
    """Set up, then one household visited without a network."""
    enter(phone.window, "zhuren")
    phone.set_up(PIN)
    phone.page.context.set_offline(True)
    open_next(phone.page)
    phone.screen("visit")
    phone.page.locator('[data-do="no-change"]').click()
    phone.screen("today")
    phone.unsent("1")


def holds_nothing_but_unsent_work(phone):
    stored = phone.page.evaluate(STORED)
    return (stored["phones"], stored["records"], len(stored["outbox"])) == ([], [], 1)


def sign_in_again(phone, username="zhuren"):
    phone.page.context.set_offline(False)
    phone.page.context.clear_cookies(name="sessionid")
    enter(phone.window, username)
    phone.page.goto(f"{phone.window.address}/field/")


def arrived(phone, village, before):
    """The piece that was left on the phone is on the server, once, and no longer on the phone."""
    phone.unsent(re.compile("全部已发送|All sent"))
    assert phone.page.evaluate(STORED)["outbox"] == []
    return ask(village.home, "SELECT count(*) FROM fieldwork_fieldevent")[0][0] == before + 1


def events(village):
    return ask(village.home, "SELECT count(*) FROM fieldwork_fieldevent")[0][0]


def test_after_its_days_a_phone_holds_unsent_work_alone_and_the_next_user_sees_nothing_of_it(phone, village):
    before, page = events(village), phone.page
    leave_with_unsent_work(phone)
    names = page.locator("[data-tasks] strong").all_inner_texts()
    now = dt.datetime.now(dt.UTC)
    page.clock.set_fixed_time(now + dt.timedelta(days=DAYS, minutes=-5))
    page.reload()
    phone.screen("locked")
    page.clock.set_fixed_time(now + dt.timedelta(days=DAYS, minutes=5))
    page.reload()
    page.locator("#told", has_text=re.compile("已到期|over")).wait_for()
    phone.look("wiped")
    assert holds_nothing_but_unsent_work(phone)
    page.clock.set_fixed_time(now)

    sign_in_again(phone, "jiezhuren")
    phone.set_up(OTHER_PIN)
    assert page.locator("#unsent").inner_text() in ("全部已发送", "All sent")
    assert not any(name in page.content() for name in names)
    assert len(page.evaluate(STORED)["outbox"]) == 1, "another user's work is neither shown nor sent"
    assert events(village) == before

    sign_in_again(phone)
    assert arrived(phone, village, before)


def test_ten_wrong_pins_wipe_what_may_be_read_and_no_work(phone, village):
    before, page = events(village), phone.page
    leave_with_unsent_work(phone)
    page.reload()
    phone.screen("locked")
    for left in range(WRONG_PINS - 1, 0, -1):
        phone.unlock(WRONG)
        page.locator("#told", has_text=re.compile(rf"\b{left}\b|试 {left} 次")).wait_for(timeout=20000)
    assert len(page.evaluate(STORED)["phones"]) == 1, "nine are not yet too many"
    phone.unlock(WRONG)
    phone.screen("start")
    assert holds_nothing_but_unsent_work(phone)
    sign_in_again(phone)
    assert arrived(phone, village, before)


def test_a_phone_that_was_taken_back_wipes_what_may_be_read_and_its_work_waits_for_the_county(phone, browser, village):
    before, page = events(village), phone.page
    leave_with_unsent_work(phone)
    with windows(browser) as open_window:
        other = open_window(village.address)
        enter(other, "zhuren")
        other.page.goto(f"{village.address}/field/phones/")
        other.page.locator('form[action$="/take-back/"] button').first.click()
        other.page.wait_for_load_state()
    page.context.clear_cookies(name="sessionid")
    page.context.set_offline(False)
    page.reload()
    page.locator("#told", has_text=re.compile("按指令|order")).wait_for()
    # The order itself is an answer that the browser complains about.
    phone.window.complaints[:] = [one for one in phone.window.complaints if "410 (Gone)" not in one]
    assert holds_nothing_but_unsent_work(phone), "nobody is signed in, and still it obeys"
    sign_in_again(phone)
    assert arrived(phone, village, before)
    last = ask(village.home, "SELECT state, reason FROM fieldwork_fieldevent ORDER BY received_at DESC LIMIT 1")
    assert last == [("set_aside", "phone_revoked")]
