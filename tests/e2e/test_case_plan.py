"""A director plans a child's case, the supervisor agrees; one tap reviews it, another person closes it, and it is opened again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from tests.e2e.conftest import windows
from tests.e2e.test_money import Desk
from tests.e2e.two_counties import ASKED_ABOUT

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PLAN = f"children/{ASKED_ABOUT}/plan/"
NARROWEST = "() => Math.min(...[...document.querySelectorAll('main tbody .num')].map((one) => one.getBoundingClientRect().width))"


def assess(director, supervisor):
    """A tier that the supervisor confirmed: the carer changes often, and nobody knows about the household registration."""
    director.go(f"children/{ASKED_ABOUT}/risk/new/")
    for question in director.page.locator("fieldset.asked").all():
        question.get_by_role("radio").first.check()
    director.page.get_by_role("radio", name="经常换人").check()
    director.page.locator("input[name='answer:registered'][value='unknown']").check()
    director.press("记录并看建议")
    supervisor.go(f"children/{ASKED_ABOUT}/risk/").press("确定等级")


def add_goal(director, domain, words):
    """A goal of the director's own in two months; the form is open as long as a goal is missing."""
    director.page.select_option("#domain", label=domain)
    director.page.fill("#words", words)
    director.page.fill("#due_on", (timezone.localdate() + dt.timedelta(days=60)).isoformat())
    director.press("加上这个目标")


def open_and_fill(desk, summary, **fields):
    """Open a fold and fill its fields."""
    desk.page.locator("main summary", has_text=summary).first.click()
    for name, value in fields.items():
        desk.page.fill(f"#{name.replace('_', '-')}", value)


def half_behind_the_bar(desk, link):
    """Scroll until a link lies half behind the next step at the end of the window, or as far as the page goes."""
    found, bar = desk.page.get_by_role("link", name=link).first, desk.page.locator(".next-action")
    beneath = found.bounding_box()["y"] + found.bounding_box()["height"] / 2 - bar.bounding_box()["y"]
    desk.page.evaluate("by => window.scrollBy(0, by)", beneath)


def test_a_case_is_planned_agreed_to_reviewed_closed_and_opened_again(browser, two_counties):
    with windows(browser) as open_window:

        def desk(user, width=1280, language="zh-hans"):
            return Desk(open_window(two_counties.address, width, language), user)

        director, supervisor = desk("hekoucun", 360), desk("chuangkou")
        assess(director, supervisor)
        director.go(PLAN).look("plan-none")
        director.press("建立个案")
        assert "正在写计划" in director.words()
        director.look("plan-weak")
        director.press("提交计划")
        assert "计划还不完整：监护、权利" in director.words()
        director.window.complaints.clear()  # the browser complains of the status of a refused form
        add_goal(director, "监护", "由外祖母长期照料，办好委托手续")
        add_goal(director, "权利", "查明户口在哪里")
        open_and_fill(director, "记一项需要")
        director.page.select_option("#need", "rights:legal_aid")
        director.press("记下")
        director.press("提交计划")
        assert "要等另一个人看" in director.words()
        director.look("plan-proposed")

        supervisor.go("").follow("去审定")
        supervisor.look("plan-to-agree")
        supervisor.press("同意这个计划")
        supervisor.go("needs/unmet/")
        assert "法律援助" in supervisor.words()
        supervisor.look("plan-unmet")
        supervisor.page.set_viewport_size({"width": 360, "height": 800})
        supervisor.go("leads/workload/").look("workload-phone")
        assert supervisor.page.evaluate(NARROWEST) > 50, "each number has room for its label"
        supervisor.page.set_viewport_size({"width": 1280, "height": 800})

        director.go(PLAN).press("看过了，没有变化")
        assert "检查计划：没有变化" in director.words()
        director.look("plan-action")
        for _goal in range(2):
            open_and_fill(director, "达到了，或者不再追求")
            director.press("已达到")
        director.follow("申请结案")
        director.page.fill("#closing-words", "外祖母照料稳定，户口已查明")
        director.press("申请结案")
        assert "待确认结案" in director.words()
        supervisor.go(PLAN).look("plan-closing")
        supervisor.press("确认结案")
        assert "已结案" in supervisor.words()

        open_and_fill(director.go(PLAN), "重新打开", reopen_words="外祖母生病住院")
        director.press("重新打开")
        assert "正在写计划" in director.words()
        assert "确认结案" in director.words()
        director.go(f"children/{ASKED_ABOUT}/").until("个案计划").look("plan-child")
        for link in (
            "个案计划",
            "打印档案",
            "法规手册",
        ):  # wherever the page was scrolled to, the bar takes no link's room
            half_behind_the_bar(director, link)
            director.look("plan-child-scrolled")

        reader = desk("chuangkou", 360, "en")
        reader.go(PLAN).look("plan-en")
        assert "Guardianship" in reader.words()
        reader.go("needs/unmet/").look("plan-unmet-en")
