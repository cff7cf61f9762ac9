"""A child whom the rosters miss: the village visits, the education department names a school, the school confirms by a link, and the child is back; and one is taught at home."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from tests.e2e.conftest import windows
from tests.e2e.test_money import Desk
from tests.e2e.two_counties import ASKED_ABOUT

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CHILD, TAUGHT = "小失学", "小八岁"
SCHOOL = "甲县第一小学"
REASON, PLAN = "厌学、跟不上", "下周陪孩子到学校报到。"


def visit(director):
    """From today's task to the result of the visit; what is missing is said and nothing typed is lost."""
    director.go("").until("入户了解没上学的原因").look("schooling-today")
    director.follow("去走访")
    page = director.page
    assert CHILD in director.words() and "待走访" in director.words()
    page.fill("#plan", PLAN)
    director.press("登记走访")
    assert "请选择没有上学的原因" in director.words() and page.input_value("#plan") == PLAN
    director.look("school-case-no-reason")
    director.window.complaints.clear()  # the browser tells of every answer that refuses a form
    page.locator("#reason").select_option(label=REASON)
    director.press("登记走访")
    assert "已走访，待落实学校" in director.words()


def place(education):
    """The department sees the child that it was told of, and is led to no file."""
    education.go("schooling/").look("schooling-education")
    education.follow(CHILD)
    assert REASON in education.words()
    assert education.page.locator("main a[href*='/children/']").count() == 0
    education.page.fill("#school", SCHOOL)
    education.press("落实")
    assert "待双方确认到校" in education.words()
    education.look("school-case-education")


def link_of(director):
    director.go("schooling/").look("schooling")
    director.follow(CHILD)
    director.look("school-case-placed")
    director.press("生成给学校的链接")
    director.look("school-link")
    return director.page.input_value("#link")


def confirm_by_link(school, link):
    """Whoever holds the link, with no account: one tap; the page names the child and not why it was away."""
    school.page.goto(link)
    assert CHILD in school.words() and REASON not in school.words() and PLAN not in school.words()
    assert CHILD not in school.page.title() and CHILD not in school.page.url
    school.look("school-answer")
    school.press("已到校")
    assert "已经答复，谢谢" in school.words()
    school.look("school-answered")
    school.page.goto(f"{link}?language=en")
    assert "This link was used" in school.words()


def teach_at_home(county, education):
    """The county records the decision, the department plans a term and logs a session on a telephone."""
    county.go(f"schooling/child/{ASKED_ABOUT}/").look("child-schooling")
    page, today = county.page, timezone.localdate()
    page.locator("#kind").select_option("home_delivered")
    page.locator("#decided_by").select_option("committee")
    page.fill("#decided_on", today.isoformat())
    page.locator("form", has=page.locator("#kind")).locator("#school").fill("甲县特教学校")
    county.press("登记安置")
    county.look("placement-new")
    education.go("").look("schooling-education-today")
    education.follow("去定计划")
    page = education.page
    for field, value in (("from_on", today - dt.timedelta(days=7)), ("to_on", today + dt.timedelta(days=90))):
        page.fill(f"#{field}", value.isoformat())
    page.locator("details #visits").fill("24")
    page.locator("details #periods").fill("72")
    education.press("定下来")
    log = page.locator("form", has=page.locator("#minutes"))
    for field, value in (("minutes", "120"), ("periods", "3"), ("taught", "认识一到十"), ("teacher", "陈老师")):
        log.locator(f"#{field}").fill(value)
    education.look("placement")
    education.press("记下")
    assert "1 次，3 课时" in education.words() and "请当地教育部门确认" in education.words()
    education.look("placement-logged")
    education.go("schooling/home/").look("home-schooling")
    assert TAUGHT in education.words() and "3 / 72" in education.words()


def test_a_child_missing_on_the_rolls_is_back_when_school_and_village_have_said_so(browser, two_counties):
    with windows(browser) as open_window:

        def desk(user="", width=1280, language="zh-hans"):
            return Desk(open_window(two_counties.address, width, language), user)

        director, education = desk("hekoucun", 360), desk("jiajiaoyu", 360)
        visit(director)
        place(education)
        confirm_by_link(desk("", 360), link_of(director))
        director.go("schooling/").follow(CHILD)
        director.press("已到校")
        assert re.search(r"已办结：已回到学校", director.words())
        director.look("school-case-back")
        county = desk("jiafuhe")
        county.go("schooling/?show=all").look("schooling-county")
        assert "已回到学校" in county.words()
        county.go("figures/schooling/").look("schooling-figures")
        teach_at_home(county, education)
        small = desk("hekoucun", 360, "en")
        small.go("schooling/?show=all").look("schooling-en")
        small.follow(CHILD)
        small.look("school-case-en")
        wide = desk("jiafuhe", 1280, "en")
        wide.go("figures/schooling/").look("schooling-figures-en")
        wide.go("schooling/places/").look("school-places-en")
        wide.go("schooling/home/").look("home-schooling-en")
