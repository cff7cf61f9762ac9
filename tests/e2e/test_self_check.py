"""A guardian with a phone: the self-check at 360 px, from the sign-in page to a result that is read and printed without a network."""

from __future__ import annotations

import os
from contextlib import contextmanager

import pytest

from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

WAY_IN = {
    "zh-hans": "家长、监护人：不用账号，查孩子能享受什么",
    "en": "Parents and guardians: see what a child may be due",
}
WORDS = {
    "zh-hans": {
        "none": "都没有",
        "next": "下一题",
        "start": "开始",
        "none_due": "现在没有能确定符合条件的",
        "why": "为什么",
    },
    "en": {
        "none": "None of these",
        "next": "Next",
        "start": "Start",
        "none_due": "nothing is certainly due",
        "why": "Why",
    },
}
ALLOWANCE = {"zh-hans": "孤儿基本生活费", "en": "Orphan's basic living allowance"}
CHOSEN = {"school": "primary", "insured": "yes", "residence": "same", "hukou_rural": "no", "rehab_diagnosis": "none"}
TYPED = {"age": "8", "cost_after_assistance": "0"}
GONE = {"parent_circumstances-father": "dead", "parent_circumstances-mother": "dead"}


@contextmanager
def phone(browser, server, *, scripts=True, scheme="light"):
    """A phone that has never been here: no cookie, everything that it asks of the network is noted."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=scripts, color_scheme=scheme, locale="zh-CN"
    )
    page = context.new_page()
    window = Visit(page, server.address)
    page.on("console", lambda said: window.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: window.complaints.append(str(error)))
    yield window
    assert window.complaints == []
    context.close()


def begin(window, language, place="5101"):
    """From the sign-in page to the first question."""
    page = window.page
    page.goto(f"{window.address}/sign-in/")
    page.get_by_text(WAY_IN["zh-hans"]).click()
    page.context.clear_cookies()  # those of the sign-in page
    if language == "en":
        page.get_by_role("button", name="English").click()
        page.get_by_role("heading", name="What a child may be due").wait_for()
    page.select_option("#place", place)
    page.get_by_role("button", name=WORDS[language]["start"]).click()


def answer(page, language, gone):
    """Answer the question on the page as this family would."""
    code = page.locator("input[name=asking]").get_attribute("value")
    if code in TYPED:
        page.fill("#value", TYPED[code])
    elif code in CHOSEN:
        page.locator(f"input[name=option][value={CHOSEN[code]}]").check()
    elif code in gone:
        page.locator(f"input[name=option][value={gone[code]}]").check()
    else:
        page.get_by_label(WORDS[language]["none"]).check()
    page.get_by_role("button", name=WORDS[language]["next"]).click()
    return code


def walk(window, language, gone, look=lambda: None):
    """Question after question to the result; what was asked."""
    asked = []
    while window.page.locator("input[name=asking]").count():
        look()
        asked.append(answer(window.page, language, gone))
        assert len(asked) < 30
    return asked


def picture(window, name):
    """A picture for whoever wants to look, where a folder for them is named."""
    if folder := os.environ.get("CIYOU_SELF_CHECK_PICTURES"):
        window.page.screenshot(path=f"{folder}/selfcheck-{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_orphan_in_chengdu_on_a_phone_and_the_result_stays_without_a_network(browser, empty_office, language):
    faults = {}
    with phone(browser, empty_office, scheme="light" if language == "en" else "dark") as window:
        page = window.page

        def look():
            heading = page.locator("h1").inner_text()
            if found := window.accessibility_faults() + window.overflows():
                faults[heading] = found

        begin(window, language)
        picture(window, f"question-{language}")
        asked = walk(window, language, GONE, look)
        assert len(asked) <= 14
        page.get_by_role("heading", name=ALLOWANCE[language]).wait_for()
        look()
        assert faults == {}
        assert page.context.cookies() == []
        assert page.url == f"{window.address}/self-check/"
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.context.set_offline(True)
        page.locator("section[aria-labelledby=due] summary").first.click()
        assert page.locator("section[aria-labelledby=due] .steps").first.is_visible()
        printed = page.pdf(format="A4")
        assert printed.startswith(b"%PDF") and len(printed) > 20_000
        assert requests == []
        picture(window, f"orphan-{language}")


def test_a_child_with_nothing_due_without_any_script(browser, empty_office):
    with phone(browser, empty_office, scripts=False) as window:
        page = window.page
        begin(window, "zh-hans")
        asked = walk(window, "zh-hans", {})
        assert len(asked) <= 12
        assert WORDS["zh-hans"]["none_due"] in page.locator("main").inner_text()
        assert (
            ALLOWANCE["zh-hans"] in page.locator("section[aria-labelledby=not-due]").inner_text()
            or page.locator("section[aria-labelledby=not-due] summary").first.is_visible()
        )
        assert page.context.cookies() == []
        page.context.set_offline(True)
        page.locator(".check-not-due > summary").click()
        assert page.get_by_role("heading", name=ALLOWANCE["zh-hans"]).is_visible()
        picture(window, "nothing-zh")


def test_an_earlier_answer_is_changed_and_the_start_page_and_every_touch_target_are_large_enough(browser, empty_office):
    with phone(browser, empty_office) as window:
        page = window.page
        page.goto(f"{window.address}/self-check/")
        picture(window, "start-zh")
        assert window.accessibility_faults() + window.overflows() == []
        page.get_by_role("button", name="开始").click()
        page.get_by_text("请先选孩子户口所在的地方").wait_for()
        window.complaints.clear()  # the browser tells of every answer that refuses a form
        page.select_option("#place", "5101")
        page.get_by_role("button", name="开始").click()
        first = answer(page, "zh-hans", GONE)
        page.locator(".check-before summary").click()
        small = page.locator("main button, main label.choice, main summary").evaluate_all(
            "all => all.filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
        )
        assert small == []
        page.get_by_role("button", name="改这一题").first.click()
        assert page.locator("input[name=asking]").get_attribute("value") == first
