"""A clerk compares ten doubtful pairs by keyboard, takes one back, checks the sample, and a second person looks where money moves."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import enter

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PAIR = re.compile(r"/pairs/[0-9a-f-]{36}/")


def looked_at(window):
    """Accessibility faults and what sticks out, of the page as it is."""
    return window.accessibility_faults() + window.overflows()


def figure(page, words):
    """A number of the queue's page."""
    text = (
        page.locator(".figure")
        .filter(has=page.locator("dt", has_text=re.compile(f"^{words}$")))
        .locator("dd")
        .inner_text()
    )
    return int(text.replace(",", ""))


def press(page, key):
    """Press a key on a pair, and wait for the page that follows."""
    with page.expect_navigation():
        page.keyboard.press(key)
    page.locator("#pair[data-ready]").wait_for()


def test_ten_pairs_by_keyboard_and_a_second_look(visit):
    window = visit(1280)
    page = window.page
    enter(window, "jingban")
    page.get_by_role("navigation", name="主要栏目").get_by_role("link", name="同一人核对").click()
    waiting, settled = figure(page, "等您看的"), figure(page, "已有结论")
    assert waiting > 10
    assert looked_at(window) == []
    page.get_by_role("link", name="开始核对").click()
    page.locator("#pair[data-ready]").wait_for()
    assert looked_at(window) == []
    seen = []
    for number in range(10):
        seen.append(PAIR.search(page.url).group())
        press(page, "1" if number == 0 else "23"[number % 2])
    assert len(set(seen)) == 10
    last = PAIR.search(page.url).group()
    press(page, "u")
    assert PAIR.search(page.url).group() == seen[-1]
    press(page, "2")
    assert PAIR.search(page.url).group() == last
    press(page, "ArrowRight")
    press(page, "ArrowLeft")
    assert PAIR.search(page.url).group() == last
    page.goto(f"{window.address}/pairs/")
    # The first was a death or a sentence beside somebody's parent: one person alone does not decide that.
    assert (figure(page, "等您看的"), figure(page, "等别人再看的")) == (waiting - 10, 1)
    assert figure(page, "已有结论") == settled + 9
    page.get_by_role("link", name="抽查识别得对不对").click()
    page.get_by_text("不告诉您系统怎么判断").wait_for()
    for _ in range(2):
        press(page, "1")
    page.goto(f"{window.address}/pairs/quality/")
    assert looked_at(window) == []
    # On a phone, in English, without a keyboard: the second look by somebody else.
    phone = visit(360, "en")
    enter(phone, "fuhe")
    phone.page.goto(f"{phone.address}{seen[0]}")
    assert phone.page.get_by_text("what they said is not shown here").is_visible()
    assert looked_at(phone) == []
    phone.page.get_by_role("button", name="Same person").click()
    phone.page.goto(f"{phone.address}{seen[0]}")
    phone.page.get_by_role("heading", name="Decision: Same person").wait_for()
    assert looked_at(phone) == []
