"""A director assesses a child at risk, the supervisor confirms, and the visit is there at once."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import windows
from tests.e2e.test_money import Desk
from tests.e2e.two_counties import ASKED_ABOUT

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_a_tier_is_proposed_confirmed_and_moves_the_next_visit(browser, two_counties):
    with windows(browser) as open_window:

        def desk(user, width=1280, language="zh-hans"):
            return Desk(open_window(two_counties.address, width, language), user)

        director = desk("hekoucun", 360)
        director.go(f"children/{ASKED_ABOUT}/").follow("风险评估")
        director.look("risk-none")
        director.follow("评估风险")
        director.press("记录并看建议")
        assert "还没有选" in director.words()
        director.look("risk-form-refused")
        # The browser itself complains of the status of a refused form, and of nothing else.
        assert [one for one in director.window.complaints if "422" not in one] == []
        director.window.complaints.clear()
        for question in director.page.locator("fieldset.asked").all():
            question.get_by_role("radio").first.check()
        director.page.get_by_role("radio", name="经常换人").check()
        director.page.locator("input[name='answer:health'][value='unknown']").check()
        director.look("risk-form")
        director.press("记录并看建议")
        assert "1 项不清楚" in director.words()
        director.look("risk-waiting")

        supervisor = desk("chuangkou")
        supervisor.go("").follow("去确定")
        supervisor.page.get_by_role("radio", name="中高风险").check()
        supervisor.page.fill("#reason", "照料人换了三次，孩子常到邻居家吃饭")
        supervisor.look("risk-confirm")
        supervisor.press("确定等级")
        assert "每 14 天" in supervisor.words()
        supervisor.page.locator("main details summary").first.click()
        supervisor.look("risk-confirmed")
        supervisor.go("leads/without-next/").look("risk-without-next")

        reader = desk("chuangkou", 360, "en")
        reader.go(f"children/{ASKED_ABOUT}/risk/")
        assert "Medium-high risk" in reader.words()
        assert "every 14 days" in reader.words()
        reader.look("risk-confirmed-en")
        reader.go("leads/without-next/").look("risk-without-next-en")
