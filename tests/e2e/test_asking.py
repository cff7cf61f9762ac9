"""A director asks a carer, then a youth: a hint in words, and for one point on self-harm the numbers at once and work for two the same day."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import windows
from tests.e2e.test_money import Desk
from tests.e2e.two_counties import ASKED, ASKED_ABOUT

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
NUMBERS = ("12356", "12355", "120", "110")
RESULT = re.compile(r"/questionnaires/[0-9a-f-]{36}/$")


def answer(desk, points, ground):
    """The form on a telephone: who agreed, and one answer a question."""
    desk.page.get_by_role("radio", name=ground).check()
    for fieldset, one in zip(desk.page.locator("fieldset[data-item]").all(), points, strict=True):
        fieldset.locator(f"input[value='{one}']").check()


def test_a_carer_and_a_youth_are_asked_and_a_flag_is_work_of_the_same_day_for_two(browser, two_counties):
    with windows(browser) as open_window:

        def desk(user, width=1280, language="zh-hans"):
            return Desk(open_window(two_counties.address, width, language), user)

        director = desk("hekoucun", 360)
        page = director.page
        director.go(f"children/{ASKED_ABOUT}/").follow("用量表提问")
        director.look("asking-choose")
        director.follow(re.compile("用这一份提问.*儿童症状清单简版"))
        director.look("asking-form")
        answer(director, "22222202020220101", "监护人同意了")
        assert "都答了 · 到现在 22 分" in page.locator("#asking-hint").inner_text()
        director.press("记录并看结果")
        page.wait_for_url(RESULT)
        assert "提示，不是诊断" in director.words()
        assert "22 分" in director.words()
        assert not page.locator(".helplines").count()
        director.look("asking-result")

        director.go(f"children/{ASKED}/questionnaires/").look("asking-choose-youth")
        director.go(f"children/{ASKED}/questionnaires/phq_a/")
        answer(director, "100000000", "孩子本人同意了，也告诉了监护人")
        assert page.locator("[data-flag='self_harm']").is_hidden()
        page.locator("fieldset[data-item]").last.locator("input[value='1']").check()
        assert page.locator("[data-flag='self_harm'] .helpline strong").all_inner_texts() == list(NUMBERS)
        director.look("asking-flagged-form")
        director.press("记录并看结果")
        page.wait_for_url(RESULT)
        assert page.locator(".helpline strong").all_inner_texts() == list(NUMBERS)
        director.look("asking-flagged")
        result = page.url

        director.go("")
        assert "小十五" in director.words()
        assert "当天当面评估" in director.words()
        director.look("asking-today")
        supervisor = desk("chuangkou")
        assert "督办：今天必须有人当面看到孩子" in supervisor.words()
        supervisor.look("asking-supervisor-today")
        supervisor.follow("去督办")
        assert "自杀" not in supervisor.words()
        supervisor.look("asking-supervisor")
        assert supervisor.page.goto(result).status == 404
        supervisor.window.complaints.clear()  # the browser tells of every answer that refuses

        director.follow("去看孩子")
        director.look("asking-see")
        page.get_by_role("radio", name="专业人员今天评估了，或者已经接手").check()
        page.get_by_role("radio", name="已经告诉监护人").check()
        page.fill("#words", "李医生在孩子家里见了孩子，明早陪去县医院。")
        director.press("记下，今天的事办完")
        page.wait_for_url(RESULT)
        assert "已当面评估" in director.words()
        director.go(f"children/{ASKED}/questionnaires/phq_a/")
        answer(director, "111000000", "孩子本人同意了，也告诉了监护人")
        director.press("记录并看结果")
        page.wait_for_url(RESULT)
        assert "比上一次多 1 分" in director.words()
        director.look("asking-trend")
        assert "小十五" not in supervisor.go("").words()
        wide = desk("hekoucun", 1280, "en")
        wide.page.goto(page.url)
        wide.look("asking-trend-en")
        wide.go(f"children/{ASKED}/questionnaires/").look("asking-choose-en")
        wide.go(f"children/{ASKED}/questionnaires/phq_a/").look("asking-form-en")
